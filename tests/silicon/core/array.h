#pragma once
/* One array of a TLB: finding, filling, dropping. */
#include "tests/silicon/core/state.h"

/* False if there is no memory for it. */
bool silicon_array_open(struct array_state *array, const struct silicon_array *shape);
void silicon_array_close(struct array_state *array);

static inline bool array_serves(const struct array_state *array, unsigned level,
                                enum silicon_side side)
{
	return array->shape->level == level && (array->shape->sides >> side & 1) != 0;
}

/* The entry that translates va there, or NULL; it is not used by that. */
struct translation_entry *silicon_array_find(const struct array_state *array,
                                             uint64_t va, uint16_t pcid,
                                             uint8_t thread);

/* Notes that the entry was used at the time stamp. */
void silicon_array_use(struct array_state *array, struct translation_entry *entry,
                       uint64_t stamp);

/* Replaces an entry of the same page, else an invalid one, else as the array does. */
void silicon_array_fill(struct array_state *array,
                        const struct translation_entry *entry, uint64_t stamp);

void silicon_array_drop(struct array_state *array, struct translation_entry *entry);

/*
 * Valid entries among which all are that hold that page, linear address >> held, and
 * others; NULL: there are no more.
 */
struct translation_entry *silicon_array_first(const struct array_state *array,
                                              uint64_t page, unsigned held);
struct translation_entry *silicon_array_next(const struct array_state *array,
                                             const struct translation_entry *entry);
