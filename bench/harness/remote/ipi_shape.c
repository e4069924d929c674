#include "bench/harness/remote/group.h"
#include "bench/harness/remote/shapes.h"
#include "bench/harness/selftest/tsc_sync.h"
#include "lib/x86/insn.h"

static uint64_t stamp(const struct remote_group *group)
{
	return group->setup.stamps ? rdtsc_ordered() : 0;
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
	if (me->number != 0 && me->number == group->setup.unresponsive)
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
static void choose_one_way(struct remote_context *remote, struct window_args *args)
{
	const struct smp_cpu *const target = group_target(remote, 0);
	const struct tsc_offset offset =
		smp_offset(remote->group->members[remote->spec->from], target);
	const int64_t middle = tsc_offset_middle(&offset);

	args->t1 = args->t2 = target->stamps.word[STAMP_ENTERED] - (uint64_t)middle;
	if (args->t1 < args->t0)
		group_give_up(remote, ROW_SKIPPED, "TSC offset is too wide");
}

/* What the experiment asks for, in place of the three stamps of the sender. */
static void choose_figure(struct remote_context *remote, struct window_args *args)
{
	const struct smp_stamps *const stamps = &group_target(remote, 0)->stamps;

	if (remote->spec->figure == FIGURE_HANDLER) {
		args->t0 = stamps->word[STAMP_ENTERED];
		args->t1 = args->t2 = stamps->word[STAMP_LEFT];
	} else if (remote->spec->figure == FIGURE_ONE_WAY) {
		choose_one_way(remote, args);
	}
}

/* Nothing took place there in the arm that does not send. */
static void choose_nothing(const struct remote_context *remote,
                           struct window_args *args)
{
	if (remote->spec->figure == FIGURE_HANDLER ||
	    remote->spec->figure == FIGURE_ONE_WAY)
		args->t1 = args->t2 = args->t0;
}

/* Interrupts are off while it waits, but where it is to interrupt itself. */
static __attribute__((noinline)) void
exchange(struct remote_context *remote, enum remote_mode mode, struct window_args *args)
{
	bool sent, answered = true;

	if (mode != REMOTE_DRY && !remote_is_store(mode))
		group_fill(remote);
	apic_publish();
	args->t0 = rdtsc_ordered();
	sent = group_send(remote, mode);
	/* xAPIC's store may still be on its way, where x2APIC's WRMSR is through. */
	if (remote->spec->figure == FIGURE_SEND)
		apic_publish();
	args->t1 = rdtsc_ordered();
	if (mode == REMOTE_SELF)
		sti();
	if (mode != REMOTE_DRY && sent)
		answered = remote_is_monitored(mode) ? group_wait_stores(remote)
		                                     : group_wait(remote);
	args->t2 = rdtsc_ordered();
	if (mode == REMOTE_SELF)
		cli();
	if (!sent)
		group_give_up(remote, ROW_FAILED, "the APIC did not send");
	else if (mode == REMOTE_DRY)
		choose_nothing(remote, args);
	else if (answered)
		choose_figure(remote, args);
}

static void run_request(struct smp_cpu *me, void *argument)
{
	struct remote_request *const remote_request = argument;
	const uint64_t flags = interrupts_off();
	const uint64_t woken = rdtsc_ordered();

	(void)me;
	group_spin(remote_request->settle);
	exchange(remote_request->remote, remote_request->mode, &remote_request->args);
	remote_request->awake = remote_request->args.t0 - woken;
	interrupts_as(flags);
}

static void note_awake(struct remote_group *group, uint64_t awake)
{
	if (!group->totals.senders_known || awake < group->totals.senders_awake)
		group->totals.senders_awake = awake;
	group->totals.senders_known = true;
}

/*
 * Another processor sends, as long after it has its remote_request as the boot
 * processor spins before it sends: one that was just woken would be slower.  The boot
 * processor waits, for its interrupt too if that is where it goes.
 */
static void send_from(struct remote_context *remote, struct smp_cpu *from,
                      enum remote_mode mode, struct window_args *args)
{
	struct remote_group *const group = remote->group;
	struct remote_request *const remote_request =
		&group->remote_requests[from->number];
	const uint64_t flags = interrupts_off();

	if (group_target(remote, 0)->number == 0)
		sti();
	*remote_request = (struct remote_request){
		.remote = remote,
		.mode = mode,
		.args = *args,
		.settle = group_settle_ticks(group),
	};
	if (smp_run_on(group->smp, from, run_request, remote_request) &&
	    smp_wait(group->smp, from, 4 * group->timeout)) {
		*args = remote_request->args;
		note_awake(group, remote_request->awake);
	} else
		group_give_up_member(remote, from, " did not send");
	interrupts_as(flags);
}

static void run_window(struct window_args *args, enum remote_mode mode)
{
	struct remote_context *const remote = args->context;
	struct smp_cpu *const from = remote->group->members[remote->spec->from];

	if (remote->gave_up)
		return;
	if (remote->spec->figure == FIGURE_STOLEN)
		stolen_window(remote, mode, exchange, args);
	else if (from->number == 0)
		exchange(remote, mode, args);
	else
		send_from(remote, from, mode, args);
}

static void window_dry(struct window_args *args)
{
	run_window(args, REMOTE_DRY);
}

static void window_call(struct window_args *args)
{
	run_window(args, ((const struct remote_context *)args->context)->spec->mode);
}

/* Another sender settles itself. */
static void prime(const struct priming *priming)
{
	const struct remote_context *const remote = priming->context;

	if (!remote->gave_up && remote->group->members[remote->spec->from]->number == 0)
		group_settle(remote->group);
}

/*
 * An offset that is not known better: every sample of the experiment is off by as much.
 */
static const char *lacks(const struct remote_context *remote, uint64_t *off_by)
{
	const struct remote_group *const group = remote->group;
	const char *const missing = group_lacks(group, remote);

	if (missing != NULL || remote->spec->figure != FIGURE_ONE_WAY)
		return missing;

	const struct tsc_offset offset =
		smp_offset(group->members[remote->spec->from], group_target(remote, 0));

	if (!tsc_offset_valid(&offset))
		return "TSC offset is not known";
	*off_by = tsc_offset_half(&offset);
	return NULL;
}

static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	struct remote_context *const remote = group_context(plan, experiment);
	const char *const missing = lacks(remote, &experiment->off_by);

	if (missing != NULL)
		return missing;

	const char *const idle = group_equip_work(plan, remote);

	if (idle != NULL)
		return idle;
	remote->on_call = take_call;
	remote->on_nmi = take_new_call;
	remote->only_answers = true;
	experiment->priming = (struct priming){ .prime = prime, .context = remote };
	experiment->pair = (struct pair){
		.a = window_dry,
		.b = window_call,
		.args = { .context = remote },
		.priming = &experiment->priming,
		.span = remote->spec->figure == FIGURE_SEND ? SPAN_OPERATION
		                                            : SPAN_TOTAL,
		.divisor = 1,
		.block = group_block(remote),
		.gave_up = &remote->gave_up,
	};
	return NULL;
}

static void begin(struct experiment *experiment)
{
	struct remote_context *const remote = experiment->remote;

	remote->group->setup.stamps = remote->spec->figure == FIGURE_HANDLER ||
	                              remote->spec->figure == FIGURE_ONE_WAY;
	group_begin(remote);
	if (remote->spec->figure == FIGURE_STOLEN)
		stolen_choose_length(remote, remote->spec->mode, exchange);
}

static void end(struct experiment *experiment)
{
	const struct remote_context *const remote = experiment->remote;

	group_end(experiment->remote);
	if (remote->status == ROW_SKIPPED)
		experiment->samples.n = 0;
}

static void check_clock(struct experiment *experiment)
{
	struct remote_context *const remote = experiment->remote;
	const struct tsc_offset offset = smp_offset(
		remote->group->members[remote->spec->from], group_target(remote, 0));

	if (tsc_offset_valid(&offset))
		return;
	group_give_up(remote, ROW_SKIPPED, "TSC offset is not what it was");
	if (remote->status == ROW_SKIPPED)
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

const struct shape shape_ipi = {
	.equip = equip,
	.begin = begin,
	.end = end,
	.mishap = group_mishap,
	.kinds = group_kinds,
	.tell = group_tell,
};
