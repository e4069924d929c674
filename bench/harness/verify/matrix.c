#include "bench/harness/verify/matrix.h"

#include "bench/harness/verify/faults.h"
#include "lib/x86/control.h"
#include "lib/x86/identify.h"

/* An operation that is being verified. */
struct trial {
	const struct matrix *matrix;
	struct matrix_work *work;
	struct verify_setting setting;
	bool runs; /* on this machine, in whatever state */
};

static void set_mode(void *argument)
{
	const struct matrix_work *const work = argument;

	if (work->has_tce)
		control_set_tce(work->mode.tce);
	control_set_pcide(work->root, work->mode.pcide);
}

static void verify(void *argument)
{
	struct matrix_work *const work = argument;

	work->staleness = verify_cell(&work->port.port, work->probe_pages, &work->cell);
}

static void take_fault(void *argument)
{
	struct matrix_work *const work = argument;

	work->verdict = fault_row_take(work->fault, work->root);
}

/* False, and no more trials, wherever it is, if the place did not come back. */
static bool run(const struct trial *trial, place_work *work)
{
	if (place_run(trial->matrix->place, work, trial->work))
		return true;
	trial->work->port.port.trials = 0;
	return false;
}

/*
 * Of a place with sums a cell is told if it failed, as long as there is room; its part
 * begins with the first.
 */
static void tell(const struct trial *trial, const struct line *line,
                 enum verdict verdict)
{
	struct matrix_sums *const sums = trial->matrix->sums;

	if (sums != NULL) {
		if (verdict != VERDICT_FAIL || sums->lines == 0)
			return;
		sums->lines--;
		if (!sums->has_part)
			record_begin(trial->matrix->record, FILE_VERIFY);
		sums->has_part = true;
	}
	record_line(trial->matrix->record, line);
}

static void begin_part(const struct matrix *matrix)
{
	if (matrix->sums == NULL)
		record_begin(matrix->record, FILE_VERIFY);
	else
		matrix->sums->has_part = false;
}

static void end_part(const struct matrix *matrix)
{
	if (matrix->sums == NULL || matrix->sums->has_part)
		record_end(matrix->record);
}

static void add_to_sums(struct matrix_sums *sums, enum rule rule, enum verdict verdict)
{
	if (sums == NULL || rule != RULE_MUST)
		return;
	sums->passed += verdict == VERDICT_PASS;
	sums->failed += verdict == VERDICT_FAIL;
	sums->inconclusive += verdict == VERDICT_INCONCLUSIVE;
}

static enum verdict record_skipped(const struct trial *trial,
                                   const struct verify_case *cell)
{
	struct line line;

	verify_to_csv(&line, cell, &trial->setting, NULL);
	tell(trial, &line, VERDICT_SKIPPED);
	return VERDICT_SKIPPED;
}

static enum verdict record_cell(const struct trial *trial,
                                const struct verify_case *cell, struct tally *tally)
{
	const enum rule rule = tlb_op_rule(cell->op, cell->entry, cell->mode).rule;
	struct matrix_work *const work = trial->work;
	struct line line;

	work->cell = *cell;
	/* 0: the place has not come back. */
	if (work->port.port.trials != 0)
		work->port.port.trials = verify_trials(cell, trial->matrix->trials);
	if (!run(trial, verify))
		return record_skipped(trial, cell);

	const enum verdict verdict = verdict_of(rule, &work->staleness);

	verify_to_csv(&line, cell, &trial->setting, &work->staleness);
	tell(trial, &line, verdict);
	add_to_sums(trial->matrix->sums, rule, verdict);
	tally_cell(tally, verdict);
	return verdict;
}

/* The second witness is heard once, before the timing. */
static void verify_one(const struct trial *trial, const struct verify_case *cell,
                       bool runs, struct tally *tally)
{
	if (!runs || !verify_applies(trial->matrix->probe_pages, cell)) {
		(void)record_skipped(trial, cell);
		return;
	}

	const enum verdict by_frame = record_cell(trial, cell, tally);
	struct verify_case witness = *cell;

	witness.oracle = ORACLE_ACCESSED;
	if (trial->setting.phase == PHASE_BEFORE && verify_has_witness(cell, by_frame))
		(void)record_cell(trial, &witness, tally);
}

static void verify_in_mode(const struct trial *trial, const struct tlb_op *op,
                           struct tlb_mode mode, struct tally *tally)
{
	struct matrix_work *const work = trial->work;
	const uint32_t features = trial->matrix->machine->features;
	bool runs = trial->runs && (!mode.pcide || (features & FEATURE_PCID) != 0);

	if (runs) {
		work->port.pcide = mode.pcide;
		work->port.has_invpcid = (features & FEATURE_INVPCID) != 0;
		work->mode = mode;
		runs = run(trial, set_mode);
	}
	for (unsigned i = 0; i < ENTRY_COUNT; i++)
		verify_one(
			trial,
			&(struct verify_case){ op, (enum entry)i, mode, ORACLE_FRAME },
			runs, tally);
	if (runs) {
		work->mode = (struct tlb_mode){ .pcide = false };
		(void)run(trial, set_mode);
	}
}

static void verify_modes(const struct trial *trial, const struct tlb_op *op,
                         struct tallies *tallies)
{
	const struct machine *const machine = trial->matrix->machine;
	const unsigned tces = (machine->features & FEATURE_TCE) != 0 ? 2 : 1;

	for (unsigned pcide = 0; pcide <= 1; pcide++)
		for (unsigned tce = 0; tce < tces; tce++)
			if (tlb_op_exists(op, pcide != 0))
				verify_in_mode(trial, op,
				               (struct tlb_mode){
						       .pcide = pcide != 0,
						       .tce = tce != 0,
						       .la57 = machine->la57,
						       .amd = is_amd(machine),
					       },
				               &tallies->in[tlb_mode_number(pcide != 0,
				                                            tce != 0)]);
}

static void record_fault(const struct trial *trial, const struct fault_row *row,
                         struct tally *tally)
{
	const struct matrix *const matrix = trial->matrix;
	struct matrix_work *const work = trial->work;
	const bool runs = matrix->probe_pages != NULL &&
	                  (row->needs & ~matrix->machine->features) == 0;
	struct line line;

	work->fault = row;
	work->verdict = VERDICT_SKIPPED;
	if (runs && !run(trial, take_fault))
		work->verdict = VERDICT_SKIPPED;
	fault_row_to_csv(&line, row, work->verdict, matrix->core_type, matrix->cpu);
	tell(trial, &line, work->verdict);
	if (matrix->sums != NULL)
		matrix->sums->faults_failed += work->verdict == VERDICT_FAIL;
	tally_fault(tally, work->verdict);
}

static void record_faults(const struct trial *trial, const char *op,
                          struct tally *tally)
{
	const struct fault_row *row;

	for (unsigned i = 0; (row = fault_row_of(op, i)) != NULL; i++)
		record_fault(trial, row, tally);
}

static struct trial trial_of(const struct matrix *matrix, struct matrix_work *work,
                             enum verify_phase phase)
{
	const bool has_tce = (matrix->machine->features & FEATURE_TCE) != 0;

	*work = (struct matrix_work){
		.probe_pages = matrix->probe_pages,
		.root = matrix->workspace->space.root,
		.has_tce = has_tce,
	};
	return (struct trial){
		.matrix = matrix,
		.work = work,
		.setting = { has_tce, phase, matrix->core_type, matrix->cpu },
	};
}

/* Other pages for each operation, and the second time. */
static uint64_t seed_of(const struct matrix *matrix, const struct tlb_op *op,
                        enum verify_phase phase)
{
	struct random random = { matrix->seed };
	const uint64_t number = 2 * (uint64_t)(op - tlb_ops) + (uint64_t)phase;

	return random_next(&random) + number * ENTRY_COUNT;
}

void matrix_verify(const struct matrix *matrix, const struct tlb_op *op,
                   enum verify_phase phase, struct tallies *tallies)
{
	struct workspace *const workspace = matrix->workspace;
	const uint32_t used = workspace->window_used;
	const bool can_be_flat = matrix->place == NULL && workspace_is_flat(workspace);
	struct matrix_work here = { 0 };
	struct matrix_work *const work = matrix->work != NULL ? matrix->work : &here;
	struct trial trial = trial_of(matrix, work, phase);

	trial.runs =
		matrix->probe_pages != NULL &&
		(op->needs & ~matrix->machine->features) == 0 &&
		(!op->runs_flat || can_be_flat) &&
		cpu_port_open(&work->port, workspace, op, matrix->broken) == ERR_NONE;
	work->port.port.seed = seed_of(matrix, op, phase);
	begin_part(matrix);
	verify_modes(&trial, op, tallies);
	if (phase == PHASE_BEFORE)
		record_faults(&trial, op->name, &tallies->in[0]);
	end_part(matrix);
	/* Its windows are not needed any more. */
	workspace->window_used = used;
}

struct tally matrix_probe_tr7(const struct matrix *matrix)
{
	struct matrix_work work;
	const struct trial trial = trial_of(matrix, &work, PHASE_BEFORE);
	struct tally tally = { 0 };

	record_begin(matrix->record, FILE_VERIFY);
	record_faults(&trial, "tr7_probe", &tally);
	record_end(matrix->record);
	return tally;
}
