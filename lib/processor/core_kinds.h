#pragma once
/*
 * The types of core that a machine has, told by what CPUID says on each processor: P
 * and E cores of Intel (CPUID 1AH), performance and efficiency cores of AMD
 * (8000_0026).  Cores of one type may still be different ones: LP-E cores have another
 * native model, or reach no third level of cache.
 */
#include "lib/processor/topology.h"

#define CORE_KINDS 4u /* that are told apart; the others are counted */
#define CORE_KIND_NAME 16u

struct core_kind {
	char name[CORE_KIND_NAME]; /* "performance", "efficient", "efficient-2" */
	struct topology topology;  /* of its first processor */
	unsigned first;            /* place of that one in the list */
	unsigned processors;
};

struct core_kinds {
	bool named; /* there are several, here or not started; else all are alike */
	unsigned count;
	unsigned left_out; /* processors of further kinds */
	struct core_kind list[CORE_KINDS];
};

/*
 * The kinds of count processors, at least one, in the order in which the list has the
 * first of each: so the first is that of the boot processor.  hybrid: CPUID says that
 * there are several, even if the others are not in the list.
 */
void core_kinds_find(struct core_kinds *kinds, const struct topology *const *list,
                     unsigned count, bool hybrid);

/* Number of the kind that such a core is of; kinds->count if it is of none of them. */
unsigned core_kinds_number(const struct core_kinds *kinds,
                           const struct topology *topology);

/* As the column core_type has it: NULL where all cores are alike.  kinds NULL: so they
 * are. */
const char *core_kinds_name(const struct core_kinds *kinds, unsigned number);
