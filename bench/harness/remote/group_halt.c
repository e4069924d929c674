/*
 * Proof that targets slept: what the counters of each say of the time that a row's
 * chunk took.  MSR E2H (SDM 4) may limit how deep MWAIT goes, or have C1 take its
 * place, and the name of the row would be all there is.
 */
#include "bench/harness/remote/group.h"

#include "lib/x86/identify.h"
#include "lib/x86/insn.h"

#define MSR_MPERF 0xe7u
#define MSR_APERF 0xe8u

/* The residency of core states, C3 to C7; who has not got one, faults. */
#define MSR_CORE_RESIDENCY 0x3fcu

static void read_one(struct halt_counts *counts, enum halt_counter counter,
                     uint32_t msr)
{
	if (rdmsr_safe(msr, &counts->count[counter]))
		counts->known |= UINT32_C(1) << counter;
}

/*
 * What only experiments that sleep are judged by is read of those alone: it may fault.
 */
static void read_counts(const struct remote_group *group, bool sleep,
                        struct halt_counts *counts)
{
	*counts = (struct halt_counts){ 0 };
	if ((cpuid_leaf(6, 0).ecx & 1) != 0) {
		(void)rdmsr_safe(MSR_APERF, &counts->aperf);
		read_one(counts, HALT_MPERF, MSR_MPERF);
	}
	for (unsigned i = HALT_C3; sleep && group->has_residency && i <= HALT_C7; i++)
		read_one(counts, (enum halt_counter)i,
		         MSR_CORE_RESIDENCY + i - HALT_C3);
	counts->tsc = rdtsc_ordered();
}

static bool sleeps(const struct remote_context *remote)
{
	const enum smp_state state = (enum smp_state)remote->spec->state;

	return remote->only_answers && smp_sleeps(state) && state != SMP_ARMED;
}

void group_halt_begin(const struct remote_context *remote, const struct smp_cpu *me)
{
	struct remote_group *const group = remote->group;

	read_counts(group, sleeps(remote), &group->halts[me->number].before);
}

void group_halt_end(const struct remote_context *remote, const struct smp_cpu *me)
{
	struct remote_group *const group = remote->group;

	read_counts(group, sleeps(remote), &group->halts[me->number].after);
}

static void note_frequency(struct remote_context *remote)
{
	for (unsigned i = 0; i < remote->targets; i++) {
		const struct smp_cpu *const target = group_target(remote, i);
		const struct group_halt *const look =
			&remote->group->halts[target->number];
		const int64_t frequency = halt_frequency(&look->before, &look->after);

		if (frequency == 0)
			continue;
		if (remote->slowest == 0 || frequency < remote->slowest)
			remote->slowest = frequency;
		if (frequency > remote->fastest)
			remote->fastest = frequency;
	}
}

static bool mwaits(const struct remote_context *remote)
{
	return smp_mwaits((enum smp_state)remote->spec->state);
}

static bool is_deep(const struct remote_context *remote)
{
	return mwaits(remote) && remote->spec->hint >= HALT_DEEP_HINT;
}

/*
 * By what this target did in this experiment, not by what others of that state have
 * done.
 */
static void judge(struct remote_context *remote, const struct group_halt *look)
{
	const int32_t slept = halt_share(&look->before, &look->after, HALT_MPERF);
	const int32_t deep = remote->group->on_metal && is_deep(remote)
	                             ? halt_deep_share(&look->before, &look->after)
	                             : HALT_UNKNOWN;

	remote->slept = halt_lower(remote->slept, slept);
	remote->slept_deep = halt_lower(remote->slept_deep, deep);
	if (!remote->group->on_metal)
		return;
	if (halt_refuted(slept))
		group_give_up(remote, ROW_SKIPPED, "did not halt");
	else if (halt_refuted(deep))
		group_give_up(remote, ROW_SKIPPED, "did not sleep deeper than C1");
}

void group_halt_judge(struct remote_context *remote)
{
	struct remote_group *const group = remote->group;
	struct halt_state *state;

	if (!remote->gave_up)
		note_frequency(remote);
	if (!sleeps(remote) || remote->gave_up || group->calls.sends == 0)
		return;
	for (unsigned i = 0; i < remote->targets; i++) {
		const struct smp_cpu *const target = group_target(remote, i);
		const struct group_halt *const look = &group->halts[target->number];

		/* The boot processor does not wait as others do. */
		if (target->number == 0)
			continue;
		state = halt_state(&group->totals.halted, mwaits(remote),
		                   remote->spec->hint);
		if (state != NULL)
			halt_note(state, &look->before, &look->after);
		judge(remote, look);
	}
}

static void add_share(struct selftest *selftest, const struct halt_state *state,
                      enum halt_counter counter)
{
	const bool known = state->lowest[counter] != HALT_UNKNOWN;

	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = state->names[counter],
			     .value = known ? state->lowest[counter] * INT64_C(100) : 0,
			     .unit = "percent",
			     .verdict = known ? SELFTEST_RECORDED : SELFTEST_SKIPPED,
		     });
}

void group_halt_selftest(const struct remote_group *group, struct selftest *selftest)
{
	for (unsigned i = 0; i < group->totals.halted.count; i++) {
		const struct halt_state *const state = &group->totals.halted.states[i];

		add_share(selftest, state, HALT_MPERF);
		for (unsigned c = HALT_C3; c <= HALT_C7; c++)
			if (halt_has_residency(state, (enum halt_counter)c))
				add_share(selftest, state, (enum halt_counter)c);
	}
}
