/* A row of a group: its members in their state, and what became of every call. */
#include "bench/harness/remote/group.h"

#include "lib/base/line.h"
#include "lib/x86/control.h"
#include "lib/x86/insn.h"

#define SETTLE_SPREAD_US 180u
#define SETTLE_DEEP_US 2000u

struct group_row *group_row(const struct plan *plan,
                            const struct experiment *experiment)
{
	struct remote_group *const group = plan->group;
	struct group_row *const row = &group->rows[experiment - plan->experiments];

	*row = (struct group_row){
		.group = group,
		.experiment = experiment,
		.remote = &experiment->spec.remote,
		.targets = experiment->spec.targets,
		.slept = HALT_UNKNOWN,
		.slept_deep = HALT_UNKNOWN,
	};
	if (row->remote->mode == REMOTE_SELF)
		row->targets = 1;
	return row;
}

uint32_t group_block(const struct group_row *row)
{
	return row->targets > 64 ? 1 : 4;
}

void group_give_up(struct group_row *row, enum row_status status, const char *reason)
{
	struct line line;

	row->gave_up = true;
	if (row->status != ROW_OK)
		return;
	row->status = status;
	line_clear(&line);
	line_put(&line, reason);
	line_to_string(&line, row->reason, sizeof row->reason);
}

void group_give_up_member(struct group_row *row, const struct smp_cpu *member,
                          const char *what)
{
	struct line line;
	char text[sizeof row->reason];

	line_clear(&line);
	line_put(&line, "processor ");
	line_put_u64(&line, member->number);
	line_put(&line, what);
	line_to_string(&line, text, sizeof text);
	group_give_up(row, ROW_TIMEOUT, text);
}

/* Code that another processor has written is fetched anew (SDM 3A 10.1.3). */
static void take_mode(struct smp_cpu *me, void *argument)
{
	const struct group_row *const row = argument;

	/* One that was numbered and never sent is not this row's. */
	(void)smp_take(me);
	(void)cpuid(0, 0);
	control_set_pcide(row->group->root, row->experiment->spec.pcide);
	group_halt_begin(row, me);
}

static void leave_mode(struct smp_cpu *me, void *argument)
{
	const struct group_row *const row = argument;

	group_halt_end(row, me);
	control_set_pcide(row->group->root, false);
}

/* All at once, the boot processor last. */
bool group_run_some(struct group_row *row, unsigned count, smp_work *job,
                    void *argument)
{
	struct smp *const smp = row->group->smp;
	bool all = true;

	for (unsigned i = 0; i < count; i++)
		if (group_target(row, i)->number != 0)
			(void)smp_run_on(smp, group_target(row, i), job, argument);
	for (unsigned i = 0; i < count; i++) {
		struct smp_cpu *const member = group_target(row, i);

		if (member->number == 0)
			job(member, argument);
		else if (!smp_wait(smp, member, row->group->timeout))
			all = false;
		if (member->lost)
			group_give_up_member(row, member, " is given up");
	}
	return all;
}

bool group_run(struct group_row *row, smp_work *job, void *argument)
{
	return group_run_some(row, row->targets, job, argument);
}

static void command(struct group_row *row, enum smp_state state, uint32_t hint)
{
	struct smp *const smp = row->group->smp;

	for (unsigned i = 0; i < row->targets; i++)
		if (group_target(row, i)->number != 0)
			(void)smp_command(smp, group_target(row, i), state, hint);
	for (unsigned i = 0; i < row->targets; i++)
		if (group_target(row, i)->number != 0)
			(void)smp_wait(smp, group_target(row, i), row->group->timeout);
}

/*
 * Who sends in place of the boot processor is as awake as that is: it does not halt
 * between windows either, but where it is a thread of an emulator's host.
 */
static void command_sender(struct group_row *row, enum smp_state state)
{
	struct remote_group *const group = row->group;
	struct smp_cpu *const from = group->members[row->remote->from];

	if (from->number == 0 || group->emulated)
		return;
	(void)smp_command(group->smp, from, state, 0);
	(void)smp_wait(group->smp, from, group->timeout);
}

static bool is_target(const struct group_row *row, const struct smp_cpu *member)
{
	for (unsigned i = 0; i < row->targets; i++)
		if (group_target(row, i) == member)
			return true;
	return false;
}

/*
 * A core sleeps as deep as the shallowest of its threads, and a module of cores with
 * one L2 as the shallowest of them: so whoever shares one with a target waits as the
 * target does.
 */
static void command_siblings(struct group_row *row, enum smp_state state, uint32_t hint)
{
	struct remote_group *const group = row->group;

	if (!smp_mwaits((enum smp_state)row->remote->state))
		return;
	for (unsigned i = 1; i <= group->count; i++) {
		struct smp_cpu *const member = group->members[i];
		bool shares = false;

		for (unsigned k = 0; k < row->targets && !shares; k++)
			shares = topology_distance(&member->topology,
			                           &group_target(row, k)->topology) <=
			         DISTANCE_CLUSTER;
		if (!shares || is_target(row, member))
			continue;
		if (smp_command(group->smp, member, state, hint))
			(void)smp_wait(group->smp, member, group->timeout);
	}
}

static struct group_counts counts_of(struct smp_cpu *member)
{
	return (struct group_counts){
		.handled = atomic_load(&member->calls_handled),
		.polled = atomic_load(&member->calls_polled),
		.nmis = atomic_load(&member->nmis_handled),
	};
}

/* Those of a cluster in one destination (SDM 3A 12.12.10.2). */
static void group_clusters(struct remote_group *group, const struct group_row *row)
{
	const uint32_t cluster_bits = UINT32_C(0xffff0000);

	group->cluster_count = 0;
	for (unsigned i = 0; i < row->targets; i++) {
		const uint32_t logical = apic_logical_id(group_target(row, i)->apic_id);
		unsigned at = 0;

		while (at < group->cluster_count &&
		       ((group->clusters[at] ^ logical) & cluster_bits) != 0)
			at++;
		if (at == group->cluster_count)
			group->clusters[group->cluster_count++] = 0;
		group->clusters[at] |= logical;
	}
}

/*
 * An NMI that no call came with is somebody else's.  Which call it is, is for the row
 * to look: it may time that.
 */
static bool take_nmi(struct smp_cpu *me, void *context)
{
	const struct remote_group *const group = context;
	const struct group_row *const row = group->row;

	return row->remote->mode == REMOTE_NMI && row->on_nmi(me, context);
}

void group_begin(struct group_row *row)
{
	struct remote_group *const group = row->group;

	group->row = row;
	group->sends = 0;
	group->together = 0;
	group_begin_looks(group);
	smp_on_call(group->smp, row->on_call, group);
	smp_on_nmi(group->smp, take_nmi, group);
	group_clusters(group, row);
	if (group->members[row->remote->from]->lost)
		group_give_up_member(row, group->members[row->remote->from],
		                     " is given up");
	(void)group_run(row, take_mode, row);
	command(row, (enum smp_state)row->remote->state, row->remote->hint);
	command_siblings(row, SMP_MWAIT, row->remote->hint);
	command_sender(row, SMP_PAUSE);
	for (unsigned i = 0; i < row->targets; i++) {
		struct smp_cpu *const member = group_target(row, i);

		member->stamps.word[STAMP_CALL] = atomic_load(&member->request.call);
		group->before[i] = counts_of(member);
		group->sent[i] = 0;
	}
}

/* How often each took a call more, or less, than it was sent one. */
static void check_counts(struct group_row *row, unsigned i)
{
	struct remote_group *const group = row->group;
	const struct group_counts before = group->before[i];
	const struct group_counts now = counts_of(group_target(row, i));
	const uint32_t polled = now.polled - before.polled;
	const uint32_t handled = now.handled - before.handled;
	const uint32_t sent = group->sends + group->sent[i];
	const uint32_t least = row->remote->owners > 1 ? group->together : sent;
	uint32_t taken = handled;

	if (remote_is_store(row->remote->mode))
		taken = polled;
	else if (row->remote->mode == REMOTE_NMI)
		taken = now.nmis - before.nmis;
	group->counted++;
	if (taken < least) {
		group->interrupts_lost += least - taken;
		group_give_up(row, ROW_FAILED, "an interrupt was lost");
	}
	if (taken > sent) {
		group->interrupts_doubled += taken - sent;
		group_give_up(row, ROW_FAILED, "an interrupt came twice");
	}
}

void group_end(struct group_row *row)
{
	struct remote_group *const group = row->group;

	command(row, SMP_HALT, 0);
	command_siblings(row, SMP_HALT, 0);
	command_sender(row, SMP_HALT);
	if (!row->gave_up && row->remote->mode != REMOTE_LOCAL)
		for (unsigned i = 0; i < row->targets; i++)
			check_counts(row, i);
	group_judge_stores(row);
	(void)group_run(row, leave_mode, row);
	group_halt_judge(row);
	smp_on_call(group->smp, NULL, NULL);
	smp_on_nmi(group->smp, NULL, NULL);
}

uint64_t group_settle_ticks(struct remote_group *group)
{
	const struct remote *const remote = group->row->remote;
	const bool deep = smp_mwaits((enum smp_state)remote->state) &&
	                  remote->hint >= HALT_DEEP_HINT;
	const uint64_t us =
		deep ? SETTLE_DEEP_US
		     : GROUP_SETTLE_US + random_below(&group->random, SETTLE_SPREAD_US);

	return us * group->ticks_per_us;
}

void group_spin(uint64_t ticks)
{
	const uint64_t from = rdtsc_ordered();

	while (rdtsc_ordered() - from < ticks)
		pause();
}

void group_settle(struct remote_group *group)
{
	smp_check(group->smp);
	group_spin(group_settle_ticks(group));
}
