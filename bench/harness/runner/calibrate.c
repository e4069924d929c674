#include "bench/harness/runner/calibrate.h"

#include "bench/harness/runner/injected_fault.h"
#include "bench/harness/selftest/conclusion.h"
#include "bench/harness/selftest/exits.h"
#include "bench/harness/selftest/own_pages.h"
#include "bench/harness/selftest/selftest_op.h"
#include "bench/harness/selftest/smp_test.h"
#include "bench/harness/selftest/tsc_sync.h"
#include "lib/x86/counters.h"
#include "lib/x86/cpu.h"

static uint64_t ticks_per_row(const struct run *run)
{
	return tsc_hz_or(run->machine, TSC_HZ_USUAL) / 1000 *
	       run->config->profile->ms_per_row;
}

/* Those that the processor was sent on purpose. */
static uint32_t expected_interrupts(const struct smp_cpu *me)
{
	return atomic_load(&me->calls_handled) + atomic_load(&me->nmis_handled) +
	       atomic_load(&me->wakes);
}

struct disturbances calibrate_disturbances(const struct smp *smp,
                                           const struct machine *machine)
{
	struct clock_counts clock = { 0 };

	if (machine->has_aperf)
		clock = counters_read_clock();
	return (struct disturbances){
		.interrupts = this_cpu()->interrupts - expected_interrupts(smp_self()) +
		              smp_unexpected(smp),
		.smis = counters_read_smis(machine->smi_counter),
		.aperf = clock.aperf,
		.mperf = clock.mperf,
	};
}

static struct disturbances read_disturbances(void *context)
{
	struct run *const run = context;
	struct disturbances now = { 0 };

	if ((run->config->injected_faults & INJECT_DEAF) == 0)
		now = calibrate_disturbances(&run->smp, run->machine);
	inject_in_block(run);
	return now;
}

static enum err open_sampler(struct run *run)
{
	const uint32_t pairs = run->config->profile->pairs_per_row;
	const uint32_t most = pairs > SELFTEST_PAIRS ? pairs : SELFTEST_PAIRS;
	const uint64_t frames = (most * sizeof(int64_t) + PAGE_BYTES - 1) / PAGE_BYTES;
	const uint64_t differences = frame_alloc_run(run->pool, frames, PAGE_BYTES);
	const uint64_t scratch = frame_alloc_run(run->pool, frames, PAGE_BYTES);

	run->dither = (struct dither){
		.random = { .state = run->config->seed },
		.spin = sampler_spin,
	};
	run->sampler = (struct sampler){
		.disturbances = read_disturbances,
		.context = run,
		.ticks_per_row = ticks_per_row(run),
		.quantum = 1,
		.dither = &run->dither,
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
		.injected_load = (run->config->injected_faults & INJECT_LOAD) != 0,
		.core_type = run->cores[0].name,
	};
	selftest_clock(&run->selftest);
	selftest_operations(&(struct selftest_op){
		.selftest = &run->selftest,
		.workspace = &run->workspace,
		.machine = run->machine,
	});
	own_pages_test(&run->smp, run->pool, run->root, &run->selftest);
	smp_test(&run->smp, &run->selftest);
	tsc_sync_test(&run->smp, &run->selftest, TSC_SYNC_BEFORE);
	run->sampler.unrepeated = run->selftest.unrepeated;
	run->sampler.unrepeated_ticks = run->selftest.unrepeated_ticks;
}

static enum err open_measuring(struct run *run)
{
	enum err err =
		workspace_open(&run->workspace, run->pool, run->root, run->machine);

	if ((run->config->injected_faults & INJECT_UNFENCED) != 0)
		run->workspace.clock.kind = CLOCK_UNFENCED;
	if (err == ERR_NONE)
		err = open_sampler(run);
	if (err == ERR_NONE)
		err = fingerprint_take(&run->fingerprint, &run->workspace.source,
		                       &run->sampler);
	return err;
}

static enum err prepare_verify_pages(struct run *run)
{
	const enum environment env = run->machine->env;
	const struct verify_pages_spec spec = {
		.pool = run->pool,
		.root = run->root,
		.nx = run->workspace.nx,
		.giants = run->machine->giants,
		.no_far_code = env == ENV_TCG || env == ENV_TCG_ICOUNT,
	};

	return verify_prepare(&run->probe_pages, &spec);
}

static void record_window(struct record *record)
{
	record_begin(record, FILE_MACHINE);
	record_fact(record, "window_code_pages", "%u", WINDOW_CODE_PAGES);
	record_end(record);
}

/*
 * A guest on a processor leaves it by CPUID (SDM 3C "Instructions That Cause VM Exits
 * Unconditionally"; on AMD's every hypervisor intercepts it).  A clock that the
 * hypervisor answers for, if only at times, says what that costs.
 */
static const char *doubt_of_exits(const struct exits_found *found)
{
	if (found->cpuid != EXIT_YES)
		return "CPUID does not surely leave the guest";
	if (found->rdtsc == EXIT_YES)
		return "RDTSC leaves the guest";
	return found->rdtsc == EXIT_NO ? NULL : "RDTSC may leave the guest";
}

static void find_exits(struct run *run)
{
	const struct exits_found found = exits_find(&(struct exits_spec){
		.smp = &run->smp,
		.machine = run->machine,
		.record = run->record,
		.add_milli = run->fingerprint.slopes[CALIBRATION_ADD],
	});

	if (run->machine->env == ENV_VM && run->machine->env_doubt == NULL)
		run->machine->env_doubt = doubt_of_exits(&found);
}

/* What is wanting of memory shows in the rows: they are skipped for it. */
void calibrate(struct run *run)
{
	struct machine *const machine = run->machine;

	machine->cycle_counter = counters_start_cycles(machine);
	machine->smi_counter = counters_start_smis(machine);
	machine->has_aperf = counters_have_aperf();

	const enum err err = open_measuring(run);

	machine->quantum = run->fingerprint.quantum;
	machine->env = fingerprint_environment(&run->fingerprint, machine);
	machine->env_doubt = fingerprint_env_doubt(&run->fingerprint, machine);
	run->sampler.step = fingerprint_step(&run->fingerprint, machine->env);
	if (err == ERR_NONE) {
		run->can_verify = prepare_verify_pages(run) == ERR_NONE;
		run_selftests(run);
		machine->cycle_counter.broken =
			selftest_failed(&run->selftest, "cycle_counter");
		selftest_record(&run->selftest, run->record);
	} else {
		run->workspace.window_area = 0;
	}
	find_exits(run);
	selftest_conclude(&run->selftest, machine);
	machine_record_timing(machine, run->record);
	record_window(run->record);
}
