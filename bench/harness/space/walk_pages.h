#pragma once
/*
 * Pages of which walks are measured, by what a walk meets: where its entry lies, and
 * which bits the entry lacks.
 *
 * Each page has a page table of its own, so that no two entries are in one line, and
 * all are in different sets of the TLB and of the caches.  One frame is behind all,
 * each page has a line of it for itself.
 */
#include "lib/base/err.h"
#include "lib/processor/cache_leaf.h"
#include "paging/walk.h"

#include <stdbool.h>
#include <stdint.h>

/* No more than the first level of any TLB holds. */
#define WALKED_PAGES 16u

/* Where the line of an entry is when a walk comes for it. */
enum walk_entry_at { WALK_AT_L1, WALK_AT_L2, WALK_AT_L3, WALK_AT_MEMORY };

struct walk_pages {
	bool is_open;
	uint64_t leaf; /* of an entry that lacks nothing: writable, A and D set */
	volatile uint64_t *entries[WALKED_PAGES];
	/* Above them, on the way to each: PDE, PDPTE, PML4E, and PML5E if there is one.
	 */
	volatile uint64_t *above[WALKED_PAGES][LEVEL_PML5];
	unsigned levels_above;
	uintptr_t others; /* lines to be read in place of others; 0: none */
	uint64_t others_bytes;
	/* Where entries are counted that lack these bits behind the next window. */
	uint32_t *unset; /* NULL: nowhere */
	uint64_t must_have;
};

/* What arm B of an experiment meets. */
struct walk_setting {
	const char *name;    /* word of the variant; NULL: entries lack nothing */
	uint64_t held_lacks; /* bits that entries lack when they go into the TLB */
	uint64_t lacks;      /* and when the window begins; nothing is flushed for it */
	bool stores;
	enum walk_entry_at at;
};

/* What the priming of an experiment works with. */
struct walk_context {
	struct walk_pages *pages;
	const struct cache_sizes *caches;
	struct walk_setting setting; /* of A: that of B, lacking nothing */
	uint64_t must_have;          /* bits that every access has to set */
	uint32_t unset;              /* entries that lacked one behind a window */
};

/* Bytes from the word of one page to that of the next; the first is at VA_WALKS. */
#define WALK_STRIDE ((UINT64_C(1) << 21) + 9 * PAGE_BYTES + 64)

static inline bool walk_at_needs_others(enum walk_entry_at at)
{
	return at == WALK_AT_L2 || at == WALK_AT_L3;
}

/* Maps them; nothing is done twice. */
enum err walk_pages_open(struct walk_pages *pages, struct frame_pool *pool,
                         uint64_t root, uint64_t nx) MUST_CHECK;

/*
 * Finds memory that takes the place of all in the caches above that level: twice what
 * they hold.  ERR_ABSENT if CPUID does not say how large they are, or the level is not
 * twice as large; ERR_TOO_LARGE if they hold more than is looked for.
 */
enum err walk_pages_others(struct walk_pages *pages, struct frame_pool *pool,
                           const struct cache_sizes *caches,
                           enum walk_entry_at at) MUST_CHECK;

/* Frames that they take; with others, where the caches are as large as any known. */
uint64_t walk_pages_frames(bool with_others);

/* All entries, without these bits; invalidates nothing. */
void walk_pages_set(const struct walk_pages *pages, uint64_t lacking);

/* How many entries lack one of these bits. */
uint32_t walk_pages_lacking(const struct walk_pages *pages, uint64_t bits);

/* Counts them where that was asked for; nobody is asked any more. */
void walk_pages_look(struct walk_pages *pages);

/*
 * Brings the lines of all entries to that level, and those of the entries above them
 * into the first.  CLFLUSH for memory; else by reading other lines, of the size that
 * caches has, in turn.
 */
void walk_pages_place(const struct walk_pages *pages, const struct cache_sizes *caches,
                      enum walk_entry_at at);
