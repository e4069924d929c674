#include "bench/harness/remote/ipi_shape.h"

#include "bench/harness/remote/group.h"
#include "bench/harness/selftest/tsc_sync.h"
#include "lib/x86/insn.h"

static uint64_t stamp(const struct remote_group *group)
{
	return group->stamps ? rdtsc_ordered() : 0;
}

/*
 * Between its two readings the handler fetches the line that the sender has written.
 * A round trip must not contain them: they are some 80 ticks on EPYC.
 */
static bool take_new_call(struct smp_cpu *me, void *context)
{
	const struct remote_group *const group = context;
	const uint64_t entered = stamp(group);
	const uint32_t call = smp_take(me);
	const uint64_t left = stamp(group);

	if (me->stamps.word[STAMP_CALL] == call)
		return false;
	if (me->number != 0 && me->number == group->unresponsive)
		return true;
	me->stamps.word[STAMP_ENTERED] = entered;
	me->stamps.word[STAMP_LEFT] = left;
	me->stamps.word[STAMP_CALL] = call;
	group_answer(me, call);
	return true;
}

static void take_call(struct smp_cpu *me, void *context)
{
	(void)take_new_call(me, context);
}

/*
 * By the middle of what the offset may be.  One that comes out before it was sent shows
 * that the interval is too wide for a figure as small, and then all of them are wrong.
 */
static void choose_one_way(struct group_row *row, struct window_args *args)
{
	const struct smp_cpu *const target = group_target(row, 0);
	const struct tsc_offset offset =
		smp_offset(row->group->members[row->remote->from], target);
	const int64_t middle = tsc_offset_middle(&offset);

	args->t1 = args->t2 = target->stamps.word[STAMP_ENTERED] - (uint64_t)middle;
	if (args->t1 < args->t0)
		group_give_up(row, ROW_SKIPPED, "TSC offset is too wide");
}

/* What the row asks for, in place of the three stamps of the sender. */
static void choose_figure(struct group_row *row, struct window_args *args)
{
	const struct smp_stamps *const stamps = &group_target(row, 0)->stamps;

	if (row->remote->figure == FIGURE_HANDLER) {
		args->t0 = stamps->word[STAMP_ENTERED];
		args->t1 = args->t2 = stamps->word[STAMP_LEFT];
	} else if (row->remote->figure == FIGURE_ONE_WAY) {
		choose_one_way(row, args);
	}
}

/* Nothing took place there in the arm that does not send. */
static void choose_nothing(const struct group_row *row, struct window_args *args)
{
	if (row->remote->figure == FIGURE_HANDLER ||
	    row->remote->figure == FIGURE_ONE_WAY)
		args->t1 = args->t2 = args->t0;
}

/* Interrupts are off while it waits, but where it is to interrupt itself. */
static __attribute__((noinline)) void
exchange(struct group_row *row, enum remote_mode mode, struct window_args *args)
{
	bool sent, answered = true;

	if (mode != REMOTE_DRY && !remote_is_store(mode))
		group_fill(row);
	apic_publish();
	args->t0 = rdtsc_ordered();
	sent = group_send(row, mode);
	/* xAPIC's store may still be on its way, where x2APIC's WRMSR is through. */
	if (row->remote->figure == FIGURE_SEND)
		apic_publish();
	args->t1 = rdtsc_ordered();
	if (mode == REMOTE_SELF)
		sti();
	if (mode != REMOTE_DRY && sent)
		answered =
			mode == REMOTE_STORE ? group_wait_stores(row) : group_wait(row);
	args->t2 = rdtsc_ordered();
	if (mode == REMOTE_SELF)
		cli();
	if (!sent)
		group_give_up(row, ROW_FAILED, "the APIC did not send");
	else if (mode == REMOTE_DRY)
		choose_nothing(row, args);
	else if (answered)
		choose_figure(row, args);
}

static void run_request(struct smp_cpu *me, void *argument)
{
	struct remote_request *const remote_request = argument;
	const uint64_t flags = interrupts_off();
	const uint64_t woken = rdtsc_ordered();

	(void)me;
	group_spin(remote_request->settle);
	exchange(remote_request->row, remote_request->mode, &remote_request->args);
	remote_request->awake = remote_request->args.t0 - woken;
	interrupts_as(flags);
}

static void note_awake(struct remote_group *group, uint64_t awake)
{
	if (!group->senders_known || awake < group->senders_awake)
		group->senders_awake = awake;
	group->senders_known = true;
}

/*
 * Another processor sends, as long after it has its remote_request as the boot
 * processor spins before it sends: one that was just woken would be slower.  The boot
 * processor waits, for its interrupt too if that is where it goes.
 */
static void send_from(struct group_row *row, struct smp_cpu *from,
                      enum remote_mode mode, struct window_args *args)
{
	struct remote_group *const group = row->group;
	struct remote_request *const remote_request =
		&group->remote_requests[from->number];
	const uint64_t flags = interrupts_off();

	if (group_target(row, 0)->number == 0)
		sti();
	*remote_request = (struct remote_request){
		.row = row,
		.mode = mode,
		.args = *args,
		.settle = group_settle_ticks(group),
	};
	if (smp_run_on(group->smp, from, run_request, remote_request) &&
	    smp_wait(group->smp, from, 4 * group->timeout)) {
		*args = remote_request->args;
		note_awake(group, remote_request->awake);
	} else
		group_give_up_member(row, from, " did not send");
	interrupts_as(flags);
}

static void run_window(struct window_args *args, enum remote_mode mode)
{
	struct group_row *const row = args->context;
	struct smp_cpu *const from = row->group->members[row->remote->from];

	if (row->gave_up)
		return;
	if (from->number == 0)
		exchange(row, mode, args);
	else
		send_from(row, from, mode, args);
}

static void window_dry(struct window_args *args)
{
	run_window(args, REMOTE_DRY);
}

static void window_call(struct window_args *args)
{
	run_window(args, ((const struct group_row *)args->context)->remote->mode);
}

/* Another sender settles itself. */
static void prime(const struct priming *priming)
{
	const struct group_row *const row = priming->context;

	if (!row->gave_up && row->group->members[row->remote->from]->number == 0)
		group_settle(row->group);
}

/* An offset that is not known better: every sample of the row is off by as much. */
static const char *lacks(const struct group_row *row, uint64_t *off_by)
{
	const struct remote_group *const group = row->group;
	const char *const missing = group_lacks(group, row);

	if (missing != NULL || row->remote->figure != FIGURE_ONE_WAY)
		return missing;

	const struct tsc_offset offset =
		smp_offset(group->members[row->remote->from], group_target(row, 0));

	if (!tsc_offset_valid(&offset))
		return "TSC offset is not known";
	*off_by = tsc_offset_half(&offset);
	return NULL;
}

static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	struct group_row *const row = group_row(plan, experiment);
	const char *const missing = lacks(row, &experiment->off_by);

	if (missing != NULL)
		return missing;
	row->on_call = take_call;
	row->on_nmi = take_new_call;
	row->only_answers = true;
	experiment->priming = (struct priming){ .prime = prime, .context = row };
	experiment->pair = (struct pair){
		.a = window_dry,
		.b = window_call,
		.args = { .context = row },
		.priming = &experiment->priming,
		.span = row->remote->figure == FIGURE_SEND ? SPAN_OPERATION
		                                           : SPAN_TOTAL,
		.divisor = 1,
		.block = group_block(row),
		.gave_up = &row->gave_up,
	};
	return NULL;
}

static void begin(struct experiment *experiment)
{
	struct group_row *const row = experiment->pair.args.context;

	row->group->stamps = row->remote->figure == FIGURE_HANDLER ||
	                     row->remote->figure == FIGURE_ONE_WAY;
	group_begin(row);
}

static void end(struct experiment *experiment)
{
	const struct group_row *const row = experiment->pair.args.context;

	group_end(experiment->pair.args.context);
	if (row->status == ROW_SKIPPED)
		experiment->samples.n = 0;
}

static void check_clock(struct experiment *experiment)
{
	struct group_row *const row = experiment->pair.args.context;
	const struct tsc_offset offset = smp_offset(
		row->group->members[row->remote->from], group_target(row, 0));

	if (tsc_offset_valid(&offset))
		return;
	group_give_up(row, ROW_SKIPPED, "TSC offset is not what it was");
	if (row->status == ROW_SKIPPED)
		experiment->samples.n = 0;
}

void ipi_check_clocks(struct plan *plan)
{
	bool looked = false;

	for (unsigned i = 0; i < plan->count; i++) {
		struct experiment *const experiment = &plan->experiments[i];

		if (experiment->skip != NULL ||
		    experiment->spec.remote.figure != FIGURE_ONE_WAY)
			continue;
		if (!looked)
			tsc_sync_narrow(plan->group->smp);
		looked = true;
		check_clock(experiment);
	}
}

struct mishap group_mishap(const struct experiment *experiment)
{
	const struct group_row *const row = experiment->pair.args.context;

	return (struct mishap){ row->status,
		                row->status == ROW_OK ? NULL : row->reason };
}

void group_tell(const struct experiment *experiment, struct row *row)
{
	const struct group_row *const called = experiment->pair.args.context;
	const struct remote *const remote = called->remote;
	const struct topology *const from =
		&called->group->members[remote->from]->topology;
	const unsigned kind = core_kinds_number(called->group->kinds,
	                                        &group_timekeeper(called)->topology);
	enum distance farthest = DISTANCE_SELF;

	row->core_type = core_kinds_name(called->group->kinds, kind);
	row->slept_known = called->slept != HALT_UNKNOWN;
	row->slept = called->slept * INT64_C(100);
	row->slept_deep_known = called->slept_deep != HALT_UNKNOWN;
	row->slept_deep = called->slept_deep * INT64_C(100);
	row->slowest_target = called->slowest;
	row->fastest_target = called->fastest;
	for (unsigned i = 0; i < experiment->spec.targets; i++) {
		const struct smp_cpu *const target = group_target(called, i);
		const enum distance distance =
			topology_distance(from, &target->topology);

		if (distance <= farthest)
			continue;
		farthest = distance;
		row->farthest = distance_name(farthest);
		row->farthest_package = target->topology.package;
		row->farthest_node_known = target->node != NODE_UNKNOWN;
		row->farthest_node = target->node;
		row->memory_node_known = target->memory_node != NODE_UNKNOWN;
		row->memory_node = target->memory_node;
	}
}

static uint32_t kind_of(const struct remote_group *group, unsigned member)
{
	return UINT32_C(1) << core_kinds_number(group->kinds,
	                                        &group->members[member]->topology);
}

/* Who calls, who is called, and who begins with it. */
uint32_t group_kinds(const struct experiment *experiment)
{
	const struct group_row *const row = experiment->pair.args.context;
	const struct remote_group *const group = row->group;
	uint32_t kinds = kind_of(group, row->remote->from);

	for (unsigned i = 0; i < experiment->spec.targets; i++)
		kinds |= kind_of(group, row->remote->first + i);
	for (unsigned i = 0; i < row->remote->owners; i++)
		kinds |= kind_of(group, i);
	return kinds;
}

const struct shape shape_ipi = {
	.equip = equip,
	.begin = begin,
	.end = end,
	.mishap = group_mishap,
	.kinds = group_kinds,
	.tell = group_tell,
};
