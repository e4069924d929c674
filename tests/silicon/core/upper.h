#pragma once
/* The paging-structure caches: entries that named a table. */
#include "tests/silicon/core/state.h"

/* Of the addresses below one entry. */
static inline unsigned silicon_upper_shift(enum silicon_upper level)
{
	return 21u + 9u * (unsigned)level;
}

/* The one of that level for va, which is used by that; or NULL. */
struct upper_state *silicon_upper_find(struct translations *translations,
                                       enum silicon_upper level, uint64_t va,
                                       uint16_t pcid, uint8_t thread);

/* Says itself which prefix it has; nothing if the level has no cache. */
void silicon_upper_fill(struct translations *translations, enum silicon_upper level,
                        const struct upper_state *upper);
