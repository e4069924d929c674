#pragma once
/*
 * The arena of lines: 2 MiB of cache lines that pointer chains are linked through, one
 * line for each page.  Every page has a line of its own, and the same lines can be
 * reached in two ways:
 *
 *     spread   line i through page i of a layout: one translation a page
 *     dense    all lines through one 2 MiB page: one translation in all
 *
 * In both ways a pointer chain visits the same lines in the same order, so caches see
 * the same, and the difference is translation.  Word 0 of a line is the offset of the
 * next one from the first spread page; word 1 its offset from the dense page.  As code,
 * a line has a jump to the next one for either way, and the last a way back.
 *
 * What pages of a layout have in common: 4 KiB pages 512 apart share a frame, but no
 * line; neighbours are never contiguous, so that no CPU can coalesce them, but in the
 * layout that is there to show what coalescing gains.  Pages of 2
 * MiB all have the arena behind them, and of 1 GiB the GiB it is in.  Pages further
 * apart than they are large have different places in the tables they have for
 * themselves, so that they are spread over the sets of a TLB, and their entries over
 * those of caches.
 *
 * Pure: writes tables and lines, runs and invalidates nothing.
 */
#include "lib/base/err.h"
#include "paging/address_space.h"

#include <stdbool.h>
#include <stdint.h>

#define LINES 32768u
#define LINE_BYTES 64u

/* Of code, within a line: where each way goes on. */
#define LINE_CODE_SPREAD 0u
#define LINE_CODE_DENSE 32u

/*
 * Pages of one size, and how far they are apart: as far as they are large, or one under
 * each PDE, PDPTE or PML4E of its own (2 MiB, 1 GiB, 512 GiB).
 */
struct chase_arena_layout {
	enum level page;  /* LEVEL_PT, LEVEL_PD or LEVEL_PDPT */
	enum level apart; /* page, or higher */
	bool global;      /* as a kernel's own; only of 4 KiB pages in a row */
	bool contiguous;  /* and so are their frames; only of those, not global */
};

/* Pages of that level, one behind the other. */
static inline struct chase_arena_layout chase_arena_in_a_row(enum level page)
{
	return (struct chase_arena_layout){ .page = page, .apart = page };
}

enum chase_arena_order {
	ORDER_RANDOM,     /* one cycle, every one equally likely (Sattolo) */
	ORDER_SEQUENTIAL, /* the next page is the next */
	ORDER_STRIDED,    /* always as many pages on, seven or a few more */
};

/*
 * A cycle through pages first ... first + pages - 1 of a layout.  Or `count` cycles:
 * each has an equal share of these pages in a row, give or take one.
 */
struct pointer_chains {
	struct chase_arena_layout layout;
	uint32_t first, pages;
	uint32_t count; /* 0: one */
	enum chase_arena_order order;
	uint64_t seed; /* of ORDER_RANDOM */
	bool code;     /* jumps, not offsets */
};

struct chase_arena {
	struct frame_pool *pool;
	uint64_t frame; /* physical, 2 MiB aligned; 0: there is none */
	bool in_giant;  /* in a whole GiB of our own */
};

/*
 * An arena in the GiB at giants or, if that is 0, in memory of the pool; maps it
 * densely at VA_LINES_DENSE.  Mappings are not writable, and executable: the lines are
 * written where memory is mapped 1:1.
 */
enum err chase_arena_open(struct chase_arena *arena, struct frame_pool *pool,
                          uint64_t root, uint64_t giants) MUST_CHECK;

/*
 * Maps pages first ... first + pages - 1 of the layout in the tables at root, with
 * tables of their own under each entry they are apart by.  ERR_ABSENT for 1 GiB pages
 * without a GiB of our own, ERR_TOO_LARGE past chase_arena_reach().
 */
enum err chase_arena_map(const struct chase_arena *arena, uint64_t root,
                         struct chase_arena_layout layout, uint32_t first,
                         uint32_t pages) MUST_CHECK;

/* How many pages of a layout there are at most. */
uint32_t chase_arena_reach(struct chase_arena_layout layout);

/* Frames that tables for so many pages take. */
uint64_t chase_arena_frames(struct chase_arena_layout layout, uint32_t pages);

/* Where the spread pages of a layout begin, the same in all address spaces. */
uint64_t chase_arena_base(struct chase_arena_layout layout);

/* Offset of page i from there. */
uint64_t chase_arena_page(struct chase_arena_layout layout, uint32_t page);

/* Offset of its line from there, and from VA_LINES_DENSE. */
uint64_t chase_arena_spread(const struct chase_arena *arena,
                            struct chase_arena_layout layout, uint32_t page);
uint32_t chase_arena_dense(struct chase_arena_layout layout, uint32_t page);

/* How many chains there are, and one of them alone. */
uint32_t chase_arena_chain_count(const struct pointer_chains *chains);
struct pointer_chains chase_arena_chain(const struct pointer_chains *chains,
                                        uint32_t chain);

/* Links the lines of these pages; other lines stay as they are. */
void chase_arena_link(const struct chase_arena *arena,
                      const struct pointer_chains *chains);
