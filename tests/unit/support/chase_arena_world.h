#pragma once
/* An arena of lines in memory that no CPU translates. */
#include "bench/harness/space/chase_arena.h"

#include "tests/unit/support/arena.h"
#include "tests/unit/support/disassemble.h"

static struct frame_pool pool;
static struct chase_arena lines;
static uint64_t root;

static const struct chase_arena_layout layouts[] = {
	{ .page = LEVEL_PT, .apart = LEVEL_PT },
	{ .page = LEVEL_PT, .apart = LEVEL_PD },
	{ .page = LEVEL_PT, .apart = LEVEL_PDPT },
	{ .page = LEVEL_PT, .apart = LEVEL_PML4 },
	{ .page = LEVEL_PD, .apart = LEVEL_PD },
	{ .page = LEVEL_PD, .apart = LEVEL_PDPT },
	{ .page = LEVEL_PD, .apart = LEVEL_PML4 },
	{ .page = LEVEL_PDPT, .apart = LEVEL_PDPT },
	{ .page = LEVEL_PDPT, .apart = LEVEL_PML4 },
	{ .page = LEVEL_PT, .apart = LEVEL_PT, .global = true },
	{ .page = LEVEL_PT, .apart = LEVEL_PT, .contiguous = true },
};

#define SMALL layouts[0]
#define LARGE layouts[4]
#define GLOBAL layouts[9]
#define CONTIGUOUS layouts[10]

static inline void open_lines(void)
{
	pool = arena_pool(ARENA_FRAMES);
	root = frame_alloc(&pool);
	assert_int_equal(chase_arena_open(&lines, &pool, root, 0), ERR_NONE);
}

/* Physical address that va is mapped to; 0: to nothing. */
static inline uint64_t physical(uint64_t va, enum level *level)
{
	const struct walk walk = walk_find(&pool, root, va, LEVEL_PT);
	const uint64_t within = level_span(walk.level) - 1;

	*level = walk.level;
	if ((*walk.entry & PTE_PRESENT) == 0)
		return 0;
	return (*walk.entry & PTE_FRAME & ~within) | (va & within);
}
