/*
 * What a call takes from its target: a loop there that is interrupted, less the same
 * one that is not.
 */
#include "bench/harness/remote/group.h"
#include "bench/harness/remote/shapes.h"

#include "lib/x86/insn.h"

/* Exchanges in a row that come too late, and the row is skipped. */
#define TRIES 16u

/* Exchanges that must fit, one after the other. */
#define FITTING 4u

#define SHORTEST_US 32u
#define LONGEST_US 4096u

/* Steps by which it is found out how long one takes, and how often that is looked at.
 */
#define PROBE_STEPS 16u
#define PROBES 8u

static void lose_target(struct remote_context *remote, struct smp_cpu *target)
{
	smp_lose(remote->group->smp, target);
	group_give_up_member(remote, target, " did not run its loop");
}

/* True: all that the exchange did to the target came inside of its loop. */
static bool attempt(struct remote_context *remote, enum remote_mode mode,
                    stolen_exchange *exchange, struct window_args *args)
{
	struct remote_group *const group = remote->group;
	struct smp_cpu *const target = group_target(remote, 0);
	struct stolen_loop *const loop = &group->loops[target->number];
	bool fits;

	loop->steps = remote->loop_steps;
	loop->step = target_work_step((enum target_work)remote->spec->work);
	loop->argument = &group->works;
	if (!stolen_loop_start(loop, group->smp, target, group->timeout)) {
		lose_target(remote, target);
		return false;
	}
	exchange(remote, mode, args);
	fits = mode == REMOTE_DRY || !stolen_loop_has_ended(loop);
	if (!smp_wait(group->smp, target, group->timeout)) {
		lose_target(remote, target);
		return false;
	}
	args->t0 = loop->from;
	args->t1 = args->t2 = loop->to;
	return fits;
}

void stolen_window(struct remote_context *remote, enum remote_mode mode,
                   stolen_exchange *exchange, struct window_args *args)
{
	for (unsigned i = 0; i < TRIES && !remote->gave_up; i++)
		if (attempt(remote, mode, exchange, args))
			return;
	group_give_up(remote, ROW_SKIPPED, "calls come too late");
}

static bool all_fit(struct remote_context *remote, enum remote_mode mode,
                    stolen_exchange *exchange)
{
	struct window_args args = { .context = remote };

	for (unsigned i = 0; i < FITTING; i++)
		if (!attempt(remote, mode, exchange, &args))
			return false;
	return true;
}

/* Ticks, rounded up; the least of several, since others may run in between. */
static uint64_t step_ticks(struct remote_context *remote, stolen_exchange *exchange)
{
	struct window_args args = { .context = remote };
	uint64_t least = UINT64_MAX;

	remote->loop_steps = PROBE_STEPS;
	for (unsigned i = 0; i < PROBES && !remote->gave_up; i++) {
		(void)attempt(remote, REMOTE_DRY, exchange, &args);
		if (args.t2 - args.t0 < least)
			least = args.t2 - args.t0;
	}
	return least / PROBE_STEPS + 1;
}

/* Twice that long: an exchange may take longer now and then. */
void stolen_choose_length(struct remote_context *remote, enum remote_mode mode,
                          stolen_exchange *exchange)
{
	uint64_t per_step;

	if (remote->loop_steps != 0 || remote->gave_up)
		return;
	per_step = step_ticks(remote, exchange);
	for (uint64_t us = SHORTEST_US; us <= LONGEST_US && !remote->gave_up; us *= 2) {
		remote->loop_steps =
			(uint32_t)(us * remote->group->ticks_per_us / per_step) + 1;
		if (!all_fit(remote, mode, exchange))
			continue;
		remote->loop_steps *= 2;
		return;
	}
	group_give_up(remote, ROW_SKIPPED, "calls come too late");
}
