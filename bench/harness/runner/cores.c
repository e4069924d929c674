#include "bench/harness/runner/cores.h"

#include "bench/harness/runner/calibrate.h"
#include "bench/harness/runner/injected_fault.h"
#include "bench/harness/runner/run.h"
#include "bench/harness/selftest/conclusion.h"
#include "bench/harness/selftest/selftest_op.h"
#include "lib/base/line.h"
#include "lib/x86/control.h"
#include "lib/x86/counters.h"
#include "lib/x86/cpu.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"

/*
 * How long a piece of work may take: so often as long as an answer, and as so many
 * rows. A chunk takes as long as its row at most, but for its last block; the
 * self-tests a second or so.
 */
#define TIMEOUTS 100u
#define ROWS 4u

/*
 * Windows were written by the boot processor, and page tables changed: code is fetched
 * anew behind an instruction that serialises (SDM 3A 10.1.3 "Handling Self- and
 * Cross-Modifying Code"), and no translation is an old one.  Interrupts are off, as on
 * the boot processor: a call would come in the middle of a window.
 */
static void work_there(struct smp_cpu *me, void *argument)
{
	const struct core_own *const own = argument;
	const uint64_t flags = interrupts_off();

	(void)me;
	(void)cpuid(0, 0);
	control_drop_all();
	inject_in_work(own);
	own->work(own->argument);
	interrupts_as(flags);
}

static bool run_there(const struct place *place, place_work *work, void *argument)
{
	struct core_own *const own = (struct core_own *)place;
	struct smp *const smp = &own->run->smp;
	uint64_t limit = ROWS * own->run->sampler.ticks_per_row;

	/* It may come back to what it was given. */
	if (own->gone)
		return false;
	own->work = work;
	own->argument = argument;
	own->works++;
	limit += (inject_never_ends(own) ? 1 : TIMEOUTS) * smp_timeout(smp);
	if (smp_run_on(smp, own->cpu, work_there, own) &&
	    smp_wait(smp, own->cpu, limit))
		return true;
	own->gone = true;
	smp_stop(smp, own->cpu);
	return false;
}

const char *cores_refusal(const struct core *core)
{
	return core->refusal == NULL && core->own != NULL && core->own->gone
	               ? NO_ANSWER
	               : core->refusal;
}

void cores_keep_awake(const struct core *core, bool awake)
{
	const struct core_own *const own = core->own;

	if (own == NULL || own->cpu == NULL || own->gone || own->run->group.emulated)
		return;
	if (smp_command(&own->run->smp, own->cpu, awake ? SMP_PAUSE : SMP_HALT, 0))
		(void)smp_wait(&own->run->smp, own->cpu, smp_timeout(&own->run->smp));
}

const struct place *cores_place(const struct core *core)
{
	return core->own == NULL ? NULL : &core->own->place;
}

static void set_mode_there(void *argument)
{
	const struct core_own *const own = argument;

	control_set_pcide(own->run->root, own->pcide);
	if ((own->machine.features & FEATURE_TCE) != 0)
		control_set_tce(own->tce);
}

void cores_set_mode(struct run *run, const struct core *core, bool pcide, bool tce)
{
	if (core->own != NULL) {
		core->own->pcide = pcide;
		core->own->tce = tce;
		(void)place_run(&core->own->place, set_mode_there, core->own);
		return;
	}
	control_set_pcide(run->root, pcide);
	if ((run->machine->features & FEATURE_TCE) != 0)
		control_set_tce(tce);
}

void cores_begin(struct run *run)
{
	run->core_count = 1;
	run->cores[0].machine = run->machine;
	run->cores[0].sampler = &run->sampler;
}

bool cores_may_differ(const struct config *config, const struct machine *machine)
{
	return config->all_core_types &&
	       ((machine->features & FEATURE_HYBRID) != 0 ||
	        (config->injected_faults & INJECT_OTHER_CORE) != 0);
}

static void write_back_cr4(void *cr4)
{
	write_cr4(*(const uint64_t *)cr4);
}

/*
 * The operands of a window hold CR4 whole, as the boot processor has it.  VMXE and SMXE
 * are left as found, which need not be the same on both; no hypervisor is there that
 * could mind.
 */
static bool adopt_cr4(uint64_t cr4)
{
	return read_cr4() == cr4 ||
	       (fault_expect(&this_cpu()->slot, write_back_cr4, &cr4) == 0 &&
	        read_cr4() == cr4);
}

/* What the boot processor does not have is not used: tables and registers are its. */
static void identify_there(void *argument)
{
	struct core_own *const own = argument;
	struct machine *const machine = &own->machine;
	const uint32_t boot_features = machine->features;

	own->cr4_differs = !adopt_cr4(own->run->machine->used.cr4);
	machine->features = 0;
	machine->microcode = 0;
	identify_processor(machine);
	identify_by_msr(machine);
	if ((boot_features & FEATURE_INVLPGB) != 0)
		identify_by_trying(machine);
	machine->features |= FEATURE_LFENCE_WAITS;
	machine->features &= boot_features;
}

static void describe_there(void *argument)
{
	struct core_own *const own = argument;
	struct machine *const machine = &own->machine;

	identify_there(own);
	machine->cycle_counter = counters_start_cycles(machine);
	machine->smi_counter = counters_start_smis(machine);
	machine->has_aperf = counters_have_aperf();
}

static struct disturbances read_there(void *context)
{
	const struct core_own *const own = context;

	return calibrate_disturbances(&own->run->smp, &own->machine);
}

/* Its clock, and the self-tests that the boot processor has passed or not. */
static void test_there(void *argument)
{
	struct core_own *const own = argument;
	struct machine *const machine = &own->machine;
	struct selftest *const selftest = &own->selftest;
	struct window_source *const source = selftest->source;

	if (fingerprint_take(&own->fingerprint, source, &own->sampler) != ERR_NONE)
		return;
	machine->quantum = own->fingerprint.quantum;
	own->sampler.step = fingerprint_step(&own->fingerprint, machine->env);
	selftest_clock(selftest);
	selftest_operations(&(struct selftest_op){
		.selftest = selftest,
		.workspace = &own->run->workspace,
		.machine = machine,
	});
	machine->cycle_counter.broken = selftest_failed(selftest, "cycle_counter");
	own->sampler.unrepeated = selftest->unrepeated;
	own->sampler.unrepeated_ticks = selftest->unrepeated_ticks;
}

/* Of that kind, the first in the list that is there. */
static struct smp_cpu *find_cpu(struct run *run, unsigned kind)
{
	for (unsigned i = 1; i <= smp_count(&run->smp); i++) {
		struct smp_cpu *const member = smp_cpu(&run->smp, i);

		if (!member->lost &&
		    core_kinds_number(&run->kinds, &member->topology) == kind)
			return member;
	}
	return NULL;
}

static const char *open_own(struct run *run, struct core_own *own)
{
	if (own->cpu == NULL)
		return "no processor of that type answers";
	if (own->cpu->loose_stamps)
		return "LFENCE does not wait there";
	if (run->machine->env == ENV_HW && smp_has_other_memory(own->cpu))
		return "its MTRRs or PAT are others";
	if (run->workspace.window_area == 0)
		return NO_MEMORY;
	if (!place_run(&own->place, describe_there, own))
		return NO_ANSWER;
	if (own->cr4_differs)
		return "its CR4 is another";
	workspace_reset(&run->workspace);
	if (!place_run(&own->place, test_there, own))
		return NO_ANSWER;
	return own->fingerprint.measured ? NULL : NO_MEMORY;
}

const char *cores_visit(struct run *run, struct core_own *own, struct smp_cpu *cpu)
{
	if (run->workspace.window_area == 0)
		return NO_MEMORY;
	/* The rest is of the processor before, and not used. */
	own->place.run = run_there;
	own->run = run;
	own->cpu = cpu;
	own->machine = *run->machine;
	own->gone = false;
	own->works = 0;
	workspace_reset(&run->workspace);
	if (!place_run(&own->place, identify_there, own))
		return NO_ANSWER;
	return own->cr4_differs ? "its CR4 is another" : NULL;
}

static void open_core(struct run *run, unsigned kind)
{
	struct core *const core = &run->cores[kind];
	struct core_own *const own = &run->others[kind - 1];

	/* One by one, and the rest is 0: a literal of all would be on the stack. */
	own->place.run = run_there;
	own->run = run;
	own->cpu = find_cpu(run, kind);
	own->machine = *run->machine;
	own->sampler = run->sampler;
	own->sampler.disturbances = read_there;
	own->sampler.context = own;
	own->selftest.source = &run->workspace.source;
	own->selftest.sampler = &own->sampler;
	own->selftest.fingerprint = &own->fingerprint;
	own->selftest.env = run->machine->env;
	own->selftest.core_type = run->kinds.list[kind].name;
	core->machine = &own->machine;
	core->sampler = &own->sampler;
	core->own = own;
	core->refusal = open_own(run, own);
}

/*
 * "efficient processors=8 native_model=0x1 caches=3 cpu=16 family=6 model=151
 * stepping=2 microcode=0x2c quantum=1 timing_valid=1"; behind the caches "not measured:
 * WHY".
 */
static void describe(const struct run *run, unsigned kind, struct line *line)
{
	const struct core_kind *const found = &run->kinds.list[kind];
	const struct core *const core = &run->cores[kind];
	const struct machine *const machine = core->machine;
	const char *const refusal = kind < run->core_count ? cores_refusal(core)
	                            : run->config->all_core_types
	                                    ? "CPUID does not say hybrid"
	                                    : "core_types = boot";

	line_clear(line);
	line_format(line, "%s processors=%u native_model=0x%x caches=%u", found->name,
	            found->processors, found->topology.native_model,
	            found->topology.cache_levels);
	if (refusal != NULL) {
		line_format(line, " not measured: %s", refusal);
		return;
	}
	line_format(line, " cpu=%u family=%u model=%u stepping=%u",
	            core->own == NULL ? 0 : core->own->cpu->listed, machine->family,
	            machine->model, machine->stepping);
	if (machine->microcode != 0)
		line_format(line, " microcode=0x%lx", machine->microcode);
	line_format(line, " quantum=%u timing_valid=%s", machine->quantum,
	            timing_name(machine->timing));
}

static void record_kind(struct run *run, unsigned kind)
{
	struct line line;
	char text[300], name[24];

	describe(run, kind, &line);
	line_to_string(&line, text, sizeof text);
	record_fact(run->record, format_text(name, sizeof name, "core_type_%u", kind),
	            "%s", text);
}

/* core_type is that of the boot processor, as its rows have it. */
static void record_kinds(struct run *run)
{
	const char *const own = core_kinds_name(&run->kinds, 0);

	record_begin(run->record, FILE_MACHINE);
	record_fact(run->record, "core_type", "%s", own == NULL ? "" : own);
	if (run->kinds.left_out != 0)
		record_fact(run->record, "core_types_left_out", "%u",
		            run->kinds.left_out);
	for (unsigned kind = 0; run->kinds.named && kind < run->kinds.count; kind++)
		record_kind(run, kind);
	record_end(run->record);
}

void cores_find(struct run *run)
{
	const struct topology *list[SMP_CPUS];
	const unsigned count = smp_count(&run->smp) + 1;

	for (unsigned i = 0; i < count; i++)
		list[i] = &smp_cpu(&run->smp, i)->topology;
	core_kinds_find(&run->kinds, list, count,
	                (run->machine->features & FEATURE_HYBRID) != 0);
	run->core_count =
		cores_may_differ(run->config, run->machine) ? run->kinds.count : 1;
	for (unsigned kind = 0; kind < run->kinds.count; kind++)
		run->cores[kind].name = core_kinds_name(&run->kinds, kind);
	run->group.kinds = &run->kinds;
}

void cores_open(struct run *run)
{
	for (unsigned kind = 1; kind < run->core_count; kind++) {
		struct core *const core = &run->cores[kind];

		open_core(run, kind);
		if (core->refusal != NULL)
			continue;
		selftest_conclude(&core->own->selftest, core->machine);
		selftest_record(&core->own->selftest, run->record);
	}
	record_kinds(run);
}
