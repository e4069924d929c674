#include "bench/harness/remote/lazy_shape.h"

#include "bench/harness/remote/ipi_shape.h"
#include "bench/harness/remote/lazy_cpu.h"
#include "bench/harness/remote/shootdown_shape.h"
#include "lib/x86/insn.h"

static uint64_t read_word(uint64_t va)
{
	return *(const volatile uint64_t *)va;
}

/* Entries are changed; whoever takes requests is asked, and awaited. */
static void shoot(struct group_row *row, bool asks)
{
	struct remote_group *const group = row->group;

	flush_pages_turn(&group->probe_pages, row->remote->pages);
	if (!asks)
		return;
	lazy_publish();
	group->asked_count = 0;
	for (unsigned i = 0; i < row->targets; i++) {
		struct smp_cpu *const member = group_target(row, i);

		if (!lazy_takes_requests(&group->space, member->number))
			continue;
		(void)smp_fill_call(member);
		group->sent[i]++;
		group->asked[group->asked_count++] = member->apic_id;
	}
	lazy_drop_all(row);
	apic_publish();
	for (unsigned i = 0; i < group->asked_count; i++)
		if (!apic_send(smp_apic(group->smp), group->asked[i], VECTOR_CALL))
			group_give_up(row, ROW_FAILED, "the APIC did not send");
}

static void window(struct group_row *row, bool asks, struct window_args *args)
{
	apic_publish();
	args->t0 = rdtsc_ordered();
	shoot(row, asks);
	args->t1 = rdtsc_ordered();
	if (asks && !row->gave_up)
		(void)group_wait(row);
	args->t2 = rdtsc_ordered();
	if (row->remote->figure == FIGURE_HANDLER) {
		const struct smp_stamps *const stamps = &group_target(row, 0)->stamps;

		args->t0 = asks ? stamps->word[STAMP_ENTERED] : args->t2;
		args->t1 = args->t2 = asks ? stamps->word[STAMP_LEFT] : args->t2;
	}
}

/* On the first target: T0 back T1 first accesses T2. */
static void return_timed(struct smp_cpu *me, struct group_row *row, bool returns,
                         struct window_args *args)
{
	struct remote_group *const group = row->group;
	const uint64_t flags = interrupts_off();

	apic_publish();
	args->t0 = rdtsc_ordered();
	if (returns)
		lazy_come_back(me, row,
		               row->remote->others ? &group->other_space
		                                   : &group->space);
	args->t1 = rdtsc_ordered();
	if (row->remote->touches)
		(void)flush_pages_look(&group->probe_pages, FLUSH_PAGES, read_word);
	args->t2 = rdtsc_ordered();
	interrupts_as(flags);
}

static void run_homecoming(struct smp_cpu *me, void *argument)
{
	struct remote_request *const remote_request = argument;

	return_timed(me, remote_request->row, remote_request->returns,
	             &remote_request->args);
}

/* A's target stays awake all the time: it has nothing to do. */
static void window_return(struct group_row *row, bool returns, struct window_args *args)
{
	struct remote_request *const remote_request =
		&row->group->remote_requests[group_target(row, 0)->number];

	*remote_request = (struct remote_request){ .row = row,
		                                   .returns = returns,
		                                   .args = *args };
	if (group_run_some(row, 1, run_homecoming, remote_request))
		*args = remote_request->args;
}

/* How many interrupts a series takes; by the number of lazy ones, or without any. */
static void window_series(struct group_row *row, struct window_args *args)
{
	for (unsigned i = 0; i < LAZY_SERIES && !row->gave_up; i++) {
		shoot(row, true);
		if (!row->gave_up)
			(void)group_wait(row);
		args->t1 += row->group->asked_count;
	}
	args->t2 = args->t1;
}

static void make_lazy(struct group_row *row, unsigned count)
{
	(void)group_run_some(row, count, lazy_become, row);
}

static bool is_return(const struct group_row *row)
{
	return row->remote->phase == LAZY_PHASE_RETURN;
}

/* All awake and in the mask, then what the row's phase begins with. */
static void arrange(struct group_row *row)
{
	const struct remote *const remote = row->remote;

	(void)group_run(row, lazy_come_back_and_look, row);
	lazy_come_back_and_look(row->group->members[0], row);
	if (remote->phase == LAZY_PHASE_SERIES || row->gave_up)
		return;
	make_lazy(row, remote->lazy);
	if (remote->phase == LAZY_PHASE_NEXT || (is_return(row) && !remote->stays)) {
		shoot(row, true);
		if (!row->gave_up)
			(void)group_wait(row);
	}
	if (remote->phase == LAZY_PHASE_NEXT && !row->gave_up) {
		(void)group_run(row, lazy_read_again, row);
		lazy_read_again(row->group->members[0], row);
	}
}

static void prime(const struct priming *priming)
{
	struct group_row *const row = priming->context;

	if (row->gave_up)
		return;
	arrange(row);
	group_settle(row->group);
}

static void run_window(struct window_args *args, bool does)
{
	struct group_row *const row = args->context;

	if (row->gave_up)
		return;
	switch (row->remote->phase) {
	case LAZY_PHASE_RETURN:
		window_return(row, does, args);
		break;
	case LAZY_PHASE_SERIES:
		/* A has the lazy ones, so that B less A is what they save. */
		if (!does)
			make_lazy(row, row->remote->lazy);
		window_series(row, args);
		break;
	default:
		window(row, does, args);
	}
}

static void window_a(struct window_args *args)
{
	run_window(args, false);
}

static void window_b(struct window_args *args)
{
	run_window(args, true);
}

/*
 * A that tells nobody leaves translations behind that no protocol will drop.  That they
 * are there is the control of what is read behind B; then they are dropped by other
 * means, before anybody comes back.
 */
static void window_a_untold(struct window_args *args)
{
	struct group_row *const row = args->context;

	window_a(args);
	if (row->gave_up)
		return;
	(void)group_run(row, lazy_forget_untold, row);
	lazy_forget_untold(row->group->members[0], row);
}

/* One that was asked while it was lazy, and does not come back, has them too. */
static void window_a_return(struct window_args *args)
{
	struct group_row *const row = args->context;

	window_a(args);
	if (!row->remote->stays && !row->gave_up)
		(void)group_run_some(row, 1, lazy_look_untold, row);
}

static window_code *window_a_of(enum lazy_phase phase)
{
	switch (phase) {
	case LAZY_PHASE_RETURN:
		return window_a_return;
	case LAZY_PHASE_SERIES:
		return window_a;
	default:
		return window_a_untold;
	}
}

/* The same tables below another root. */
static bool copy_root(struct remote_group *group, struct frame_pool *pool)
{
	if (group->other_root == 0)
		group->other_root = frame_alloc(pool);
	return group->other_root != 0;
}

static enum span span_of(const struct remote *remote)
{
	return remote->phase == LAZY_PHASE_RETURN && !remote->touches ? SPAN_OPERATION
	                                                              : SPAN_TOTAL;
}

static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	struct group_row *const row = group_row(plan, experiment);
	const char *const missing = shootdown_equip(plan, row);

	if (missing != NULL)
		return missing;
	if (!copy_root(row->group, plan->workspace->pool))
		return "memory";
	row->on_call = lazy_take_request;
	experiment->priming = (struct priming){ .prime = prime, .context = row };
	experiment->pair = (struct pair){
		.a = window_a_of(row->remote->phase),
		.b = window_b,
		.args = { .context = row },
		.priming = &experiment->priming,
		.span = span_of(row->remote),
		.divisor = 1,
		.block = group_block(row),
		.gave_up = &row->gave_up,
	};
	return NULL;
}

static void begin(struct experiment *experiment)
{
	struct group_row *const row = experiment->pair.args.context;
	struct remote_group *const group = row->group;

	for (unsigned i = 0; i < LAZY_WORDS; i++) {
		atomic_store(&group->space.mask[i], 0);
		atomic_store(&group->other_space.mask[i], 0);
	}
	for (unsigned i = 0; i <= group->count; i++)
		lazy_begin(&group->lazy[group->members[i]->number],
		           group->members[i]->number, &group->space);
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		((uint64_t *)group->other_root)[i] = ((uint64_t *)group->root)[i];
	flush_pages_level(&group->probe_pages);
	group->stamps = row->remote->figure == FIGURE_HANDLER;
	group_begin(row);
	(void)group_run(row, lazy_forget, NULL);
	lazy_forget(NULL, NULL);
}

static void end(struct experiment *experiment)
{
	struct group_row *const row = experiment->pair.args.context;

	(void)group_run(row, lazy_come_back_and_look, row);
	lazy_come_back_and_look(row->group->members[0], row);
	if (!row->gave_up)
		group_end_looks(row, &row->group->lazy_looks);
	group_end(row);
}

const struct shape shape_lazy = {
	.equip = equip,
	.begin = begin,
	.end = end,
	.mishap = group_mishap,
	.kinds = group_kinds,
	.tell = group_tell,
	.is_shown = group_is_shown,
};
