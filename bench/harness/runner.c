#include "bench/harness/runner.h"

#include "bench/harness/find_out.h"
#include "bench/harness/matrix.h"
#include "bench/harness/rounds.h"
#include "bench/harness/rows.h"
#include "bench/harness/selftest_op.h"
#include "lib/text.h"
#include "lib/x86/control.h"
#include "lib/x86/insn.h"

/*
 * The windows' 2 MiB and the verification's two of them, what their alignment wastes,
 * tables, small pages.
 */
#define FIXED_FRAMES (4u * 512u + 2u * 512u + 176u)

static void plan_for(struct run *run, const struct bench *bench,
                     struct workspace *workspace)
{
	run->plan.config = run->config;
	run->plan.machine = run->machine;
	run->plan.broken = tlb_op_named(run->config->broken_op);
	run->plan.all_broken = text_equal(run->config->broken_op, "each");
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
	       (uint64_t)bench_count * PLAN_EXPERIMENTS * row_frames;
}

/*
 * Some times what is usual: text, verification and a summary; a row of results.csv with
 * its histogram; a @progress line for each chunk; and with raw=1 the samples.
 */
#define FIXED_STREAM_BYTES (UINT64_C(512) << 10)
#define ROW_STREAM_BYTES UINT64_C(768)
#define HISTOGRAM_STREAM_BYTES UINT64_C(4096)
#define SAMPLE_STREAM_BYTES UINT64_C(96)

uint64_t runner_stream_bytes(const struct config *config)
{
	const uint64_t rows = (uint64_t)bench_count * PLAN_EXPERIMENTS;
	const uint64_t samples = config->raw ? config->profile->pairs_per_row : 0;
	const uint64_t histogram =
		config->profile->histograms ? HISTOGRAM_STREAM_BYTES : 0;

	return FIXED_STREAM_BYTES +
	       rows * (ROW_STREAM_BYTES + histogram + samples * SAMPLE_STREAM_BYTES);
}

static void progress(struct run *run, unsigned step, const char *name)
{
	text_copy(run->activity, sizeof run->activity, name);
	record_progress(run->record, step, run->steps, name);
}

/* Steps are rows, and one for each operation and phase of verification. */
bool runner_has_work(struct run *run)
{
	run->steps = 0;
	for (unsigned i = 0; i < bench_count; i++) {
		plan_for(run, benches[i], NULL);
		run->steps += run->plan.count;
		for (unsigned op = 0; op < tlb_op_count; op++)
			if (&tlb_ops[op] != tlb_op_none &&
			    plan_uses(&run->plan, &tlb_ops[op]))
				run->steps += 2;
	}
	return run->steps != 0;
}

static struct matrix matrix_of(struct run *run)
{
	return (struct matrix){
		.plan = &run->plan,
		.workspace = &run->workspace,
		.ground = run->can_verify ? &run->ground : NULL,
		.machine = run->machine,
		.record = run->record,
	};
}

static void verify_op(struct run *run, const struct tlb_op *op, enum verify_phase phase)
{
	const struct matrix matrix = matrix_of(run);
	const struct tally tally = matrix_verify(&matrix, op, phase);
	struct tally *const sum = &run->tallies[op - tlb_ops];

	sum->passed += tally.passed;
	sum->failed += tally.failed;
	run->failed = run->failed || tally.failed != 0;
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
		progress(run, ++run->steps_before, text);
		verify_op(run, op, phase);
	}
}

static void probe_tr7(struct run *run)
{
	const struct matrix matrix = matrix_of(run);

	if (run->steps_before == 0 &&
	    config_selects(run->config, run->plan.bench->name, "tr7_probe") &&
	    matrix_probe_tr7(&matrix).failed != 0)
		run->failed = true;
}

/* Which chunk and window of it have a fault on purpose. */
#define PLANT_BEFORE_CHUNK 3u
#define PLANT_AT_WINDOW 30u

/* Page 0 is not mapped. */
static void plant_faults(struct run *run, struct experiment *experiment)
{
	if (run->chunk + 1 != PLANT_BEFORE_CHUNK)
		return;
	if ((run->config->plants & PLANT_PF) != 0)
		touch(0);
	if ((run->config->plants & PLANT_IRQ) == 0)
		return;
	run->planted_nmi = PLANT_AT_WINDOW;
	run->sampler.prime = selftest_prime_with_nmi;
	experiment->priming.context = &run->planted_nmi;
}

/* As an experiment wants it; neither outside of one. */
static void set_mode(const struct run *run, bool pcide, bool tce)
{
	control_set_pcide(run->root, pcide);
	if ((run->machine->features & FEATURE_TCE) != 0)
		control_set_tce(tce);
}

static void on_chunk(void *context, struct experiment *experiment, unsigned finished)
{
	struct run *const run = context;
	char name[sizeof run->activity];

	plan_describe(&run->plan, experiment, name, sizeof name);
	progress(run, run->steps_before + finished + 1, name);
	set_mode(run, experiment->spec.pcide, experiment->spec.tce);
	plant_faults(run, experiment);
}

static void measure_all(struct run *run)
{
	rounds_run(&(struct rounds){
		.plan = &run->plan,
		.sampler = &run->sampler,
		.canary = &run->canary,
		.seed = run->config->seed,
		.chunk = &run->chunk,
		.on_chunk = on_chunk,
		.context = run,
	});
	set_mode(run, false, false);
	run->steps_before += run->plan.count;
}

static enum believed believed_of(const struct tally *tally)
{
	if (tally->failed != 0)
		return BELIEVED_NO;
	return tally->passed != 0 ? BELIEVED_YES : BELIEVED_UNKNOWN;
}

static void note_frequency(struct frequency *seen, const struct plan *plan)
{
	for (unsigned i = 0; i < plan->count; i++) {
		const struct samples *const row = &plan->experiments[i].samples;

		if (row->frequency_lowest == 0)
			continue;
		if (seen->lowest == 0 || row->frequency_lowest < seen->lowest)
			seen->lowest = row->frequency_lowest;
		if (row->frequency_highest > seen->highest)
			seen->highest = row->frequency_highest;
	}
}

static void deliver_rows(struct run *run, bool complete)
{
	enum believed believed[RUNNER_OPS];
	const struct rows rows = {
		.plan = &run->plan,
		.sampler = &run->sampler,
		.record = run->record,
		.complete = complete,
		.believed = believed,
	};

	for (unsigned i = 0; i < tlb_op_count; i++)
		believed[i] = believed_of(&run->tallies[i]);
	run->rows_pending = false;
	run->failed = rows_record(&rows) || run->failed;
	canary_record(&run->canary, run->record);
	note_frequency(&run->frequency, &run->plan);
}

static void run_bench(struct run *run, const struct bench *bench)
{
	workspace_reset(&run->workspace);
	if (run->workspace.window_area != 0 &&
	    canary_open(&run->canary, &run->workspace.source) != ERR_NONE)
		return;
	plan_for(run, bench, &run->workspace);
	if (run->plan.count == 0)
		return;
	run->rows_pending = true;
	probe_tr7(run);
	verify_all(run, PHASE_BEFORE);
	measure_all(run);
	verify_all(run, PHASE_AFTER);
	deliver_rows(run, true);
}

static void deliver_sums(struct run *run)
{
	struct tally total = { 0 };

	for (unsigned i = 0; i < tlb_op_count; i++) {
		total.failed += run->tallies[i].failed;
		total.passed += run->tallies[i].passed;
	}
	selftest_verification(&run->selftest, total.failed, total.passed);
	selftest_record(&run->selftest, run->record);
	machine_record_frequency(&run->frequency, run->record);
	machine_record_files(run->record);
}

enum run_status runner_run(struct run *run)
{
	text_copy(run->activity, sizeof run->activity, "self-tests");
	find_out(run);
	/* There even if nothing selected has anything to verify. */
	record_begin(run->record, FILE_VERIFY);
	record_end(run->record);
	for (unsigned i = 0; i < bench_count; i++)
		run_bench(run, benches[i]);
	deliver_sums(run);
	return run->failed || run->plan.lost != 0 ? RUN_FAILED : RUN_OK;
}

void runner_abort(struct run *run)
{
	set_mode(run, false, false);
	if (run->rows_pending)
		deliver_rows(run, false);
	deliver_sums(run);
}
