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
static void shoot(struct party_row *row, bool asks)
{
	struct party *const party = row->party;

	flush_ground_turn(&party->ground, row->remote->pages);
	if (!asks)
		return;
	lazy_publish();
	party->asked_count = 0;
	for (unsigned i = 0; i < row->targets; i++) {
		struct crew_member *const member = party_target(row, i);

		if (!lazy_takes_requests(&party->space, member->number))
			continue;
		(void)crew_fill_call(member);
		party->sent[i]++;
		party->asked[party->asked_count++] = member->apic_id;
	}
	lazy_drop_all(row);
	apic_publish();
	for (unsigned i = 0; i < party->asked_count; i++)
		if (!apic_send(crew_apic(party->crew), party->asked[i], VECTOR_CALL))
			party_give_up(row, ROW_FAILED, "the APIC did not send");
}

static void window(struct party_row *row, bool asks, struct window_args *args)
{
	apic_publish();
	args->t0 = rdtsc_ordered();
	shoot(row, asks);
	args->t1 = rdtsc_ordered();
	if (asks && !row->gave_up)
		(void)party_wait(row);
	args->t2 = rdtsc_ordered();
	if (row->remote->figure == FIGURE_HANDLER) {
		const struct crew_stamps *const stamps = &party_target(row, 0)->stamps;

		args->t0 = asks ? stamps->word[STAMP_ENTERED] : args->t2;
		args->t1 = args->t2 = asks ? stamps->word[STAMP_LEFT] : args->t2;
	}
}

/* On the first target: T0 back T1 first accesses T2. */
static void return_timed(struct crew_member *me, struct party_row *row, bool returns,
                         struct window_args *args)
{
	struct party *const party = row->party;
	const uint64_t flags = interrupts_off();

	apic_publish();
	args->t0 = rdtsc_ordered();
	if (returns)
		lazy_come_back(me, row,
		               row->remote->others ? &party->other_space
		                                   : &party->space);
	args->t1 = rdtsc_ordered();
	if (row->remote->touches)
		(void)flush_ground_look(&party->ground, FLUSH_PAGES, read_word);
	args->t2 = rdtsc_ordered();
	interrupts_as(flags);
}

static void run_homecoming(struct crew_member *me, void *argument)
{
	struct errand *const errand = argument;

	return_timed(me, errand->row, errand->returns, &errand->args);
}

/* A's target stays awake all the time: it has nothing to do. */
static void window_return(struct party_row *row, bool returns, struct window_args *args)
{
	struct errand *const errand =
		&row->party->errands[party_target(row, 0)->number];

	*errand = (struct errand){ .row = row, .returns = returns, .args = *args };
	if (party_run_some(row, 1, run_homecoming, errand))
		*args = errand->args;
}

/* How many interrupts a series takes; by the number of lazy ones, or without any. */
static void window_series(struct party_row *row, struct window_args *args)
{
	for (unsigned i = 0; i < LAZY_SERIES && !row->gave_up; i++) {
		shoot(row, true);
		if (!row->gave_up)
			(void)party_wait(row);
		args->t1 += row->party->asked_count;
	}
	args->t2 = args->t1;
}

static void make_lazy(struct party_row *row, unsigned count)
{
	(void)party_run_some(row, count, lazy_become, row);
}

static bool is_return(const struct party_row *row)
{
	return row->remote->phase == LAZY_PHASE_RETURN;
}

/* All awake and in the mask, then what the row's phase begins with. */
static void arrange(struct party_row *row)
{
	const struct remote *const remote = row->remote;

	(void)party_run(row, lazy_come_back_and_look, row);
	lazy_come_back_and_look(row->party->members[0], row);
	if (remote->phase == LAZY_PHASE_SERIES || row->gave_up)
		return;
	make_lazy(row, remote->lazy);
	if (remote->phase == LAZY_PHASE_NEXT || (is_return(row) && !remote->stays)) {
		shoot(row, true);
		if (!row->gave_up)
			(void)party_wait(row);
	}
	if (remote->phase == LAZY_PHASE_NEXT && !row->gave_up) {
		(void)party_run(row, lazy_read_again, row);
		lazy_read_again(row->party->members[0], row);
	}
}

static void prime(const struct priming *priming)
{
	struct party_row *const row = priming->context;

	if (row->gave_up)
		return;
	arrange(row);
	party_settle(row->party);
}

static void run_window(struct window_args *args, bool does)
{
	struct party_row *const row = args->context;

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
	struct party_row *const row = args->context;

	window_a(args);
	if (row->gave_up)
		return;
	(void)party_run(row, lazy_forget_untold, row);
	lazy_forget_untold(row->party->members[0], row);
}

/* One that was asked while it was lazy, and does not come back, has them too. */
static void window_a_return(struct window_args *args)
{
	struct party_row *const row = args->context;

	window_a(args);
	if (!row->remote->stays && !row->gave_up)
		(void)party_run_some(row, 1, lazy_look_untold, row);
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
static bool copy_root(struct party *party, struct frame_pool *pool)
{
	if (party->other_root == 0)
		party->other_root = frame_alloc(pool);
	return party->other_root != 0;
}

static enum span span_of(const struct remote *remote)
{
	return remote->phase == LAZY_PHASE_RETURN && !remote->touches ? SPAN_OPERATION
	                                                              : SPAN_TOTAL;
}

static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	struct party_row *const row = party_row(plan, experiment);
	const char *const missing = shootdown_equip(plan, row);

	if (missing != NULL)
		return missing;
	if (!copy_root(row->party, plan->workspace->pool))
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
		.block = party_block(row),
		.gave_up = &row->gave_up,
	};
	return NULL;
}

static void begin(struct experiment *experiment)
{
	struct party_row *const row = experiment->pair.args.context;
	struct party *const party = row->party;

	for (unsigned i = 0; i < LAZY_WORDS; i++) {
		atomic_store(&party->space.mask[i], 0);
		atomic_store(&party->other_space.mask[i], 0);
	}
	for (unsigned i = 0; i <= party->count; i++)
		lazy_begin(&party->lazy[party->members[i]->number],
		           party->members[i]->number, &party->space);
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		((uint64_t *)party->other_root)[i] = ((uint64_t *)party->root)[i];
	flush_ground_level(&party->ground);
	party->stamps = row->remote->figure == FIGURE_HANDLER;
	party_begin(row);
	(void)party_run(row, lazy_forget, NULL);
	lazy_forget(NULL, NULL);
}

static void end(struct experiment *experiment)
{
	struct party_row *const row = experiment->pair.args.context;

	(void)party_run(row, lazy_come_back_and_look, row);
	lazy_come_back_and_look(row->party->members[0], row);
	if (!row->gave_up)
		party_end_looks(row, &row->party->lazy_looks);
	party_end(row);
}

const struct shape shape_lazy = {
	.equip = equip,
	.begin = begin,
	.end = end,
	.mishap = party_mishap,
	.kinds = party_kinds,
	.tell = party_tell,
	.is_shown = party_is_shown,
};
