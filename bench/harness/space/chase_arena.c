#include "bench/harness/space/chase_arena.h"

#include "bench/harness/window/emit.h"
#include "lib/base/random.h"

#define ARENA_BYTES (UINT64_C(1) << 21)
#define ARENA_FRAMES ((uint32_t)(ARENA_BYTES / PAGE_BYTES))
#define LINES_PER_FRAME ((uint32_t)(PAGE_BYTES / LINE_BYTES))

/* Away from its start and its middle, where the verification has its words. */
#define ARENA_IN_GIANT (UINT64_C(1) << 28)

/* Words of a line: the two ways on, and while a chain is linked the next page. */
#define WORD_SPREAD 0u
#define WORD_DENSE 1u
#define WORD_NEXT 2u

/* Odd, so that 512 pages have 512 frames; far from 1, so that neighbours have not. */
#define FRAME_STEP 173u

/* PML4 entries that pages 1 GiB apart, and 512 GiB apart, have for themselves. */
#define ENTRIES_BY_1G UINT64_C(8)
#define ENTRIES_BY_512G 128u

/* Odd, so that 512 pages have 512 entries; of any number in a row about as many in each
 * set. */
#define ENTRY_STEP_PT 9u
#define ENTRY_STEP_PD 25u
/* In a PDPT the pages of each size have every third entry, so many. */
#define ENTRY_STEP_PDPT 47u
#define ENTRIES_OF_PDPT 170u

static uint32_t frame_of(struct chase_arena_layout layout, uint32_t page)
{
	return page * (layout.contiguous ? 1 : FRAME_STEP) % ARENA_FRAMES;
}

/*
 * 64 pages in a row have all 64 lines of a frame, that is all sets of an L1 cache; with
 * every further 64 the pairing of frame and line shifts, which spreads them over the
 * sets of the caches behind.  Pages of one frame are 512 apart: nine arena.
 */
static uint32_t line_of(uint32_t page)
{
	return (page % 64 + page / 64 % 8 + page / ARENA_FRAMES * 9) % LINES_PER_FRAME;
}

uint32_t chase_arena_dense(struct chase_arena_layout layout, uint32_t page)
{
	return frame_of(layout, page) * (uint32_t)PAGE_BYTES +
	       line_of(page) * LINE_BYTES;
}

static uint64_t frame_behind(const struct chase_arena *arena,
                             struct chase_arena_layout layout, uint32_t page)
{
	if (layout.page == LEVEL_PT)
		return arena->frame + frame_of(layout, page) * PAGE_BYTES;
	return arena->frame & ~(level_span(layout.page) - 1);
}

/*
 * Index of a page's entry in a table that it has for itself.  Pages with the same index
 * would have one set of the TLB in common, and their entries one set of each cache.
 */
static uint32_t index_in(enum level table, uint32_t page)
{
	switch (table) {
	case LEVEL_PT:
		return page * ENTRY_STEP_PT % TABLE_ENTRIES;
	case LEVEL_PD:
		return page * ENTRY_STEP_PD % TABLE_ENTRIES;
	default:
		return page * ENTRY_STEP_PDPT % ENTRIES_OF_PDPT * 3;
	}
}

uint64_t chase_arena_page(struct chase_arena_layout layout, uint32_t page)
{
	uint64_t offset = page * level_span(layout.apart);

	for (enum level table = layout.page; table < layout.apart; table++)
		offset += index_in(table, page) * level_span(table);
	return offset;
}

uint64_t chase_arena_spread(const struct chase_arena *arena,
                            struct chase_arena_layout layout, uint32_t page)
{
	const uint64_t line = arena->frame + chase_arena_dense(layout, page);

	return chase_arena_page(layout, page) +
	       (line - frame_behind(arena, layout, page));
}

uint64_t chase_arena_base(struct chase_arena_layout layout)
{
	const uint64_t entry = level_span(LEVEL_PML4);
	const uint64_t page = (uint64_t)layout.page;

	/* No page of 2 MiB is 4 KiB apart from the next. */
	if (layout.global)
		return VA_LINES + entry;
	/* Behind the dense mapping. */
	if (layout.contiguous)
		return VA_LINES_DENSE + entry;
	switch (layout.apart) {
	case LEVEL_PML4:
		return VA_LINES + 4 * ENTRIES_BY_1G * entry +
		       page * level_span(LEVEL_PDPT);
	case LEVEL_PDPT:
		return VA_LINES + (1 + page) * ENTRIES_BY_1G * entry;
	default:
		return VA_LINES + (2 * (uint64_t)layout.apart + page) * entry;
	}
}

uint32_t chase_arena_reach(struct chase_arena_layout layout)
{
	switch (layout.apart) {
	case LEVEL_PML4:
		return ENTRIES_BY_512G;
	case LEVEL_PDPT:
		return (uint32_t)ENTRIES_BY_1G * TABLE_ENTRIES;
	default:
		return LINES;
	}
}

uint64_t chase_arena_frames(struct chase_arena_layout layout, uint32_t pages)
{
	uint64_t frames = 0;

	for (enum level level = LEVEL_PML4; level > layout.page; level--) {
		const uint64_t in_each = level_span(level) / level_span(layout.apart);

		frames += in_each == 0 ? pages : pages / in_each + 1;
	}
	return frames;
}

enum err chase_arena_open(struct chase_arena *arena, struct frame_pool *pool,
                          uint64_t root, uint64_t giants)
{
	*arena = (struct chase_arena){
		.pool = pool,
		.frame = giants != 0 ? giants + ARENA_IN_GIANT
		                     : frame_alloc_run(pool, ARENA_FRAMES, ARENA_BYTES),
		.in_giant = giants != 0,
	};
	if (arena->frame == 0)
		return ERR_NO_MEMORY;
	return walk_map(pool, root, VA_LINES_DENSE, arena->frame,
	                PTE_GLOBAL | PTE_ACCESSED | PTE_DIRTY, LEVEL_PD);
}

enum err chase_arena_map(const struct chase_arena *arena, uint64_t root,
                         struct chase_arena_layout layout, uint32_t first,
                         uint32_t pages)
{
	const uint64_t base = chase_arena_base(layout);
	const uint64_t flags =
		PTE_ACCESSED | PTE_DIRTY | (layout.global ? PTE_GLOBAL : 0);

	if (arena->frame == 0)
		return ERR_NO_MEMORY;
	if (layout.page == LEVEL_PDPT && !arena->in_giant)
		return ERR_ABSENT;
	if (pages > chase_arena_reach(layout) ||
	    first > chase_arena_reach(layout) - pages)
		return ERR_TOO_LARGE;
	for (uint32_t page = first; page < first + pages; page++) {
		const enum err err = walk_map(
			arena->pool, root, base + chase_arena_page(layout, page),
			frame_behind(arena, layout, page), flags, layout.page);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static uint64_t *words_of(const struct chase_arena *arena,
                          struct chase_arena_layout layout, uint32_t page)
{
	return arena->pool->table_at(arena->frame) +
	       chase_arena_dense(layout, page) / sizeof(uint64_t);
}

static uint64_t *next_of(const struct chase_arena *arena,
                         const struct pointer_chains *chains, uint32_t i)
{
	return words_of(arena, chains->layout, chains->first + i) + WORD_NEXT;
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
	while (b != 0) {
		const uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Reaches every page: the least from seven on that has no divisor in common. */
static uint32_t stride_of(const struct pointer_chains *chains)
{
	uint32_t stride = 7;

	if (chains->order == ORDER_SEQUENTIAL)
		return 1;
	while (common_divisor(chains->pages, stride) != 1)
		stride++;
	return stride;
}

/* Sattolo: like Fisher and Yates, but none stays in its place, so it is one cycle. */
static void order_at_random(const struct chase_arena *arena,
                            const struct pointer_chains *chains)
{
	struct random random = { .state = chains->seed };

	for (uint32_t i = 0; i < chains->pages; i++)
		*next_of(arena, chains, i) = i;
	for (uint32_t i = chains->pages; i > 1; i--) {
		const uint32_t j = random_below(&random, i - 1);
		uint64_t *const a = next_of(arena, chains, i - 1);
		uint64_t *const b = next_of(arena, chains, j);
		const uint64_t swap = *a;

		*a = *b;
		*b = swap;
	}
}

static void order_by_stride(const struct chase_arena *arena,
                            const struct pointer_chains *chains)
{
	const uint32_t stride = stride_of(chains);

	for (uint32_t i = 0; i < chains->pages; i++)
		*next_of(arena, chains, i) = (i + stride) % chains->pages;
}

#define JUMP 0xe9 /* JMP rel32, counted from behind its five bytes */
#define JUMP_BYTES 5u

static void put_jump(uint8_t *at, uint64_t from, uint64_t to)
{
	*at = JUMP;
	emit_operand(at + 1, (uint32_t)(to - (from + JUMP_BYTES)));
}

/* Where the caller's RDX says. */
BODY(line_return, "jmp *%rdx")
static const struct body line_return = { BODY_RANGE(line_return) };

static void put_code(const struct chase_arena *arena,
                     const struct pointer_chains *chains, uint32_t page, uint32_t next)
{
	uint8_t *const line = (uint8_t *)words_of(arena, chains->layout, page);

	if (next == chains->first) {
		(void)emit_body(line + LINE_CODE_SPREAD, &line_return);
		(void)emit_body(line + LINE_CODE_DENSE, &line_return);
		return;
	}
	put_jump(line + LINE_CODE_SPREAD,
	         chase_arena_spread(arena, chains->layout, page),
	         chase_arena_spread(arena, chains->layout, next));
	put_jump(line + LINE_CODE_DENSE, chase_arena_dense(chains->layout, page),
	         chase_arena_dense(chains->layout, next));
}

static void link_chain(const struct chase_arena *arena,
                       const struct pointer_chains *chains)
{
	if (chains->order == ORDER_RANDOM)
		order_at_random(arena, chains);
	else
		order_by_stride(arena, chains);
	for (uint32_t i = 0; i < chains->pages; i++) {
		const uint32_t page = chains->first + i;
		const uint32_t next =
			chains->first + (uint32_t)*next_of(arena, chains, i);
		uint64_t *const words = words_of(arena, chains->layout, page);

		if (chains->code) {
			put_code(arena, chains, page, next);
			continue;
		}
		words[WORD_SPREAD] = chase_arena_spread(arena, chains->layout, next);
		words[WORD_DENSE] = chase_arena_dense(chains->layout, next);
	}
}

uint32_t chase_arena_chain_count(const struct pointer_chains *chains)
{
	return chains->count == 0 ? 1 : chains->count;
}

struct pointer_chains chase_arena_chain(const struct pointer_chains *chains,
                                        uint32_t chain)
{
	const uint32_t count = chase_arena_chain_count(chains);
	const uint32_t begin = chains->pages * chain / count;
	struct pointer_chains one = *chains;

	one.first += begin;
	one.pages = chains->pages * (chain + 1) / count - begin;
	one.count = 1;
	one.seed += chain;
	return one;
}

void chase_arena_link(const struct chase_arena *arena,
                      const struct pointer_chains *chains)
{
	for (uint32_t i = 0; i < chase_arena_chain_count(chains); i++) {
		const struct pointer_chains chain = chase_arena_chain(chains, i);

		link_chain(arena, &chain);
	}
}
