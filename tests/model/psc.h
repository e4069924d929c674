#pragma once
/*
 * The paging-structure caches of the model: PML5 to PD entries
 * that named a table, tagged by PCID (SDM 3A 5.10.3 "Paging-Structure Caches").  A walk
 * starts behind the deepest one that fits, without looking at the tables above it.
 */
#include "tests/model/tlb.h"

#define PSC_ENTRIES 128u

struct upper_entry {
	enum level level; /* of the entry, LEVEL_PD or above */
	uint16_t pcid;
	uint64_t start; /* first address below it */
	uint64_t table; /* physical address of the table it names */
};

struct psc {
	unsigned count;
	struct upper_entry at[PSC_ENTRIES];
};

/* The deepest that fits, or NULL. */
const struct upper_entry *psc_find(const struct psc *psc, uint16_t pcid, uint64_t va);

void psc_fill(struct psc *psc, enum level level, uint16_t pcid, uint64_t va,
              uint64_t table);

void psc_drop(struct psc *psc, const struct invalidation *what);
