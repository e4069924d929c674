#pragma once
/* The texts that the columns of packed lines have held. */
#include "lib/codes/pack_model.h"

struct text_slice pack_token_text(const struct pack_model *model, unsigned token);
bool pack_same_text(struct text_slice a, struct text_slice b);

/* How many there are of a column. */
unsigned pack_token_count(const struct pack_model *model, unsigned column);

/* PACK_NONE if the column has not held it. */
unsigned pack_token_find(const struct pack_model *model, unsigned column,
                         struct text_slice field);

/* PACK_NONE if there is no room: the text then comes in full each time. */
unsigned pack_token_add(struct pack_model *model, unsigned column,
                        struct text_slice field);
