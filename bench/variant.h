#pragma once
/* The name of a row: parts joined by '-', in the order bench/README.md gives. */
#include "bench/harness/experiment/bench.h"

/* Nothing for a part that is NULL. */
void variant_add(struct experiment_spec *spec, const char *part);

/* A letter or word and a number: w64. */
void variant_add_number(struct experiment_spec *spec, const char *word,
                        uint32_t number);
