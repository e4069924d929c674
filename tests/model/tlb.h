#pragma once
/*
 * The TLB of the model: an unordered list of translations, data side and instruction
 * side, tagged by PCID.  It drops nothing that it is not told to drop, and of two
 * translations that both fit it uses the older: whoever forgets an invalidation meets
 * what it left behind.
 */
#include "paging/pte.h"

#include <stdbool.h>
#include <stdint.h>

#define TLB_ENTRIES 256u
#define TLB_SIDES 2u

enum side { SIDE_DATA, SIDE_CODE };

struct translation {
	enum side side;
	bool global;
	enum level level; /* of the page that the tables say */
	enum level held;  /* what is held of it: all, or a smaller piece */
	uint16_t pcid;
	uint64_t page;  /* first address of the page */
	uint64_t piece; /* first address of what is held */
	uint64_t frame; /* physical, of what is held */
};

struct tlb {
	unsigned count; /* the oldest first */
	struct translation at[TLB_ENTRIES];
};

/* Paging-structure entries that an invalidation reaches. */
enum upper {
	UPPER_NONE,
	UPPER_PATH, /* those used for its address */
	UPPER_ALL,
};

/* Global translations that an invalidation reaches: they serve every PCID. */
enum globals {
	GLOBALS_NONE,
	GLOBALS_OF_PCID, /* those that were filled in its PCID */
	GLOBALS_ALL,
};

/* What is held of code and stays: no CPU may. */
enum spared_code {
	SPARES_NO_CODE,
	SPARES_CODE,
	SPARES_LARGE_CODE,
	SPARES_GLOBAL_CODE,
	SPARES_OTHERS_CODE, /* of other PCIDs than pcid, not global */
};

/* What an instruction drops. */
struct invalidation {
	bool any_pcid, any_page; /* else pcid, else the page of va */
	bool spares_large;       /* no CPU may */
	enum spared_code spared_code;
	enum globals globals;
	enum upper upper;
	uint16_t pcid;
	uint64_t va;
};

/* First address of the page of that size. */
static inline uint64_t page_of(uint64_t va, enum level level)
{
	return va & ~(level_span(level) - 1);
}

/* NULL on a miss. */
const struct translation *tlb_find(const struct tlb *tlb, enum side side, uint16_t pcid,
                                   uint64_t va);

/* Fails the test that runs if the TLB is full: the model does not evict. */
void tlb_fill(struct tlb *tlb, const struct translation *translation);

void tlb_drop(struct tlb *tlb, const struct invalidation *what);
