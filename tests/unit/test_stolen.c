/*
 * What a call takes from its target: which loop is kept, how long it is, and which rows
 * are planned; over a target that says when its loop has ended.
 */
#include "bench/harness/remote/group.h"
#include "bench/harness/remote/shapes.h"
#include "tests/unit/support/unit.h"

#include <limits.h>

extern const struct bench bench_stolen;

static struct remote_group group;
static struct remote_context remote;
static struct remote_spec spec;
static struct smp_cpu boot, target;
static unsigned attempts, exchanges, late; /* of the next attempts; all: UINT_MAX */
static uint32_t fits_from;                 /* steps; shorter loops have ended */
static uint64_t step;                      /* ticks that one takes */

const struct shape shape_ipi, shape_shootdown;

bool stolen_loop_start(struct stolen_loop *loop, struct smp *smp, struct smp_cpu *of,
                       uint64_t limit)
{
	(void)smp;
	(void)of;
	(void)limit;
	attempts++;
	loop->from = 1000 * attempts;
	loop->to = loop->from + step * loop->steps;
	return true;
}

bool stolen_loop_has_ended(const struct stolen_loop *loop)
{
	const bool is_late = late != 0;

	late -= is_late && late != UINT_MAX;
	return is_late || loop->steps < fits_from;
}

bool smp_wait(struct smp *smp, struct smp_cpu *of, uint64_t limit)
{
	(void)smp;
	(void)of;
	(void)limit;
	return true;
}

void smp_lose(struct smp *smp, struct smp_cpu *of)
{
	(void)smp;
	of->lost = true;
}

smp_work *target_work_step(enum target_work work)
{
	(void)work;
	return NULL;
}

const char *target_work_name(enum target_work work)
{
	static const char *const names[TARGET_WORKS] = { NULL,     "spin",   "pause",
		                                         "misses", "stores", "ring3",
		                                         "cli" };

	return names[work];
}

void group_give_up(struct remote_context *of, enum row_status status,
                   const char *reason)
{
	of->gave_up = true;
	of->status = status;
	strcpy(of->reason, reason);
}

void group_give_up_member(struct remote_context *of, const struct smp_cpu *member,
                          const char *what)
{
	(void)member;
	group_give_up(of, ROW_TIMEOUT, what);
}

unsigned group_count(const struct remote_group *of)
{
	return of == NULL ? 0 : of->count;
}

unsigned group_at_distance(const struct remote_group *of, enum distance distance,
                           enum core_type type)
{
	for (unsigned i = 1; i <= group_count(of); i++)
		if (of->members[i]->distance == distance && type == CORE_UNKNOWN)
			return i;
	return 0;
}

unsigned group_with_sibling(const struct remote_group *of)
{
	(void)of;
	return 0;
}

const char *remote_mode_name(enum remote_mode mode)
{
	return mode == REMOTE_NMI ? "nmi" : "unicast";
}

static void exchange(struct remote_context *of, enum remote_mode mode,
                     struct window_args *args)
{
	(void)of;
	(void)mode;
	exchanges++;
	args->t0 = args->t1 = args->t2 = 0; /* the sender's, which are no figure */
}

static void begin(void)
{
	memset(&group, 0, sizeof group);
	spec = (struct remote_spec){ .mode = REMOTE_UNICAST, .first = 1 };
	remote =
		(struct remote_context){ .group = &group, .spec = &spec, .targets = 1 };
	group.members[0] = &boot;
	group.members[1] = &target;
	group.count = 1;
	group.ticks_per_us = 1000;
	target.number = 1;
	attempts = exchanges = late = 0;
	fits_from = 0;
	step = 10;
}

TEST(what_comes_too_late_goes_again_and_the_loop_that_held_it_is_kept)
{
	struct window_args args = { .context = &remote };

	begin();
	remote.loop_steps = 5;
	late = 2;
	stolen_window(&remote, REMOTE_UNICAST, exchange, &args);
	assert_int_equal(exchanges, 3);
	assert_int_equal(args.t0, 3000);
	assert_int_equal(args.t1, 3050);
	assert_int_equal(args.t2, 3050);
	assert_false(remote.gave_up);
}

TEST(a_loop_that_nobody_interrupts_is_kept_whenever_it_ends)
{
	struct window_args args = { .context = &remote };

	begin();
	remote.loop_steps = 5;
	late = UINT_MAX;
	stolen_window(&remote, REMOTE_DRY, exchange, &args);
	assert_int_equal(exchanges, 1);
	assert_false(remote.gave_up);
}

TEST(calls_that_never_come_in_time_are_no_figure)
{
	struct window_args args = { .context = &remote };

	begin();
	remote.loop_steps = 5;
	late = UINT_MAX;
	stolen_window(&remote, REMOTE_UNICAST, exchange, &args);
	assert_true(remote.gave_up);
	assert_int_equal(remote.status, ROW_SKIPPED);
	assert_string_equal(remote.reason, "calls come too late");
}

/* 32 us of 1000 ticks are 32000: 2910 steps of 11 ticks, since a step is rounded up. */
TEST(the_loop_is_twice_the_shortest_in_which_calls_fit)
{
	begin();
	stolen_choose_length(&remote, REMOTE_UNICAST, exchange);
	assert_in_range(remote.loop_steps, 2 * 2900, 2 * 2920);
	begin();
	fits_from = 10000;
	stolen_choose_length(&remote, REMOTE_UNICAST, exchange);
	assert_in_range(remote.loop_steps, 2 * 11600, 2 * 11650);
	/* Once chosen it stays: chunks are compared. */
	fits_from = 0;
	stolen_choose_length(&remote, REMOTE_UNICAST, exchange);
	assert_in_range(remote.loop_steps, 2 * 11600, 2 * 11650);
}

TEST(no_loop_is_longer_than_some_milliseconds)
{
	begin();
	fits_from = UINT32_MAX;
	stolen_choose_length(&remote, REMOTE_UNICAST, exchange);
	assert_int_equal(remote.status, ROW_SKIPPED);
	assert_true(remote.loop_steps * step <= 2 * 4096 * group.ticks_per_us);
}

static struct plan plan;
static struct config config;
static struct machine machine;

static unsigned planned(const char *profile, const char *op, const char *word)
{
	unsigned count = 0;

	config = config_default();
	config.profile = profile_named(
		(struct text_slice){ .text = profile, .length = strlen(profile) });
	machine = (struct machine){ .features = UINT32_MAX };
	plan = (struct plan){ .config = &config, .machine = &machine, .group = &group };
	plan_make(&plan, &bench_stolen, NULL);
	assert_int_equal(plan.lost, 0);
	for (unsigned i = 0; i < plan.count; i++) {
		const struct experiment_spec *const one = &plan.experiments[i].spec;

		assert_int_equal(one->remote.figure, FIGURE_STOLEN);
		assert_int_equal(one->targets, 1);
		/* Where a load of CR3 drops all, nothing would be shown of the drop. */
		assert_true(one->remote.work != TARGET_RING3 ||
		            one->op == tlb_op_none || one->pcide);
		count += strcmp(one->op->name, op) == 0 &&
		         strstr(one->variant, word) != NULL;
	}
	return count;
}

/* Members at two distances, one of which shares its core with the boot processor. */
TEST(one_distance_unless_the_profile_is_the_longest)
{
	static struct smp_cpu far;

	begin();
	group.count = 2;
	group.members[2] = &far;
	target.distance = DISTANCE_CORE;
	far.distance = DISTANCE_PACKAGE;
	assert_int_equal(planned("default", "invlpg", "spin-package"), 1);
	assert_int_equal(planned("default", "invlpg", "spin-core"), 0);
	assert_int_equal(planned("full", "invlpg", "spin-package"), 1);
	assert_int_equal(planned("full", "invlpg", "spin-core"), 1);
}

TEST(each_work_is_lost_by_to_a_shootdown_and_to_a_broadcast)
{
	static const char *const works[] = { "spin", "pause", "misses", "stores",
		                             "ring3" };

	begin();
	target.distance = DISTANCE_PACKAGE;
	for (unsigned i = 0; i < COUNT_OF(works); i++) {
		assert_int_equal(planned("default", "invlpg", works[i]), 1);
		assert_int_equal(planned("default", "invlpgb_tlbsync", works[i]), 1);
	}
	assert_int_equal(planned("default", "none", "sibling"), 1);
	assert_int_equal(planned("default", "none", "nmi"), 1);
	assert_int_equal(planned("full", "none", "nmi"), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_comes_too_late_goes_again_and_the_loop_that_held_it_is_kept),
		cmocka_unit_test(
			a_loop_that_nobody_interrupts_is_kept_whenever_it_ends),
		cmocka_unit_test(calls_that_never_come_in_time_are_no_figure),
		cmocka_unit_test(the_loop_is_twice_the_shortest_in_which_calls_fit),
		cmocka_unit_test(no_loop_is_longer_than_some_milliseconds),
		cmocka_unit_test(one_distance_unless_the_profile_is_the_longest),
		cmocka_unit_test(
			each_work_is_lost_by_to_a_shootdown_and_to_a_broadcast),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
