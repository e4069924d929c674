#pragma once
#include "lib/machine.h"
#include "paging/body.h"

#include <stdint.h>

/*
 * What may be left behind by an invalidation: the columns of the verification
 * matrix.  Except for the global ones, all are of the current PCID.
 */
enum entry {
	ENTRY_PAGE_4K,          /* the page the operation aims at */
	ENTRY_NEIGHBOUR,        /* another page of the same table */
	ENTRY_GLOBAL_4K,        /* the page aimed at, global */
	ENTRY_GLOBAL_NEIGHBOUR, /* a global page that is not aimed at */
	ENTRY_PDE,              /* the page aimed at, whose PDE was repointed */
	ENTRY_COUNT,
};

const char *entry_name(enum entry entry);

/* What the manual says of an operation and an entry. */
enum rule {
	RULE_MAY,  /* nothing: it may be dropped or kept */
	RULE_MUST, /* it is dropped */
};

struct rule_cell {
	enum rule rule;
	const char *citation;
};

/* How an operation does it: what the preparation of its check has to do without. */
enum mechanism {
	BY_INVLPG = 1 << 0,
	BY_CR3 = 1 << 1,
	BY_CR4_PGE = 1 << 2,
};

/*
 * One way to invalidate.  The benchmarks time it and the verification checks it,
 * from the same bytes of the same row; neither knows which operation it holds.
 */
struct tlb_op {
	const char *name;
	uint32_t needs; /* enum feature */
	struct body body;
	enum mechanism by;
	bool takes_page;    /* aims at one page, so the page's size matters */
	bool drops_globals; /* and with them the code that is running */
	struct rule_cell drops[ENTRY_COUNT];
};

extern const struct tlb_op tlb_ops[];
extern const unsigned tlb_op_count;

/* Does nothing: the floor of every timing, the control of every verification. */
extern const struct tlb_op *const tlb_op_none;

/* NULL if there is none of that name. */
const struct tlb_op *tlb_op_named(const char *name);
