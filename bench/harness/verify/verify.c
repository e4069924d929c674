#include "bench/harness/verify/verify.h"

#include "paging/address_space.h"

struct aim verify_aim(const struct verify_pages *probe_pages,
                      const struct verify_case *cell,
                      const struct probe_entry *probe_entry)
{
	const struct tlb_op *const op = cell->op;
	const bool names_another =
		op->names == NAMES_ANOTHER ||
		(op->names == NAMES_ANY && probe_entry->pcid != PCID_HOME);
	/* Upper levels are dropped wherever some operations aim: away from them, then.
	 */
	const bool anywhere = entry_is_psc(cell->entry) && op->drops_all_psc;

	return (struct aim){
		.va = anywhere ? probe_pages->elsewhere : probe_entry->aim,
		.pcid = names_another && cell->mode.pcide ? PCID_TARGET : PCID_HOME,
	};
}

bool verify_applies(const struct verify_pages *probe_pages,
                    const struct verify_case *cell)
{
	return verify_has(probe_pages, cell->entry) &&
	       tlb_op_exists(cell->op, cell->mode.pcide) &&
	       tlb_op_rule(cell->op, cell->entry, cell->mode).rule != RULE_NONE;
}

/* One cell, on one page. */
struct trial {
	const struct verify_port *port;
	const struct verify_pages *probe_pages;
	const struct verify_case *cell;
	struct probe_entry probe_entry;
};

static uint64_t access_page(const struct trial *trial, uint64_t va)
{
	return trial->probe_entry.is_code ? trial->port->call(trial->port, va)
	                                  : trial->port->read(trial->port, va);
}

/* Reads the page in its own PCID: there and back without dropping anything. */
static uint64_t look(const struct trial *trial, uint64_t va)
{
	const struct verify_port *const port = trial->port;
	const uint64_t root = trial->probe_pages->root;
	const uint16_t pcid = trial->probe_entry.pcid;

	if (pcid == PCID_HOME)
		return access_page(trial, va);
	port->load_cr3(port, root | pcid | CR3_KEEP);

	const uint64_t word = access_page(trial, va);

	port->load_cr3(port, root | PCID_HOME | CR3_KEEP);
	return word;
}

static bool reads_old(const struct trial *trial, uint64_t va)
{
	return look(trial, va) == OLD_WORD;
}

/*
 * Whether the old translation is still used.  Of a larger page it shows only where both
 * places have kept it, which a control must, and is left behind where one has.  The
 * second half is read first, before the first can bring in the whole page anew.
 */
static bool is_stale(const struct trial *trial, bool control)
{
	const struct probe_entry *const probe_entry = &trial->probe_entry;

	if (probe_entry->far == 0)
		return reads_old(trial, probe_entry->read);

	const bool far = reads_old(trial, probe_entry->far);
	const bool near = reads_old(trial, probe_entry->read);

	return control ? near && far : near || far;
}

/*
 * Whether no walk came by the entry since its accessed bit was cleared.  Of a larger
 * page one place says it: the first to be walked sets the bit of all.  The control is
 * run for its fences, which no read of the entry passes.
 */
static bool is_not_walked(const struct trial *trial, const struct aim *aim)
{
	const struct probe_entry *const probe_entry = &trial->probe_entry;

	(void)look(trial, probe_entry->far != 0 ? probe_entry->far : probe_entry->read);
	trial->port->run(trial->port, true, aim);
	return (*probe_entry->entry & PTE_ACCESSED) == 0;
}

/* The entry as it was, and nothing cached of what the trial looks at. */
static void begin_anew(const struct trial *trial)
{
	const struct probe_entry *const probe_entry = &trial->probe_entry;
	const uint64_t pages[] = {
		trial->probe_pages->elsewhere,
		probe_entry->aim,
		probe_entry->fill,
		probe_entry->read,
		probe_entry->far,
	};
	const unsigned count = sizeof pages / sizeof pages[0];

	*probe_entry->entry = probe_entry->old_value;
	trial->port->forget(trial->port, trial->cell->op->by, pages,
	                    probe_entry->far != 0 ? count : count - 1);
}

enum outcome { OUTCOME_FRESH, OUTCOME_STALE, OUTCOME_UNPREPARED };

static enum outcome try_once(const struct trial *trial, bool control)
{
	const struct probe_entry *const probe_entry = &trial->probe_entry;
	const struct verify_port *const port = trial->port;
	const struct aim aim = verify_aim(trial->probe_pages, trial->cell, probe_entry);
	const bool by_bit = trial->cell->oracle == ORACLE_ACCESSED;

	begin_anew(trial);
	if (aim.va / PAGE_BYTES != probe_entry->fill / PAGE_BYTES)
		(void)port->read(port, aim.va);
	if (!reads_old(trial, probe_entry->fill) ||
	    (probe_entry->far != 0 && !reads_old(trial, probe_entry->far)))
		return OUTCOME_UNPREPARED;

	*probe_entry->entry = by_bit ? probe_entry->old_value & ~PTE_ACCESSED
	                             : probe_entry->new_value;
	port->run(port, control, &aim);

	const bool stale =
		by_bit ? is_not_walked(trial, &aim) : is_stale(trial, control);

	return stale ? OUTCOME_STALE : OUTCOME_FRESH;
}

struct staleness verify_cell(const struct verify_port *port,
                             const struct verify_pages *probe_pages,
                             const struct verify_case *cell)
{
	struct random random = { port->seed + (uint64_t)cell->entry };
	struct trial trial = { port, probe_pages, cell, { 0 } };
	struct staleness staleness = { .trials = port->trials };
	struct verify_draw draw = { 0 };

	for (uint32_t i = 0; i < port->trials; i++) {
		if (i % VERIFY_DRAW_TRIALS == 0)
			draw = verify_draw(probe_pages, &random);
		trial.probe_entry = verify_probe(probe_pages, cell->entry, &draw, i);

		const enum outcome control = try_once(&trial, true);
		const enum outcome after = try_once(&trial, false);

		staleness.stale_control += control == OUTCOME_STALE;
		staleness.stale_after += after == OUTCOME_STALE;
		staleness.unprepared +=
			control == OUTCOME_UNPREPARED || after == OUTCOME_UNPREPARED;
		*trial.probe_entry.entry = trial.probe_entry.old_value;
	}
	if (port->trials != 0)
		begin_anew(&trial);
	return staleness;
}

uint32_t verify_trials(const struct verify_case *cell, uint32_t often)
{
	const bool is_cheap = cell->op->takes_page && !entry_is_code(cell->entry) &&
	                      cell->oracle == ORACLE_FRAME;

	return is_cheap && often > VERIFY_TRIALS ? often : VERIFY_TRIALS;
}

bool verify_has_witness(const struct verify_case *cell, enum verdict by_frame)
{
	return !entry_is_code(cell->entry) && by_frame != VERDICT_INCONCLUSIVE &&
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

void verify_put_place(struct csv *csv, const char *core_type, const uint32_t *cpu)
{
	csv_text(csv, core_type);
	if (cpu == NULL)
		csv_empty(csv);
	else
		csv_u64(csv, *cpu);
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
		verify_put_place(&csv, setting->core_type, setting->cpu);
		return;
	}
	csv_u64(&csv, staleness->trials);
	csv_u64(&csv, staleness->stale_control);
	csv_u64(&csv, staleness->stale_after);
	csv_text(&csv, verdict_name(verdict_of(rule.rule, staleness)));
	verify_put_place(&csv, setting->core_type, setting->cpu);
}
