#include "bench/harness/remote/lazy_cpu.h"
#include "bench/harness/remote/shapes.h"
#include "lib/x86/insn.h"

/* Requests of one series, in LAZY_PHASE_SERIES. */
#define LAZY_SERIES 8u

static enum lazy_change change_of(const struct remote_spec *spec)
{
	return spec->tables ? LAZY_TABLES : LAZY_PAGES;
}

/* Entries are changed; whom the protocol says is asked.  The own go meanwhile. */
static void shoot(struct remote_context *remote, bool asks)
{
	struct remote_group *const group = remote->group;

	flush_pages_turn(&group->probe_pages, remote->spec->pages);
	if (!asks)
		return;
	lazy_changed(&group->lazy.space);
	group->lazy.asked_count = 0;
	for (unsigned i = 0; i < remote->targets; i++) {
		struct smp_cpu *const member = group_target(remote, i);

		if (!remote->spec->protocol->asks(&group->lazy.space,
		                                  &group->lazy.cpus[member->number],
		                                  change_of(remote->spec)))
			continue;
		(void)smp_fill_call(member);
		group->calls.sent[i]++;
		group->lazy.asked[group->lazy.asked_count++] = member->apic_id;
	}
	apic_publish();
	for (unsigned i = 0; i < group->lazy.asked_count; i++)
		if (!apic_send(smp_apic(group->smp), group->lazy.asked[i], VECTOR_CALL))
			group_give_up(remote, ROW_FAILED, "the APIC did not send");
	lazy_drop_all(remote);
}

static void window(struct remote_context *remote, bool asks, struct window_args *args)
{
	apic_publish();
	args->t0 = rdtsc_ordered();
	shoot(remote, asks);
	args->t1 = rdtsc_ordered();
	if (asks && !remote->gave_up)
		(void)group_wait(remote);
	args->t2 = rdtsc_ordered();
	if (remote->spec->figure == FIGURE_HANDLER) {
		const struct smp_stamps *const stamps =
			&group_target(remote, 0)->stamps;

		args->t0 = asks ? stamps->word[STAMP_ENTERED] : args->t2;
		args->t1 = args->t2 = asks ? stamps->word[STAMP_LEFT] : args->t2;
	}
}

/* On the first target: T0 back T1 first accesses T2. */
static void return_timed(struct smp_cpu *me, struct remote_context *remote,
                         bool returns, struct window_args *args)
{
	struct remote_group *const group = remote->group;
	const uint64_t flags = interrupts_off();

	apic_publish();
	args->t0 = rdtsc_ordered();
	if (returns)
		lazy_come_back(me, remote,
		               remote->spec->others ? &group->lazy.other_space
		                                    : &group->lazy.space);
	args->t1 = rdtsc_ordered();
	if (remote->spec->touches)
		(void)flush_pages_look(&group->probe_pages, FLUSH_PAGES, load_word);
	args->t2 = rdtsc_ordered();
	interrupts_as(flags);
}

static void run_return(struct smp_cpu *me, void *argument)
{
	struct remote_request *const remote_request = argument;

	return_timed(me, remote_request->remote, remote_request->returns,
	             &remote_request->args);
}

/* A's target stays awake all the time: it has nothing to do. */
static void window_return(struct remote_context *remote, bool returns,
                          struct window_args *args)
{
	struct remote_request *const remote_request =
		&remote->group->remote_requests[group_target(remote, 0)->number];

	*remote_request = (struct remote_request){ .remote = remote,
		                                   .returns = returns,
		                                   .args = *args };
	if (group_run_some(remote, 1, run_return, remote_request))
		*args = remote_request->args;
}

static void make_lazy(struct remote_context *remote, unsigned count)
{
	(void)group_run_some(remote, count, lazy_become, remote);
}

/*
 * How many interrupts a series takes.  A has the lazy ones, so that B less A is what
 * they save.
 */
static uint32_t count_series(const struct window_args *args, bool b)
{
	struct remote_context *const remote = args->context;
	uint32_t interrupts = 0;

	if (!b && !remote->gave_up)
		make_lazy(remote, remote->spec->lazy);
	for (unsigned i = 0; i < LAZY_SERIES && !remote->gave_up; i++) {
		shoot(remote, true);
		if (!remote->gave_up)
			(void)group_wait(remote);
		interrupts += remote->group->lazy.asked_count;
	}
	return interrupts;
}

static bool is_return(const struct remote_context *remote)
{
	return remote->spec->phase == LAZY_PHASE_RETURN;
}

/* All awake and in the mask, then what the experiment's phase begins with. */
static void arrange(struct remote_context *remote)
{
	const struct remote_spec *const spec = remote->spec;

	(void)group_run(remote, lazy_come_back_and_look, remote);
	lazy_come_back_and_look(remote->group->members[0], remote);
	if (spec->phase == LAZY_PHASE_SERIES || remote->gave_up)
		return;
	make_lazy(remote, spec->lazy);
	if (spec->phase == LAZY_PHASE_NEXT || (is_return(remote) && !spec->stays)) {
		shoot(remote, true);
		if (!remote->gave_up)
			(void)group_wait(remote);
	}
	if (spec->phase == LAZY_PHASE_NEXT && !remote->gave_up) {
		(void)group_run(remote, lazy_read_again, remote);
		lazy_read_again(remote->group->members[0], remote);
	}
}

static void prime(const struct priming *priming)
{
	struct remote_context *const remote = priming->context;

	if (remote->gave_up)
		return;
	arrange(remote);
	group_settle(remote->group);
}

static void run_window(struct window_args *args, bool does)
{
	struct remote_context *const remote = args->context;

	if (remote->gave_up)
		return;
	if (is_return(remote))
		window_return(remote, does, args);
	else
		window(remote, does, args);
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
	struct remote_context *const remote = args->context;

	window_a(args);
	if (remote->gave_up)
		return;
	(void)group_run(remote, lazy_forget_untold, remote);
	lazy_forget_untold(remote->group->members[0], remote);
}

/* Whether one that was asked while it was lazy has dropped all by leaving the tables.
 */
static bool has_left(const struct remote_spec *spec)
{
	return spec->protocol == &lazy_mask_init_mm ||
	       (spec->protocol == &lazy_generation && spec->tables);
}

/* One that missed a change while it was lazy, and does not come back, has them too. */
static void window_a_return(struct window_args *args)
{
	struct remote_context *const remote = args->context;

	window_a(args);
	if (!remote->spec->stays && !has_left(remote->spec) && !remote->gave_up)
		(void)group_run_some(remote, 1, lazy_look_untold, remote);
}

/* The same tables below two more roots: another space's, and init_mm's. */
static bool copy_roots(struct remote_group *group, struct frame_pool *pool)
{
	if (group->setup.other_root == 0)
		group->setup.other_root = frame_alloc(pool);
	if (group->setup.init_root == 0)
		group->setup.init_root = frame_alloc(pool);
	return group->setup.other_root != 0 && group->setup.init_root != 0;
}

static enum span span_of(const struct remote_spec *spec)
{
	return spec->phase == LAZY_PHASE_RETURN && !spec->touches ? SPAN_OPERATION
	                                                          : SPAN_TOTAL;
}

static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	struct remote_context *const remote = group_context(plan, experiment);
	const char *const missing = shootdown_equip(plan, remote);

	if (missing != NULL)
		return missing;
	if (!copy_roots(remote->group, plan->workspace->pool))
		return NO_MEMORY;
	remote->on_call = lazy_take_request;
	experiment->priming = (struct priming){ .prime = prime, .context = remote };
	experiment->pair = (struct pair){
		.a = is_return(remote) ? window_a_return : window_a_untold,
		.b = window_b,
		.count = remote->spec->phase == LAZY_PHASE_SERIES ? count_series : NULL,
		.args = { .context = remote },
		.priming = &experiment->priming,
		.span = span_of(remote->spec),
		.divisor = 1,
		.block = group_block(remote),
		.gave_up = &remote->gave_up,
	};
	return NULL;
}

static void begin(struct experiment *experiment)
{
	struct remote_context *const remote = experiment->remote;
	struct remote_group *const group = remote->group;

	for (unsigned i = 0; i < LAZY_WORDS; i++) {
		atomic_store(&group->lazy.space.mask[i], 0);
		atomic_store(&group->lazy.other_space.mask[i], 0);
	}
	for (unsigned i = 0; i <= group->count; i++)
		lazy_begin(&group->lazy.cpus[group->members[i]->number],
		           group->members[i]->number, &group->lazy.space);
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		const uint64_t entry = ((uint64_t *)group->setup.root)[i];

		((uint64_t *)group->setup.other_root)[i] = entry;
		((uint64_t *)group->setup.init_root)[i] = entry;
	}
	flush_pages_level(&group->probe_pages);
	group->setup.stamps = remote->spec->figure == FIGURE_HANDLER;
	group_begin(remote);
	(void)group_run(remote, lazy_forget, NULL);
	lazy_forget(NULL, NULL);
}

static void end(struct experiment *experiment)
{
	struct remote_context *const remote = experiment->remote;

	(void)group_run(remote, lazy_come_back_and_look, remote);
	lazy_come_back_and_look(remote->group->members[0], remote);
	if (!remote->gave_up)
		group_end_looks(remote, &remote->group->totals.lazy_looks);
	group_end(remote);
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
