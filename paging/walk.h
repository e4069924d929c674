#pragma once
#include "lib/base/err.h"
#include "paging/pte.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Where tables and pages come from.  In ring 0 physical memory is mapped 1:1 and
 * table_at() is a cast; on the host the tests hand out slices of an array.
 * Nothing is ever given back.
 */
struct frame_pool {
	uint64_t next;  /* physical address of the next free 4 KiB frame */
	uint64_t limit; /* first address past the pool */
	uint64_t *(*table_at)(uint64_t frame);
	bool la57; /* CR4.LA57 is set: every root is a PML5, and no PML4 */
};

/* Level of the table that CR3 names. */
static inline enum level pool_root_level(const struct frame_pool *pool)
{
	return pool->la57 ? LEVEL_PML5 : LEVEL_PML4;
}

/* Result of a walk: the last entry looked at, and the level it sits in. */
struct walk {
	uint64_t *entry;
	enum level level;
};

/* A zeroed 4 KiB frame, or 0 when the pool is empty. */
uint64_t frame_alloc(struct frame_pool *pool) MUST_CHECK;

/*
 * Physical address of count contiguous zeroed frames, aligned to alignment (a power
 * of two, in bytes, at least a page), or 0 when the pool cannot hold them.
 */
uint64_t frame_alloc_run(struct frame_pool *pool, uint64_t count,
                         uint64_t alignment) MUST_CHECK;

struct walk walk_find(const struct frame_pool *pool, uint64_t root, uint64_t va,
                      enum level lowest);

/*
 * Makes the tables on the way to va, down to one of that level; *entry is va's entry in
 * it, as it was.  ERR_LARGER_PAGE where a page is in the way, ERR_NO_MEMORY.
 */
enum err walk_make(struct frame_pool *pool, uint64_t root, uint64_t va,
                   enum level level, uint64_t **entry) MUST_CHECK;

enum err walk_map(struct frame_pool *pool, uint64_t root, uint64_t va, uint64_t frame,
                  uint64_t flags, enum level leaf) MUST_CHECK;
