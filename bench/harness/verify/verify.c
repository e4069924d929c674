#include "bench/harness/verify/verify.h"

#include "lib/base/csv.h"
#include "paging/address_space.h"

struct aim verify_aim(const struct verify_pages *probe_pages,
                      const struct verify_case *cell)
{
	const struct probe_entry *const probe_entry =
		&probe_pages->probe_entry[cell->entry];
	const struct tlb_op *const op = cell->op;
	const bool names_another =
		op->names == NAMES_ANOTHER ||
		(op->names == NAMES_ANY && probe_entry->pcid != PCID_HOME);
	/* Upper levels are dropped wherever some operations aim: away from them, then.
	 */
	const bool anywhere = cell->entry == ENTRY_PSC && op->drops_all_psc;

	return (struct aim){
		.va = anywhere ? probe_pages->elsewhere : probe_entry->aim,
		.pcid = names_another && cell->mode.pcide ? PCID_TARGET : PCID_HOME,
	};
}

bool verify_applies(const struct verify_pages *probe_pages,
                    const struct verify_case *cell)
{
	return probe_pages->probe_entry[cell->entry].entry != NULL &&
	       tlb_op_exists(cell->op, cell->mode.pcide) &&
	       tlb_op_rule(cell->op, cell->entry, cell->mode).rule != RULE_NONE;
}

static uint64_t access_page(const struct verify_port *port,
                            const struct probe_entry *probe_entry, uint64_t va)
{
	return probe_entry->is_code ? port->call(port, va) : port->read(port, va);
}

/* Reads the page in its own PCID: there and back without dropping anything. */
static uint64_t look(const struct verify_port *port,
                     const struct verify_pages *probe_pages,
                     const struct probe_entry *probe_entry, uint64_t va)
{
	if (probe_entry->pcid == PCID_HOME)
		return access_page(port, probe_entry, va);
	port->load_cr3(port, probe_pages->root | probe_entry->pcid | CR3_KEEP);

	const uint64_t word = access_page(port, probe_entry, va);

	port->load_cr3(port, probe_pages->root | PCID_HOME | CR3_KEEP);
	return word;
}

static bool reads_old(const struct verify_port *port,
                      const struct verify_pages *probe_pages,
                      const struct probe_entry *probe_entry, uint64_t va)
{
	return look(port, probe_pages, probe_entry, va) == OLD_WORD;
}

/*
 * Whether the old translation is still used.  Of a larger page it shows only where both
 * places have kept it, which a control must, and is left behind where one has.  The
 * middle is read first, before the start can bring in the whole page anew.
 */
static bool is_stale(const struct verify_port *port,
                     const struct verify_pages *probe_pages,
                     const struct probe_entry *probe_entry, bool control)
{
	if (probe_entry->far == 0)
		return reads_old(port, probe_pages, probe_entry, probe_entry->read);

	const bool far = reads_old(port, probe_pages, probe_entry, probe_entry->far);
	const bool near = reads_old(port, probe_pages, probe_entry, probe_entry->read);

	return control ? near && far : near || far;
}

/*
 * Whether no walk came by the entry since its accessed bit was cleared.  Of a larger
 * page one place says it: the first to be walked sets the bit of all.  The control is
 * run for its fences, which no read of the entry passes.
 */
static bool is_not_walked(const struct verify_port *port,
                          const struct verify_pages *probe_pages,
                          const struct probe_entry *probe_entry, const struct aim *aim)
{
	(void)look(port, probe_pages, probe_entry,
	           probe_entry->far != 0 ? probe_entry->far : probe_entry->read);
	port->run(port, true, aim);
	return (*probe_entry->entry & PTE_ACCESSED) == 0;
}

enum outcome { OUTCOME_FRESH, OUTCOME_STALE, OUTCOME_UNPREPARED };

static enum outcome try_once(const struct verify_port *port,
                             const struct verify_pages *probe_pages,
                             const struct verify_case *cell, bool control)
{
	const struct probe_entry *const probe_entry =
		&probe_pages->probe_entry[cell->entry];
	const struct aim aim = verify_aim(probe_pages, cell);
	const bool by_bit = cell->oracle == ORACLE_ACCESSED;

	*probe_entry->entry = probe_entry->old_value;
	port->forget(port, cell->op->by, probe_pages->pages, probe_pages->page_count);
	if (aim.va != probe_entry->fill)
		(void)port->read(port, aim.va);
	if (!reads_old(port, probe_pages, probe_entry, probe_entry->fill) ||
	    (probe_entry->far != 0 &&
	     !reads_old(port, probe_pages, probe_entry, probe_entry->far)))
		return OUTCOME_UNPREPARED;

	*probe_entry->entry = by_bit ? probe_entry->old_value & ~PTE_ACCESSED
	                             : probe_entry->new_value;
	port->run(port, control, &aim);

	const bool stale = by_bit ? is_not_walked(port, probe_pages, probe_entry, &aim)
	                          : is_stale(port, probe_pages, probe_entry, control);

	return stale ? OUTCOME_STALE : OUTCOME_FRESH;
}

struct staleness verify_cell(const struct verify_port *port,
                             const struct verify_pages *probe_pages,
                             const struct verify_case *cell)
{
	const struct probe_entry *const probe_entry =
		&probe_pages->probe_entry[cell->entry];
	struct staleness staleness = { .trials = port->trials };

	for (uint32_t i = 0; i < port->trials; i++) {
		const enum outcome control = try_once(port, probe_pages, cell, true);
		const enum outcome after = try_once(port, probe_pages, cell, false);

		staleness.stale_control += control == OUTCOME_STALE;
		staleness.stale_after += after == OUTCOME_STALE;
		staleness.unprepared +=
			control == OUTCOME_UNPREPARED || after == OUTCOME_UNPREPARED;
	}
	*probe_entry->entry = probe_entry->old_value;
	port->forget(port, cell->op->by, probe_pages->pages, probe_pages->page_count);
	return staleness;
}

bool verify_has_witness(const struct verify_case *cell, enum verdict by_frame)
{
	return cell->entry != ENTRY_CODE_4K && by_frame != VERDICT_INCONCLUSIVE &&
	       by_frame != VERDICT_SKIPPED;
}

enum verdict verdict_of(enum rule rule, const struct staleness *staleness)
{
	const bool control_is_stale =
		staleness->stale_control * 100u >= staleness->trials * 95u;
	const bool all_gone = staleness->stale_after == 0;

	if (staleness->trials == 0 || staleness->unprepared != 0 || !control_is_stale)
		return VERDICT_INCONCLUSIVE;
	if (rule == RULE_MUST)
		return all_gone ? VERDICT_PASS : VERDICT_FAIL;
	if (rule == RULE_CLAIMED)
		return all_gone ? VERDICT_HOLDS : VERDICT_REFUTED;
	return all_gone ? VERDICT_DROPPED : VERDICT_KEPT;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_PASS] = "pass",
		[VERDICT_FAIL] = "fail",
		[VERDICT_KEPT] = "kept",
		[VERDICT_DROPPED] = "dropped",
		[VERDICT_REFUTED] = "refuted",
		[VERDICT_HOLDS] = "holds",
		[VERDICT_INCONCLUSIVE] = "inconclusive",
		[VERDICT_SKIPPED] = "skipped",
	};

	return names[verdict];
}

static void put_entry(struct csv *csv, const struct verify_case *cell)
{
	struct line line;
	char name[32];

	line_clear(&line);
	line_put(&line, entry_name(cell->entry));
	if (cell->oracle == ORACLE_ACCESSED)
		line_put(&line, "_accessed");
	line_to_string(&line, name, sizeof name);
	csv_text(csv, name);
}

void verify_to_csv(struct line *line, const struct verify_case *cell,
                   const struct verify_setting *setting,
                   const struct staleness *staleness)
{
	const struct rule_cell rule = tlb_op_rule(cell->op, cell->entry, cell->mode);
	struct csv csv = csv_begin(line);

	csv_text(&csv, cell->op->name);
	put_entry(&csv, cell);
	csv_u64(&csv, cell->mode.pcide);
	if (setting->has_tce)
		csv_u64(&csv, cell->mode.tce);
	else
		csv_empty(&csv);
	csv_text(&csv, setting->phase == PHASE_BEFORE ? "before" : "after");
	csv_text(&csv, rule_name(rule.rule));
	csv_text(&csv, rule.citation);
	if (staleness == NULL) {
		csv_empty(&csv);
		csv_empty(&csv);
		csv_empty(&csv);
		csv_text(&csv, verdict_name(VERDICT_SKIPPED));
		csv_text(&csv, setting->core_type);
		return;
	}
	csv_u64(&csv, staleness->trials);
	csv_u64(&csv, staleness->stale_control);
	csv_u64(&csv, staleness->stale_after);
	csv_text(&csv, verdict_name(verdict_of(rule.rule, staleness)));
	csv_text(&csv, setting->core_type);
}
