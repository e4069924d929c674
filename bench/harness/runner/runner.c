#include "bench/harness/runner/runner.h"

#include "bench/harness/experiment/rounds.h"
#include "bench/harness/experiment/rows.h"
#include "bench/harness/experiment/sweep.h"
#include "bench/harness/remote/shapes.h"
#include "bench/harness/runner/calibrate.h"
#include "bench/harness/runner/cores.h"
#include "bench/harness/runner/each_cpu.h"
#include "bench/harness/runner/injected_fault.h"
#include "bench/harness/selftest/conclusion.h"
#include "bench/harness/selftest/tsc_sync.h"
#include "bench/harness/smp/smp_pin.h"
#include "bench/harness/verify/matrix.h"
#include "lib/base/text.h"

/*
 * The windows' 2 MiB, the verification's two of them, the arena of lines, what their
 * alignment wastes, tables, small pages.
 */
#define FIXED_FRAMES (5u * 512u + 3u * 512u + 182u)

static unsigned number_of(const struct run *run, const struct core *core)
{
	return (unsigned)(core - run->cores);
}

/* selftest.break holds there. */
static bool is_broken_on(const struct run *run, const struct core *core)
{
	return core->own != NULL ||
	       (run->config->injected_faults & INJECT_OTHER_BROKEN) == 0;
}

/* The experiments of a plan of a benchmark on that core. */
static void plan_for(struct run *run, const struct bench *bench, unsigned number,
                     const struct core *core, struct workspace *workspace)
{
	struct plan *const plan = &run->plan;
	const char *const broken =
		is_broken_on(run, core) ? run->config->broken_op : "";

	run->core = core;
	plan->number = number;
	plan->config = run->config;
	plan->machine = core->machine;
	plan->broken = tlb_op_named(broken);
	plan->all_broken = text_equal(broken, "each");
	plan->kinds = run->kinds.count == 0 ? NULL : &run->kinds;
	plan->kind = number_of(run, core);
	plan->refusal = cores_refusal(core);
	plan->gave_up = core->own == NULL ? NULL : &core->own->gone;
	plan_make(plan, bench, workspace);
}

static bool is_measured_on(const struct bench *bench, const struct core *core)
{
	return core->own == NULL || bench->each_core_type;
}

/* As a whole, or with some operation or part. */
static bool is_selected(const struct config *config, const struct bench *bench)
{
	if (bench->parts != NULL)
		return bench->parts(config) != 0;

	bool selected = config_selects(config, bench->name, NULL);

	for (unsigned op = 0; op < TLB_OPS; op++)
		selected = selected ||
		           config_selects(config, bench->name, tlb_ops[op].name);
	return selected;
}

/* Of a benchmark, with at most so many processors. */
static unsigned plans_of(const struct config *config, const struct bench *bench,
                         unsigned processors)
{
	return bench->plans == NULL ? 1 : bench->plans(config, processors);
}

static uint64_t all_plans(const struct config *config, unsigned processors)
{
	uint64_t plans = 0;

	for (unsigned i = 0; i < bench_count; i++)
		plans += plans_of(config, benches[i], processors);
	return plans;
}

/*
 * Cases of LAVA that wait for the end, one for each row, and those of the part that is
 * open: verification has the longest.
 */
static uint64_t signal_bytes(uint64_t rows)
{
	const uint64_t usual = 160, open = UINT64_C(64) << 10;

	return rows * usual + open;
}

/* As many as a run can have, since they come before anybody knows the types of core. */
static uint64_t signal_frames(const struct config *config)
{
	return signal_bytes(all_plans(config, SMP_CPUS) * PLAN_EXPERIMENTS) /
	               PAGE_BYTES +
	       1;
}

uint64_t runner_frames(const struct config *config)
{
	const uint64_t pairs = config->profile->pairs_per_row;
	const uint64_t sort_bytes = 2 * sizeof(int64_t) * pairs;
	const uint64_t sample_bytes =
		PLAN_EXPERIMENTS * plan_sample_bytes(config->profile);
	uint64_t frames = FIXED_FRAMES + sort_bytes / PAGE_BYTES + 2 +
	                  sample_bytes / PAGE_BYTES + 1 +
	                  config->primed_pages / TABLE_ENTRIES;

	for (unsigned i = 0; i < bench_count; i++)
		if (benches[i]->frames != NULL && is_selected(config, benches[i]))
			frames += benches[i]->frames(config);
	if (config->lava)
		frames += signal_frames(config);
	return frames;
}

/*
 * Room for the samples of as many experiments as half of the memory left can hold; a
 * benchmark's are not needed any more when its rows are delivered.
 */
static void open_samples(struct run *run)
{
	const uint64_t bytes = plan_sample_bytes(run->config->profile);

	for (uint32_t sets = PLAN_EXPERIMENTS; sets != 0; sets /= 2) {
		const uint64_t frames = sets * bytes / PAGE_BYTES + 1;
		const uint64_t left = (run->pool->limit - run->pool->next) / PAGE_BYTES;
		const uint64_t at =
			frames > left / 2
				? 0
				: frame_alloc_run(run->pool, frames, PAGE_BYTES);

		if (at == 0)
			continue;
		run->plan.samples = (uint32_t *)at;
		run->plan.sample_sets = sets;
		return;
	}
}

/*
 * Some times what is usual: text, verification and a summary; a row of results.csv with
 * its histogram; a @progress line for each chunk; and with raw=1 the samples.
 */
#define FIXED_STREAM_BYTES (UINT64_C(512) << 10)
#define ROW_STREAM_BYTES UINT64_C(768)
#define HISTOGRAM_STREAM_BYTES UINT64_C(4096)
#define SAMPLE_STREAM_BYTES UINT64_C(96)

static uint64_t row_bytes(const struct config *config)
{
	return ROW_STREAM_BYTES +
	       (config->profile->histograms ? HISTOGRAM_STREAM_BYTES : 0);
}

/* Plans of all benchmarks, each as often as it is measured at most. */
static uint64_t most_passes(const struct config *config, const struct machine *machine)
{
	uint64_t passes = all_plans(config, machine->processors.count);

	for (unsigned i = 0; i < bench_count; i++)
		if (benches[i]->each_core_type && cores_may_differ(config, machine))
			passes += CORE_KINDS - 1;
	return passes;
}

/* Of processors those that the firmware lists: the others are not started yet. */
static uint64_t fixed_bytes(const struct config *config, const struct machine *machine)
{
	return FIXED_STREAM_BYTES + each_cpu_bytes(config, machine->processors.count);
}

uint64_t runner_stream_bytes(const struct config *config, const struct machine *machine)
{
	const uint64_t rows = most_passes(config, machine) * PLAN_EXPERIMENTS;
	const uint64_t samples = config->raw ? config->profile->pairs_per_row : 0;

	return fixed_bytes(config, machine) +
	       rows * (row_bytes(config) + samples * SAMPLE_STREAM_BYTES);
}

uint64_t runner_row_bytes(const struct run *run)
{
	const uint64_t most =
		cores_may_differ(run->config, run->machine) ? CORE_KINDS : 1;

	return fixed_bytes(run->config, run->machine) +
	       most * run->steps * row_bytes(run->config);
}

/* What was reserved; of a pool that is smaller, what the rows planned so far need. */
static void open_signals(struct run *run)
{
	const uint64_t planned = signal_bytes(run->steps) / PAGE_BYTES + 1;
	uint64_t frames = signal_frames(run->config), at = 0;

	if (run->lava == NULL)
		return;
	at = frame_alloc_run(run->pool, frames, PAGE_BYTES);
	if (at == 0) {
		frames = planned;
		at = frame_alloc_run(run->pool, frames, PAGE_BYTES);
	}
	if (at != 0)
		lava_give_store(run->lava, (char *)at, frames * PAGE_BYTES);
}

static void note_op(struct usage *usage, unsigned bench)
{
	if (!usage->used)
		usage->first = bench;
	usage->last = bench;
	usage->used = true;
}

/* Those that its rows have; and on other cores those that are done to it, and by it. */
static void note_usage(struct run *run, unsigned bench, struct core *core)
{
	const bool own = is_measured_on(benches[bench], core);

	for (unsigned op = 0; op < TLB_OPS; op++)
		if (&tlb_ops[op] != tlb_op_none &&
		    (own ? plan_uses(&run->plan, &tlb_ops[op])
		         : plan_uses_remotely(&run->plan, &tlb_ops[op])))
			note_op(&core->usage[op], bench);
}

static unsigned plans_here(const struct run *run, const struct bench *bench)
{
	return plans_of(run->config, bench, group_count(run->plan.group) + 1);
}

static void note_plan(struct run *run, unsigned bench, unsigned number)
{
	for (unsigned kind = 0; kind < run->core_count; kind++) {
		struct core *const core = &run->cores[kind];
		const bool own = is_measured_on(benches[bench], core);

		plan_for(run, benches[bench], number, own ? core : &run->cores[0],
		         NULL);
		run->steps += own ? run->plan.count : 0;
		if (core->refusal == NULL)
			note_usage(run, bench, core);
	}
}

static void note_bench(struct run *run, unsigned bench)
{
	if (benches[bench]->parts != NULL) {
		run->steps += benches[bench]->parts(run->config);
		return;
	}
	for (unsigned i = 0; i < plans_here(run, benches[bench]); i++)
		note_plan(run, bench, i);
}

/* Steps are experiments, and one for each operation and phase of verification. */
bool runner_has_work(struct run *run)
{
	if (run->core_count == 0)
		cores_begin(run);
	run->steps = 0;
	for (unsigned i = 0; i < bench_count; i++)
		note_bench(run, i);
	for (unsigned kind = 0; kind < run->core_count; kind++)
		for (unsigned op = 0; op < TLB_OPS; op++)
			run->steps += run->cores[kind].usage[op].used ? 2 : 0;
	if (run->steps == 0)
		return false;
	run->steps += each_cpu_count(run);
	return true;
}

/* An emulator takes its time, and keeps or drops an entry each time. */
static uint32_t trials_of(const struct run *run, const struct core *core)
{
	const enum environment env = core->machine->env;
	const bool is_fast = env == ENV_HW || env == ENV_MODEL;

	return is_fast ? run->config->profile->trials : VERIFY_TRIALS;
}

static struct matrix matrix_of(struct run *run, const struct core *core)
{
	return (struct matrix){
		.workspace = &run->workspace,
		.probe_pages = run->can_verify && cores_refusal(core) == NULL
		                       ? &run->probe_pages
		                       : NULL,
		.machine = core->machine,
		.seed = run->config->seed,
		.trials = trials_of(run, core),
		.record = run->record,
		.place = cores_place(core),
		.work = core->own == NULL ? NULL : &core->own->matrix_work,
		.core_type = core->name,
	};
}

static void verify_op(struct run *run, struct core *core, const struct tlb_op *op,
                      enum verify_phase phase)
{
	struct matrix matrix = matrix_of(run, core);
	struct tallies *const tallies = &core->tallies[op - tlb_ops];
	struct tally sum;

	matrix.broken = is_broken_on(run, core) && config_breaks(run->config, op->name);
	smp_hold_nmi(&run->smp, op->runs_flat);
	matrix_verify(&matrix, op, phase, tallies);
	smp_hold_nmi(&run->smp, false);
	sum = tallies_sum(tallies);
	run->failed = run->failed || tally_failures(&sum) != 0;
}

static void say_verify(struct run *run, const struct core *core,
                       const struct tlb_op *op, enum verify_phase phase)
{
	struct line name;
	char text[CONFIG_TEXT];

	line_clear(&name);
	line_put(&name, "verify/");
	line_put(&name, op->name);
	line_put(&name, phase == PHASE_BEFORE ? " before" : " after");
	if (core->own != NULL) {
		line_put(&name, " on ");
		line_put(&name, core->name);
	}
	line_to_string(&name, text, sizeof text);
	run_progress(run, ++run->steps_before, text);
}

/* Before the first benchmark that uses an operation there, and after the last. */
static void verify_on(struct run *run, struct core *core, unsigned bench,
                      enum verify_phase phase)
{
	for (unsigned i = 0; i < TLB_OPS; i++) {
		const struct usage *const usage = &core->usage[i];

		if (!usage->used ||
		    bench != (phase == PHASE_BEFORE ? usage->first : usage->last))
			continue;
		say_verify(run, core, &tlb_ops[i], phase);
		verify_op(run, core, &tlb_ops[i], phase);
	}
}

/* Every core that the experiments of the plan are about: see plan_kinds(). */
static void verify_all(struct run *run, unsigned bench, enum verify_phase phase)
{
	for (unsigned kind = 0; kind < run->core_count; kind++) {
		struct core *const core = &run->cores[kind];

		if (core == run->core ||
		    (run->core->own == NULL && !is_measured_on(benches[bench], core)))
			verify_on(run, core, bench, phase);
	}
}

static void probe_tr7(struct run *run)
{
	const struct matrix matrix = matrix_of(run, run->core);
	struct tally tally;

	if (run->tr7_probed ||
	    !config_selects(run->config, run->plan.bench->name, "tr7_probe"))
		return;
	run->tr7_probed = true;
	tally = matrix_probe_tr7(&matrix);
	run->failed = run->failed || tally_failures(&tally) != 0;
}

static void on_chunk(void *context, struct experiment *experiment, unsigned finished)
{
	struct run *const run = context;
	char name[sizeof run->activity];

	smp_check(&run->smp);
	plan_describe(&run->plan, experiment, name, sizeof name);
	run_progress(run, run->steps_before + finished + 1, name);
	cores_set_mode(run, run->core, experiment->spec.pcide, experiment->spec.tce);
	smp_hold_nmi(&run->smp, experiment->spec.op->runs_flat);
	inject_before_chunk(run, experiment);
}

static void measure_all(struct run *run)
{
	rounds_run(&(struct rounds){
		.plan = &run->plan,
		.sampler = run->core->sampler,
		.frequency_probe = &run->frequency_probe,
		.seed = run->config->seed,
		.chunk = &run->chunk,
		.on_chunk = on_chunk,
		.context = run,
		.place = cores_place(run->core),
		.work = run->core->own == NULL ? NULL : &run->core->own->chunk_work,
	});
	cores_set_mode(run, run->core, false, false);
	smp_hold_nmi(&run->smp, false);
	run->steps_before += run->plan.count;
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
	struct rows rows = {
		.plan = &run->plan,
		.sampler = run->core->sampler,
		.record = run->record,
		.made = run->rows,
		.complete = complete,
	};

	for (unsigned kind = 0; kind < run->core_count; kind++)
		rows.tallies[kind] = run->cores[kind].tallies;
	run->rows_pending = false;
	run->failed = rows_record(&rows) || run->failed;
	frequency_probe_record(&run->frequency_probe, run->core->name, run->record);
	if (run->core->own == NULL)
		note_frequency(&run->frequency, &run->plan);
}

static void gather(struct run *run)
{
	group_gather(&run->group, &run->smp, run->config, run->machine, run->root);
	run->plan.group = &run->group;
}

/* Whoever is still there, with nothing of the benchmark before. */
static void begin_bench(struct run *run)
{
	gather(run);
	workspace_reset(&run->workspace);
	script_area_drop_all(run->root);
}

static void run_on(struct run *run, unsigned bench, unsigned number,
                   const struct core *core)
{
	begin_bench(run);
	if (run->workspace.window_area != 0 &&
	    frequency_probe_open(&run->frequency_probe, &run->workspace.source) !=
	            ERR_NONE)
		return;
	plan_for(run, benches[bench], number, core, &run->workspace);
	if (run->plan.count == 0)
		return;
	run->rows_pending = true;
	cores_keep_awake(core, true);
	probe_tr7(run);
	verify_all(run, bench, PHASE_BEFORE);
	measure_all(run);
	if (benches[bench]->conclude != NULL)
		benches[bench]->conclude(&run->plan);
	sweep_mark(&run->plan, core->sampler);
	verify_all(run, bench, PHASE_AFTER);
	cores_keep_awake(core, false);
	deliver_rows(run, true);
	run->on_delivered(run->context);
}

static void on_part(void *context, const char *name)
{
	struct run *const run = context;

	smp_check(&run->smp);
	run_progress(run, ++run->steps_before, name);
}

/* A benchmark without experiments. */
static void run_parts(struct run *run, const struct bench *bench)
{
	if (!is_selected(run->config, bench))
		return;
	begin_bench(run);
	run->failed = bench->run(&(struct bench_run){
			      .config = run->config,
			      .machine = run->machine,
			      .workspace = &run->workspace,
			      .core_type = run->cores[0].name,
			      .group = &run->group,
			      .record = run->record,
			      .selftest = &run->selftest,
			      .progress = on_part,
			      .context = run,
		      }) ||
	              run->failed;
	run->on_delivered(run->context);
}

static void run_bench(struct run *run, unsigned bench)
{
	if (benches[bench]->run != NULL) {
		run_parts(run, benches[bench]);
		return;
	}
	if (benches[bench]->prepare != NULL &&
	    config_selects(run->config, benches[bench]->name, NULL))
		benches[bench]->prepare(&run->group);
	for (unsigned i = 0; i < plans_here(run, benches[bench]); i++)
		for (unsigned kind = 0; kind < run->core_count; kind++)
			if (is_measured_on(benches[bench], &run->cores[kind]))
				run_on(run, bench, i, &run->cores[kind]);
}

static void add_tallies(struct tally *total, const struct core *core)
{
	for (unsigned i = 0; i < TLB_OPS; i++) {
		const struct tally sum = tallies_sum(&core->tallies[i]);

		tally_add(total, &sum);
	}
}

static void deliver_sums(struct run *run)
{
	struct tally total = { 0 };

	for (unsigned kind = 0; kind < run->core_count; kind++)
		add_tallies(&total, &run->cores[kind]);
	selftest_verification(&run->selftest, tally_failures(&total), total.passed);
	group_selftest(&run->group, &run->selftest);
	selftest_record(&run->selftest, run->record);
	smp_record(&run->smp, run->record);
	machine_record_frequency(&run->frequency, run->record);
	machine_record_files(run->record);
}

enum run_status runner_run(struct run *run)
{
	open_signals(run);
	text_copy(run->activity, sizeof run->activity, "self-tests");
	if (run->config->pin)
		smp_pin(&run->smp);
	cores_find(run);
	calibrate(run);
	cores_open(run);
	open_samples(run);
	/* There even if nothing selected has anything to verify. */
	record_begin(run->record, FILE_VERIFY);
	record_end(run->record);
	gather(run);
	smp_begin_measuring(&run->smp);
	(void)runner_has_work(run);
	if (run->kept != NULL)
		memory_sink_reserve(run->kept, runner_row_bytes(run));
	each_cpu_verify(run);
	for (unsigned i = 0; i < bench_count; i++)
		run_bench(run, i);
	tsc_sync_test(&run->smp, &run->selftest, TSC_SYNC_AFTER);
	smp_unpin(&run->smp);
	deliver_sums(run);
	return run->failed || run->plan.lost != 0 ? RUN_FAILED : RUN_OK;
}

void runner_abort(struct run *run)
{
	cores_set_mode(run, &run->cores[0], false, false);
	if (run->rows_pending)
		deliver_rows(run, false);
	deliver_sums(run);
}
