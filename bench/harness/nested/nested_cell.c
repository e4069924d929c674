#include "bench/harness/nested/nested_cell.h"

#define APM_INVLPG "APM 3 INVLPG"
#define APM_INVLPGA "APM 3 INVLPGA"
#define APM_CR3 "APM 2 5.5 Translation-Lookaside Buffer (TLB)"
#define APM_TLB "APM 2 15.16 TLB Control"

#define CELL(op, act, rule_guest, rule_nested, citation, control)                      \
	{ op, act, CHANGE_GUEST, rule_guest, citation, control },                      \
	{                                                                              \
		op, act, CHANGE_NESTED, rule_nested, citation, control                 \
	}
#define PLAIN(op, act, rule, citation)                                                 \
	CELL(op, act, rule, RULE_MAY, citation, TLB_CONTROL_NOTHING)

/*
 * The manual has no invalidation of what was cached of nested tables alone: it is bound
 * to drop them only with everything of the ASID.
 */
const struct nested_cell nested_cells[] = {
	PLAIN("guest_invlpg", ACT_GUEST_INVLPG, RULE_MUST, APM_INVLPG),
	PLAIN("guest_cr3_reload", ACT_GUEST_CR3, RULE_MUST, APM_CR3),
	PLAIN("guest_invlpga", ACT_GUEST_INVLPGA, RULE_MUST, APM_INVLPGA),
	PLAIN("exit_invlpg", ACT_EXIT_INVLPG, RULE_MUST, APM_INVLPGA),
	PLAIN("exit_cr3_reload", ACT_EXIT_CR3, RULE_MUST, APM_TLB),
	PLAIN("invlpga", ACT_INVLPGA, RULE_MUST, APM_INVLPGA),
	PLAIN("invlpga_other_asid", ACT_INVLPGA_OTHER, RULE_MAY, APM_INVLPGA),
	PLAIN("host_invlpg", ACT_HOST_INVLPG, RULE_MAY, APM_INVLPG),
	PLAIN("host_cr4_pge_toggle", ACT_HOST_FLUSH, RULE_MAY, APM_CR3),
	PLAIN("vmrun_flush_nothing", ACT_VMRUN, RULE_MAY, APM_TLB),
	CELL("vmrun_flush_all", ACT_VMRUN, RULE_MUST, RULE_MUST, APM_TLB,
	     TLB_CONTROL_ALL),
	CELL("vmrun_flush_asid", ACT_VMRUN, RULE_MUST, RULE_MUST, APM_TLB,
	     TLB_CONTROL_ASID),
	CELL("vmrun_flush_non_global", ACT_VMRUN, RULE_MUST, RULE_MAY, APM_TLB,
	     TLB_CONTROL_NON_GLOBAL),
	CELL("vmrun_new_asid", ACT_NEW_ASID, RULE_MUST, RULE_MUST, APM_TLB,
	     TLB_CONTROL_NOTHING),
};
const unsigned nested_cell_count = sizeof nested_cells / sizeof nested_cells[0];

bool nested_cell_applies(const struct nested_cell *cell, bool flushes_by_asid)
{
	return flushes_by_asid || cell->control == TLB_CONTROL_NOTHING ||
	       cell->control == TLB_CONTROL_ALL;
}

static void put_counts(struct csv *csv, const struct staleness *staleness)
{
	if (staleness == NULL) {
		csv_empty(csv);
		csv_empty(csv);
		csv_empty(csv);
		return;
	}
	csv_u64(csv, staleness->trials);
	csv_u64(csv, staleness->stale_control);
	csv_u64(csv, staleness->stale_after);
}

void nested_cell_to_csv(struct line *line, const struct nested_cell *cell,
                        const struct staleness *staleness, const char *core_type)
{
	struct csv csv = csv_begin(line);

	csv_text(&csv, cell->op);
	csv_text(&csv, cell->change == CHANGE_GUEST ? "guest_entry" : "nested_entry");
	csv_u64(&csv, 0); /* pcide */
	csv_empty(&csv);  /* tce */
	csv_text(&csv, "before");
	csv_text(&csv, rule_name(cell->rule));
	csv_text(&csv, cell->citation);
	put_counts(&csv, staleness);
	csv_text(&csv,
	         verdict_name(staleness == NULL ? VERDICT_SKIPPED
	                                        : verdict_of(cell->rule, staleness)));
	verify_put_place(&csv, core_type, NULL);
}
