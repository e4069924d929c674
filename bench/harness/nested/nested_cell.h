#pragma once
/*
 * What a guest's TLB must drop, as cells of verify.csv: an operation, and what was
 * changed of the page's translation.  Pure.
 */
#include "bench/harness/experiment/tally.h"
#include "bench/harness/verify/verify.h"
#include "lib/processor/vmcb.h"

/* Which entry was changed: the guest's own, or the nested one of its frame. */
enum nested_change { CHANGE_GUEST, CHANGE_NESTED };

/* What is done; the first ones by the guest, and all within one VMRUN. */
enum nested_act {
	ACT_GUEST_INVLPG,
	ACT_GUEST_CR3,
	ACT_GUEST_INVLPGA,
	ACT_EXIT_INVLPG, /* intercepted, and done by the host */
	ACT_EXIT_CR3,
	ACT_INVLPGA, /* by the host, as all that follow */
	ACT_INVLPGA_OTHER,
	ACT_HOST_INVLPG,
	ACT_HOST_FLUSH,
	ACT_VMRUN, /* again, with a TLB_CONTROL */
	ACT_NEW_ASID,
	NESTED_ACTS,
};

static inline bool nested_act_is_guests(enum nested_act act)
{
	return act < ACT_INVLPGA;
}

struct nested_cell {
	const char *op;
	enum nested_act act;
	enum nested_change change;
	enum rule rule;
	const char *citation;
	enum vmcb_tlb_control control; /* of the VMRUN behind it */
};

extern const struct nested_cell nested_cells[];
extern const unsigned nested_cell_count;

/* TLB_CONTROL 3 and 7 are reserved without FlushByAsid. */
bool nested_cell_applies(const struct nested_cell *cell, bool flushes_by_asid);

/* A line of verify.csv; staleness NULL: skipped; core_type NULL: all are alike. */
void nested_cell_to_csv(struct line *line, const struct nested_cell *cell,
                        const struct staleness *staleness, const char *core_type);
