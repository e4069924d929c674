#pragma once
/*
 * Nested page tables: guest-physical memory onto itself, in pages as large as is asked
 * for.  AMD's have the format of ordinary ones, with as many levels as the host's; what
 * a guest does counts as a user access there (APM 2 15.25 "Nested Paging").  Pure.
 */
#include "paging/walk.h"

/*
 * Maps 0 to end in pages of 1 GiB; 0 if the pool is empty.  Physical address of the
 * root.
 */
uint64_t nested_tables_make(struct frame_pool *pool, uint64_t end);

/*
 * Has address mapped by an entry of that level, no larger: where one was, there are 512
 * of the next level that say the same.  NULL: there is no room, or nothing is mapped.
 */
uint64_t *nested_tables_split(struct frame_pool *pool, uint64_t root, uint64_t address,
                              enum level level);
