#pragma once
/* Words that an option can have, and what they stand for. */
#include "lib/base/text.h"

struct word {
	const char *name;
	uint32_t value;
};

struct words {
	const struct word *list;
	unsigned count;
};

#define WORDS(table) ((struct words){ (table), sizeof(table) / sizeof(table)[0] })

/* False, and value as it was, if there is no such word. */
bool words_find(struct words words, struct text_slice name, uint32_t *value);

/* Of a list, separated by commas, the union; false if one of them is none. */
bool words_union(struct words words, struct text_slice list, uint32_t *values);
