/* A chunk with a group: its members in their state, and what became of every call. */
#include "bench/harness/remote/group.h"

#include "lib/base/text.h"
#include "lib/x86/control.h"
#include "lib/x86/insn.h"

#define SETTLE_SPREAD_US 180u
#define SETTLE_DEEP_US 2000u

struct remote_context *group_context(const struct plan *plan,
                                     struct experiment *experiment)
{
	struct remote_group *const group = plan->group;
	struct remote_context *const remote = &group->contexts[group->context_count++];

	*remote = (struct remote_context){
		.group = group,
		.experiment = experiment,
		.spec = &experiment->spec.remote,
		.targets = experiment->spec.targets,
		.slept = HALT_UNKNOWN,
		.slept_deep = HALT_UNKNOWN,
	};
	if (remote->spec->mode == REMOTE_SELF)
		remote->targets = 1;
	experiment->remote = remote;
	return remote;
}

uint32_t group_block(const struct remote_context *remote)
{
	return remote->targets > 64 ? 1 : 4;
}

void group_give_up(struct remote_context *remote, enum row_status status,
                   const char *reason)
{
	remote->gave_up = true;
	if (remote->status != ROW_OK)
		return;
	remote->status = status;
	text_copy(remote->reason, sizeof remote->reason, reason);
}

void group_give_up_member(struct remote_context *remote, const struct smp_cpu *member,
                          const char *what)
{
	char text[sizeof remote->reason];

	group_give_up(
		remote, ROW_TIMEOUT,
		format_text(text, sizeof text, "processor %u%s", member->number, what));
}

static enum target_work work_of(const struct remote_context *remote)
{
	return (enum target_work)remote->spec->work;
}

/* Code that another processor has written is fetched anew (SDM 3A 10.1.3). */
static void take_mode(struct smp_cpu *me, void *argument)
{
	const struct remote_context *const remote = argument;

	/* One that was numbered and never sent is not this experiment's. */
	(void)smp_take(me);
	(void)cpuid(0, 0);
	control_set_pcide(remote->group->setup.root, remote->experiment->spec.pcide);
	target_work_begin(&remote->group->works, work_of(remote), me);
	group_halt_begin(remote, me);
}

static void leave_mode(struct smp_cpu *me, void *argument)
{
	const struct remote_context *const remote = argument;

	group_halt_end(remote, me);
	target_work_end(work_of(remote), me->cpu);
	control_set_pcide(remote->group->setup.root, false);
}

/* All at once, the boot processor last. */
bool group_run_some(struct remote_context *remote, unsigned count, smp_work *job,
                    void *argument)
{
	struct smp *const smp = remote->group->smp;
	bool all = true;

	for (unsigned i = 0; i < count; i++)
		if (group_target(remote, i)->number != 0)
			(void)smp_run_on(smp, group_target(remote, i), job, argument);
	for (unsigned i = 0; i < count; i++) {
		struct smp_cpu *const member = group_target(remote, i);

		if (member->number == 0)
			job(member, argument);
		else if (!smp_wait(smp, member, remote->group->timeout))
			all = false;
		if (member->lost)
			group_give_up_member(remote, member, " is given up");
	}
	return all;
}

bool group_run(struct remote_context *remote, smp_work *job, void *argument)
{
	return group_run_some(remote, remote->targets, job, argument);
}

static void drop_all(struct smp_cpu *me, void *unused)
{
	(void)me;
	(void)unused;
	control_drop_all();
}

void group_drop_all(struct remote_context *remote)
{
	(void)group_run(remote, drop_all, NULL);
	drop_all(NULL, NULL);
}

static bool command_one(struct remote_context *remote, struct smp_cpu *target,
                        enum smp_state state, uint32_t hint)
{
	struct remote_group *const group = remote->group;

	if (state != SMP_WORK)
		return smp_command(group->smp, target, state, hint);
	return smp_command_work(group->smp, target, target_work_step(work_of(remote)),
	                        &group->works);
}

static void command(struct remote_context *remote, enum smp_state state, uint32_t hint)
{
	struct smp *const smp = remote->group->smp;

	for (unsigned i = 0; i < remote->targets; i++)
		if (group_target(remote, i)->number != 0)
			(void)command_one(remote, group_target(remote, i), state, hint);
	for (unsigned i = 0; i < remote->targets; i++)
		if (group_target(remote, i)->number != 0)
			(void)smp_wait(smp, group_target(remote, i),
			               remote->group->timeout);
}

/*
 * Who sends in place of the boot processor is as awake as that is: it does not halt
 * between windows either, but where it is a thread of an emulator's host.
 */
static void command_sender(struct remote_context *remote, enum smp_state state)
{
	struct remote_group *const group = remote->group;
	struct smp_cpu *const from = group->members[remote->spec->from];

	if (from->number == 0 || group->emulated)
		return;
	(void)smp_command(group->smp, from, state, 0);
	(void)smp_wait(group->smp, from, group->timeout);
}

/* Whoever would keep a target awake waits as the target does. */
static void command_siblings(struct remote_context *remote, enum smp_state state,
                             uint32_t hint)
{
	struct remote_group *const group = remote->group;

	if (!smp_mwaits((enum smp_state)remote->spec->state))
		return;
	for (unsigned i = 1; i <= group->count; i++)
		if (target_is_kept_awake_by(group->order.topologies,
		                            remote->spec->first, remote->targets, i) &&
		    smp_command(group->smp, group->members[i], state, hint))
			(void)smp_wait(group->smp, group->members[i], group->timeout);
}

/* The other thread of the target's core, which spins; or halts again. */
static void command_sibling(struct remote_context *remote, bool spins)
{
	struct remote_group *const group = remote->group;
	struct smp_cpu *const sibling = group->members[remote->sibling];

	if (remote->sibling == 0)
		return;
	const bool told =
		spins ? smp_command_work(group->smp, sibling,
	                                 target_work_step(TARGET_SPIN), &group->works)
		      : smp_command(group->smp, sibling, SMP_HALT, 0);

	/* With an idle sibling the row would be another. */
	if (!told || !smp_wait(group->smp, sibling, group->timeout))
		group_give_up_member(remote, sibling, " is given up");
}

static struct group_counts counts_of(struct smp_cpu *member)
{
	return (struct group_counts){
		.handled = atomic_load(&member->calls_handled),
		.polled = atomic_load(&member->calls_polled),
		.armed = atomic_load(&member->calls_armed),
		.nmis = atomic_load(&member->nmis_handled),
	};
}

/* Those of a cluster in one destination (SDM 3A 12.12.10.2). */
static void group_clusters(struct remote_group *group,
                           const struct remote_context *remote)
{
	const uint32_t cluster_bits = UINT32_C(0xffff0000);

	group->calls.cluster_count = 0;
	for (unsigned i = 0; i < remote->targets; i++) {
		const uint32_t logical =
			apic_logical_id(group_target(remote, i)->apic_id);
		unsigned at = 0;

		while (at < group->calls.cluster_count &&
		       ((group->calls.clusters[at] ^ logical) & cluster_bits) != 0)
			at++;
		if (at == group->calls.cluster_count)
			group->calls.clusters[group->calls.cluster_count++] = 0;
		group->calls.clusters[at] |= logical;
	}
}

/*
 * An NMI that no call came with is somebody else's.  Which call it is, is for the
 * experiment to look: it may time that.
 */
static bool take_nmi(struct smp_cpu *me, void *context)
{
	const struct remote_group *const group = context;
	const struct remote_context *const remote = group->setup.running;

	return remote->spec->mode == REMOTE_NMI && remote->on_nmi(me, context);
}

void group_begin(struct remote_context *remote)
{
	struct remote_group *const group = remote->group;

	group->setup.running = remote;
	group->calls.sends = 0;
	group->calls.at_once = 0;
	group_begin_looks(group);
	smp_on_call(group->smp, remote->on_call, group);
	smp_on_nmi(group->smp, take_nmi, group);
	group_clusters(group, remote);
	if (work_of(remote) == TARGET_RING3)
		ring3_follow(&group->works.ring3);
	if (group->members[remote->spec->from]->lost)
		group_give_up_member(remote, group->members[remote->spec->from],
		                     " is given up");
	(void)group_run(remote, take_mode, remote);
	command(remote, (enum smp_state)remote->spec->state, remote->spec->hint);
	command_siblings(remote, SMP_MWAIT, remote->spec->hint);
	command_sender(remote, SMP_PAUSE);
	command_sibling(remote, true);
	for (unsigned i = 0; i < remote->targets; i++) {
		struct smp_cpu *const member = group_target(remote, i);
		const uint32_t call = atomic_load(&member->request.call);

		/* One that answered by a shared counter has not answered by its own. */
		atomic_store(&member->answer.call, call);
		member->stamps.word[STAMP_CALL] = call;
		group->calls.before[i] = counts_of(member);
		group->calls.sent[i] = 0;
	}
}

/* How often each took a call more, or less, than it was sent one. */
static void check_counts(struct remote_context *remote, unsigned i)
{
	struct remote_group *const group = remote->group;
	const struct group_counts before = group->calls.before[i];
	const struct group_counts now = counts_of(group_target(remote, i));
	const uint32_t polled = now.polled - before.polled;
	const uint32_t handled = now.handled - before.handled;
	const uint32_t sent = group->calls.sends + group->calls.sent[i];
	const uint32_t least = remote->spec->owners > 1 ? group->calls.at_once : sent;
	uint32_t taken = handled;

	if (remote_is_store(remote->spec->mode))
		taken = polled;
	else if (remote->spec->mode == REMOTE_NMI)
		taken = now.nmis - before.nmis;
	if (remote->spec->mode == REMOTE_ARMED) {
		group->totals.store_wakes_armed += sent;
		group->totals.store_wakes_between += now.armed - before.armed;
	}
	group->totals.counted++;
	if (taken < least) {
		group->totals.interrupts_lost += least - taken;
		group_give_up(remote, ROW_FAILED, "an interrupt was lost");
	}
	if (taken > sent) {
		group->totals.interrupts_doubled += taken - sent;
		group_give_up(remote, ROW_FAILED, "an interrupt came twice");
	}
}

void group_end(struct remote_context *remote)
{
	struct remote_group *const group = remote->group;

	command(remote, SMP_HALT, 0);
	command_siblings(remote, SMP_HALT, 0);
	command_sender(remote, SMP_HALT);
	command_sibling(remote, false);
	if (!remote->gave_up && remote_is_taken(remote->spec->mode))
		for (unsigned i = 0; i < remote->targets; i++)
			check_counts(remote, i);
	if (work_of(remote) == TARGET_RING3 &&
	    atomic_exchange(&group->works.faulted, false))
		group_give_up(remote, ROW_FAILED, "a fault in ring 3");
	(void)group_run(remote, leave_mode, remote);
	group_halt_judge(remote);
	smp_on_call(group->smp, NULL, NULL);
	smp_on_nmi(group->smp, NULL, NULL);
}

uint64_t group_settle_ticks(struct remote_group *group)
{
	const struct remote_spec *const spec = group->setup.running->spec;
	const bool deep =
		smp_mwaits((enum smp_state)spec->state) && spec->hint >= HALT_DEEP_HINT;
	const uint64_t us =
		deep ? SETTLE_DEEP_US
		     : GROUP_SETTLE_US + random_below(&group->random, SETTLE_SPREAD_US);

	return us * group->ticks_per_us;
}

void group_spin(uint64_t ticks)
{
	const uint64_t from = rdtsc_ordered();

	while (rdtsc_ordered() - from < ticks)
		cpu_relax();
}

void group_settle(struct remote_group *group)
{
	smp_check(group->smp);
	group_spin(group_settle_ticks(group));
}
