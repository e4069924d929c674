#include "bench/harness/runner.h"

#include "bench/harness/cpu_port.h"
#include "bench/harness/rounds.h"
#include "bench/harness/rows.h"
#include "bench/harness/selftest_op.h"
#include "lib/text.h"
#include "lib/x86/counters.h"
#include "lib/x86/cpu.h"
#include "lib/x86/insn.h"

/* The windows' 2 MiB and what their alignment wastes; tables, verification, stores. */
#define FIXED_FRAMES (1024u + 144u)

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
	       (uint64_t)bench_count * PLAN_EXPERIMENTS * row_frames;
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

/* Without any rate, a guess that no machine is far from: it is only a time limit. */
static uint64_t ticks_per_row(const struct run *run)
{
	const uint64_t guess_hz = UINT64_C(2000000000);
	const uint64_t known_hz = run->machine->tsc_rate.best;

	return (known_hz != 0 ? known_hz : guess_hz) / 1000 *
	       run->config->profile->ms_per_row;
}

static struct disturbances read_disturbances(void *context)
{
	const struct run *const run = context;

	const struct machine *const machine = run->machine;
	struct clock_counts clock = { 0 };

	if ((run->config->plants & PLANT_DEAF) != 0)
		return (struct disturbances){ 0 };
	if (machine->has_aperf)
		clock = counters_read_clock();
	return (struct disturbances){
		.interrupts = this_cpu()->interrupts,
		.smis = counters_read_smis(machine->smi_counter),
		.aperf = clock.aperf,
		.mperf = clock.mperf,
	};
}

static enum err open_sampler(struct run *run)
{
	const uint32_t pairs = run->config->profile->pairs_per_row;
	const uint32_t most = pairs > SELFTEST_PAIRS ? pairs : SELFTEST_PAIRS;
	const uint64_t frames = (most * sizeof(int64_t) + PAGE_BYTES - 1) / PAGE_BYTES;
	const uint64_t differences = frame_alloc_run(run->pool, frames, PAGE_BYTES);
	const uint64_t scratch = frame_alloc_run(run->pool, frames, PAGE_BYTES);

	run->sampler = (struct sampler){
		.prime = workspace_prime,
		.disturbances = read_disturbances,
		.context = run,
		.ticks_per_row = ticks_per_row(run),
		.quantum = 1,
		.differences = (int64_t *)differences,
		.scratch = (int64_t *)scratch,
	};
	return differences == 0 || scratch == 0 ? ERR_NO_MEMORY : ERR_NONE;
}

static void run_selftests(struct run *run)
{
	run->selftest = (struct selftest){
		.source = &run->workspace.source,
		.sampler = &run->sampler,
		.fingerprint = &run->fingerprint,
		.env = run->machine->env,
		.planted_load = (run->config->plants & PLANT_LOAD) != 0,
	};
	selftest_clock(&run->selftest);
	selftest_operations(&(struct selftest_op){
		.selftest = &run->selftest,
		.workspace = &run->workspace,
		.machine = run->machine,
	});
}

static enum err open_measuring(struct run *run)
{
	enum err err =
		workspace_open(&run->workspace, run->pool, run->root, run->machine);

	if ((run->config->plants & PLANT_UNFENCED) != 0)
		run->workspace.clock.kind = CLOCK_UNFENCED;
	if (err == ERR_NONE)
		err = open_sampler(run);
	if (err == ERR_NONE)
		err = fingerprint_take(&run->fingerprint, &run->workspace.source,
		                       &run->sampler);
	return err;
}

/* What is wanting of memory shows in the rows: they are skipped for it. */
static void find_out(struct run *run)
{
	struct machine *const machine = run->machine;

	machine->cycle_counter = counters_start_cycles(machine);
	machine->smi_counter = counters_start_smis(machine);
	machine->has_aperf = counters_have_aperf();

	const enum err err = open_measuring(run);

	machine->quantum = run->fingerprint.quantum;
	machine->env = fingerprint_environment(&run->fingerprint, machine);
	if (err == ERR_NONE) {
		run->can_verify = verify_prepare(&run->ground, run->pool, run->root,
		                                 run->workspace.nx) == ERR_NONE;
		run_selftests(run);
		machine->cycle_counter.broken =
			selftest_failed(&run->selftest, "cycle_counter");
		selftest_record(&run->selftest, run->record);
	} else {
		run->workspace.window_area = 0;
	}
	selftest_conclude(&run->selftest, machine);
	machine_record_timing(machine, run->record);
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
		struct staleness staleness = { 0 };
		struct line line;

		if (runs)
			staleness =
				verify_cell(&port.port, &run->ground, op->by, entry);
		verify_to_csv(&line, op, entry, phase, runs ? &staleness : NULL);
		record_line(run->record, &line);
		if (runs)
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
		progress(run, ++run->steps_before, text);
		record_begin(run->record, FILE_VERIFY);
		verify_op(run, op, phase);
		record_end(run->record);
	}
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

static void on_chunk(void *context, struct experiment *experiment, unsigned finished)
{
	struct run *const run = context;
	char name[sizeof run->activity];

	plan_describe(&run->plan, experiment, name, sizeof name);
	progress(run, run->steps_before + finished + 1, name);
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
	if (run->rows_pending)
		deliver_rows(run, false);
	deliver_sums(run);
}
