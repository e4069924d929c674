#include "bench/harness/runner.h"

#include "bench/harness/cpu_port.h"
#include "bench/harness/fingerprint.h"
#include "lib/text.h"
#include "lib/x86/insn.h"

/* Alias G and what its alignment wastes, tables, the verification's pages. */
#define FIXED_FRAMES (1024u + 64u)

static void plan_for(struct run *run, const struct bench *bench,
                     struct workspace *workspace)
{
	run->plan.config = run->config;
	run->plan.machine = run->machine;
	run->plan.broken = tlb_op_named(run->config->broken_op);
	plan_make(&run->plan, bench, workspace);
}

uint64_t runner_frames(const struct config *config)
{
	const uint64_t pairs = config->profile->pairs_per_row;
	const uint64_t row_bytes = 2 * sizeof(uint32_t) * pairs;
	const uint64_t sort_bytes = 2 * sizeof(int64_t) * pairs;
	const uint64_t row_frames = row_bytes / PAGE_BYTES + 1;
	const uint64_t table_frames = config->primed_pages / TABLE_ENTRIES;

	return FIXED_FRAMES + sort_bytes / PAGE_BYTES + 2 + table_frames +
	       row_frames * bench_count * PLAN_EXPERIMENTS;
}

static void begin_step(struct run *run, const char *name)
{
	text_copy(run->activity, sizeof run->activity, name);
	record_progress(run->record, ++run->step, run->steps, name);
}

/* Steps are rows, and one for each operation and phase of verification. */
static void count_steps(struct run *run)
{
	for (unsigned i = 0; i < bench_count; i++) {
		plan_for(run, benches[i], NULL);
		run->steps += run->plan.count;
		for (unsigned op = 0; op < tlb_op_count; op++)
			if (&tlb_ops[op] != tlb_op_none &&
			    plan_uses(&run->plan, &tlb_ops[op]))
				run->steps += 2;
	}
}

/* Without any rate, a guess that no machine is far from: it is only a time limit. */
static uint64_t ticks_per_row(const struct run *run)
{
	const uint64_t guess_hz = UINT64_C(2000000000);
	const uint64_t known_hz = run->machine->tsc_rate.best;

	return (known_hz != 0 ? known_hz : guess_hz) / 1000 *
	       run->config->profile->ms_per_row;
}

static enum err open_sampler(struct run *run)
{
	const uint64_t bytes = run->config->profile->pairs_per_row * sizeof(int64_t);
	const uint64_t frames = (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
	const uint64_t differences = frame_alloc_run(run->pool, frames, PAGE_BYTES);
	const uint64_t scratch = frame_alloc_run(run->pool, frames, PAGE_BYTES);

	run->sampler = (struct sampler){
		.prime = workspace_prime,
		.interrupts = run->interrupts,
		.ticks_per_row = ticks_per_row(run),
		.quantum = 1,
		.differences = (int64_t *)differences,
		.scratch = (int64_t *)scratch,
	};
	return differences == 0 || scratch == 0 ? ERR_NO_MEMORY : ERR_NONE;
}

/* What is wanting of memory shows in the rows: they are skipped for it. */
static void find_out(struct run *run)
{
	struct fingerprint fingerprint = { 0 };
	const struct machine *const machine = run->machine;
	const uint64_t nx = (machine->features & FEATURE_NX) != 0 ? PTE_NX : 0;
	const enum err err =
		workspace_open(&run->workspace, run->pool, run->root, machine);

	if (err == ERR_NONE && open_sampler(run) == ERR_NONE &&
	    fingerprint_take(&fingerprint, &run->workspace, &run->sampler) == ERR_NONE)
		run->machine->quantum = fingerprint.quantum;
	else
		run->workspace.window_area = 0;
	run->machine->env = fingerprint_environment(&fingerprint, machine);
	run->can_verify =
		run->workspace.window_area != 0 &&
		verify_prepare(&run->ground, run->pool, run->root, nx) == ERR_NONE;
	machine_record_timing(machine, run->record);
	fingerprint_record(&fingerprint, run->record);
}

static void count_verdict(struct run *run, struct tally *tally, enum verdict verdict)
{
	tally->passed += verdict == VERDICT_PASS;
	tally->failed += verdict == VERDICT_FAIL;
	run->failed = run->failed || verdict == VERDICT_FAIL;
}

static void verify_op(struct run *run, const struct tlb_op *op, enum verify_phase phase)
{
	struct cpu_port port;
	const bool runs =
		(op->needs & ~run->machine->features) == 0 && run->can_verify &&
		cpu_port_open(&port, &run->workspace, plan_body(&run->plan, op)) ==
			ERR_NONE;

	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const enum entry entry = (enum entry)i;
		struct line line;

		if (!runs) {
			verify_to_csv(&line, op, entry, phase, NULL);
			record_line(run->record, &line);
			continue;
		}

		const struct staleness staleness =
			verify_cell(&port.port, &run->ground, op->by, entry);

		verify_to_csv(&line, op, entry, phase, &staleness);
		record_line(run->record, &line);
		count_verdict(run, &run->tallies[op - tlb_ops],
		              verdict_of(op->drops[entry].rule, &staleness));
	}
}

static void verify_all(struct run *run, enum verify_phase phase)
{
	for (unsigned i = 0; i < tlb_op_count; i++) {
		const struct tlb_op *const op = &tlb_ops[i];
		struct line name;
		char text[CONFIG_TEXT];

		if (op == tlb_op_none || !plan_uses(&run->plan, op))
			continue;
		line_clear(&name);
		line_put(&name, "verify/");
		line_put(&name, op->name);
		line_put(&name, phase == PHASE_BEFORE ? " before" : " after");
		line_to_string(&name, text, sizeof text);
		begin_step(run, text);
		record_begin(run->record, FILE_VERIFY);
		verify_op(run, op, phase);
		record_end(run->record);
	}
}

/* A fault on purpose: page 0 is not mapped. */
static void plant_page_fault(const struct run *run)
{
	if ((run->config->plants & PLANT_PF) != 0 && run->order == 2)
		touch(0);
}

static void measure_all(struct run *run)
{
	struct plan *const plan = &run->plan;

	for (unsigned i = 0; i < plan->count; i++) {
		struct experiment *const experiment = &plan->experiments[i];
		char name[CONFIG_TEXT];

		plan_describe(plan, experiment, name, sizeof name);
		begin_step(run, name);
		if (experiment->skip != NULL)
			continue;
		plant_page_fault(run);
		experiment->order = ++run->order;
		sampler_run(&run->sampler, &experiment->pair, &experiment->samples);
		experiment->finished = true;
	}
}

static enum believed believed_of(const struct run *run, const struct tlb_op *op)
{
	const struct tally *const tally = &run->tallies[op - tlb_ops];

	if (tally->failed != 0)
		return BELIEVED_NO;
	return tally->passed != 0 ? BELIEVED_YES : BELIEVED_UNKNOWN;
}

/* complete is false after an exception: then the last word on belief is missing. */
static struct row row_of(const struct run *run, unsigned i, bool complete)
{
	const struct experiment *const experiment = &run->plan.experiments[i];

	return plan_row(&run->plan, experiment, &run->sampler,
	                complete ? believed_of(run, experiment->spec.op)
	                         : BELIEVED_UNKNOWN);
}

/* After an exception only the rows that have something to say are delivered. */
static bool is_known(const struct experiment *experiment, bool complete)
{
	return complete || experiment->skip != NULL || experiment->samples.n != 0;
}

static void deliver_file(struct run *run, enum file file, bool complete,
                         void (*to_line)(const struct row *, struct line *))
{
	record_begin(run->record, file);
	if (file == FILE_SUMMARY) {
		struct line heading;

		row_summary_heading(&heading);
		record_line(run->record, &heading);
	}
	for (unsigned i = 0; i < run->plan.count; i++) {
		const struct row row = row_of(run, i, complete);
		struct line line;

		if (!is_known(&run->plan.experiments[i], complete))
			continue;
		to_line(&row, &line);
		record_line(run->record, &line);
		run->failed = run->failed || row.status == ROW_FAILED;
	}
	record_end(run->record);
}

static void deliver_rows(struct run *run, bool complete)
{
	run->rows_pending = false;
	deliver_file(run, FILE_RESULTS, complete, row_to_csv);
	deliver_file(run, FILE_SUMMARY, complete, row_to_summary);
}

static void run_bench(struct run *run, const struct bench *bench)
{
	workspace_reset(&run->workspace);
	plan_for(run, bench, &run->workspace);
	if (run->plan.count == 0)
		return;
	run->rows_pending = true;
	verify_all(run, PHASE_BEFORE);
	measure_all(run);
	verify_all(run, PHASE_AFTER);
	deliver_rows(run, true);
}

enum run_status runner_run(struct run *run)
{
	text_copy(run->activity, sizeof run->activity, "fingerprint");
	find_out(run);
	count_steps(run);
	if (run->steps == 0)
		return RUN_NOTHING_SELECTED;
	for (unsigned i = 0; i < bench_count; i++)
		run_bench(run, benches[i]);
	machine_record_files(run->record);
	return run->failed ? RUN_FAILED : RUN_OK;
}

void runner_abort(struct run *run)
{
	if (run->rows_pending)
		deliver_rows(run, false);
	machine_record_files(run->record);
}
