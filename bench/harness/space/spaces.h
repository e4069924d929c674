#pragma once
/*
 * Address spaces to switch between.  Each has a root and tables of its own for its
 * pages of lines (chase_arena.h, layout of 4 KiB pages), and all else in common with
 * home: windows, code, stack, descriptor tables, and whatever was mapped when it was
 * made. So an exception is handled in any of them, and a script can be played through
 * all.
 *
 * Pure: writes tables, loads nothing.
 */
#include "bench/harness/space/chase_arena.h"

/* So many spaces with so many pages each. */
struct spaces_spec {
	uint32_t count;
	uint32_t pages;
	/* Each has a second root, with the same tables below: what page-table isolation
	 * has for user mode. */
	bool isolated;
};

struct spaces {
	struct spaces_spec spec;
	struct frame_pool *pool;
	uint64_t tables; /* physical, of all of them in turn; 0: there are none */
};

/* What their pages are of. */
struct chase_arena_layout spaces_layout(void);

/* Frames that they take, with 5-level paging or without. */
uint64_t spaces_frames(const struct spaces_spec *spec, bool la57);

/*
 * Makes them; home is the root of what they have all else in common with.
 * ERR_NO_MEMORY, and none, if there is no room for all.
 */
enum err spaces_open(struct spaces *spaces, const struct spaces_spec *spec,
                     struct frame_pool *pool, uint64_t home) MUST_CHECK;

/*
 * Maps its pages in space i, once: page first of lines and those that follow.  All are
 * to be under as few PTs as hold so many: ERR_NO_MEMORY otherwise.
 */
enum err spaces_map(const struct spaces *spaces, uint32_t i,
                    const struct chase_arena *arena, uint32_t first) MUST_CHECK;

/* Physical address of the root of space i. */
uint64_t spaces_root(const struct spaces *spaces, uint32_t i);
uint64_t spaces_user_root(const struct spaces *spaces, uint32_t i);
