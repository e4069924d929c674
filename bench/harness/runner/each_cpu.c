#include "bench/harness/runner/each_cpu.h"

#include "bench/harness/runner/cores.h"
#include "lib/base/text.h"

/*
 * Lines of a processor.  An operation that does nothing fails some 70; what is broken
 * in every one is named by its first operations, and counted.
 */
#define CPU_LINES 100u
#define CPU_LINE_BYTES 192u

/* It stands for its type, and is verified with its rows. */
static bool is_measured(const struct run *run, const struct smp_cpu *member)
{
	for (unsigned kind = 1; kind < run->core_count; kind++)
		if (run->cores[kind].own->cpu == member &&
		    cores_refusal(&run->cores[kind]) == NULL)
			return true;
	return false;
}

unsigned each_cpu_count(const struct run *run)
{
	unsigned count = 0;

	if (!config_verifies_all(run->config))
		return 0;
	for (unsigned i = 1; i <= smp_count(&run->smp); i++)
		count += !is_measured(run, run->smp.cpus[i]);
	return count;
}

uint64_t each_cpu_bytes(const struct config *config, uint64_t processors)
{
	return config_verifies_all(config) ? processors * CPU_LINES * CPU_LINE_BYTES
	                                   : 0;
}

/* NULL: it is of a type that is not measured at all. */
static struct core *core_of(struct run *run, const struct smp_cpu *member)
{
	const unsigned kind = core_kinds_number(&run->kinds, &member->topology);

	return kind < run->core_count ? &run->cores[kind] : NULL;
}

/* As the column core_type has it; types beyond those that are told apart share one. */
static const char *type_of(const struct run *run, const struct smp_cpu *member)
{
	const unsigned kind = core_kinds_number(&run->kinds, &member->topology);
	const char *const name = core_kinds_name(&run->kinds, kind);

	return name == NULL && run->kinds.named ? "left-out" : name;
}

/*
 * Whose operations it is verified with: its type's, and the boot processor's where
 * nothing is measured of its type.
 */
static const struct usage *usage_of(const struct run *run, const struct core *core)
{
	return core == NULL || core->refusal != NULL ? run->cores[0].usage
	                                             : core->usage;
}

/* That it passes here says nothing of the core that is measured. */
static void add_failures(struct tallies *tallies, const struct tallies *found)
{
	for (unsigned mode = 0; mode < TLB_MODES; mode++) {
		struct tally failures = found->in[mode];

		failures.passed = 0;
		tally_add(&tallies->in[mode], &failures);
	}
}

static void verify_ops(struct run *run, struct matrix_sums *sums)
{
	struct core_own *const own = &run->visited;
	struct core *const core = core_of(run, own->cpu);
	const struct usage *const usage = usage_of(run, core);
	struct matrix matrix = {
		.workspace = &run->workspace,
		.probe_pages = run->can_verify ? &run->probe_pages : NULL,
		.machine = &own->machine,
		.seed = run->config->seed,
		.trials = VERIFY_TRIALS,
		.record = run->record,
		.place = &own->place,
		.work = &own->matrix_work,
		.core_type = type_of(run, own->cpu),
		.cpu = &own->cpu->listed,
		.sums = sums,
	};

	for (unsigned op = 0; op < TLB_OPS && !own->gone; op++) {
		struct tallies found = { 0 };

		if (!usage[op].used)
			continue;
		matrix.broken = config_breaks(run->config, tlb_ops[op].name);
		matrix_verify(&matrix, &tlb_ops[op], PHASE_BEFORE, &found);
		if (core != NULL)
			add_failures(&core->tallies[op], &found);
	}
}

static void record_sums(const struct run *run, const struct smp_cpu *member,
                        const char *refusal, const struct matrix_sums *sums)
{
	char name[32];

	format_text(name, sizeof name, "cpu_%u_verified", member->listed);
	record_begin(run->record, FILE_MACHINE);
	if (refusal != NULL)
		record_fact(run->record, name, "no: %s", refusal);
	else
		record_fact(run->record, name,
		            "passed=%u failed=%u inconclusive=%u faults_failed=%u",
		            sums->passed, sums->failed, sums->inconclusive,
		            sums->faults_failed);
	record_end(run->record);
}

static void verify_on(struct run *run, struct smp_cpu *member)
{
	struct matrix_sums sums = { .lines = CPU_LINES };
	const char *refusal = NO_ANSWER;

	if (!member->lost)
		refusal = cores_visit(run, &run->visited, member);
	if (refusal == NULL) {
		verify_ops(run, &sums);
		refusal = run->visited.gone ? NO_ANSWER : NULL;
	}
	record_sums(run, member, refusal, &sums);
	/* One that has stopped answering is a finding; one that is too different is
	 * not. */
	run->failed = run->failed || sums.failed != 0 || sums.faults_failed != 0 ||
	              (refusal != NULL && text_equal(refusal, NO_ANSWER));
}

void each_cpu_verify(struct run *run)
{
	char text[CONFIG_TEXT];

	if (!config_verifies_all(run->config))
		return;
	for (unsigned i = 1; i <= smp_count(&run->smp); i++) {
		struct smp_cpu *const member = smp_cpu(&run->smp, i);

		if (is_measured(run, member))
			continue;
		format_text(text, sizeof text, "verify on processor %u",
		            member->listed);
		run_progress(run, ++run->steps_before, text);
		verify_on(run, member);
	}
	run->on_delivered(run->context);
}
