/* The rows of walks with the other thread of the core that each profile plans. */
#include "bench/harness/remote/group.h"
#include "bench/harness/target/sibling_shape.h"
#include "bench/harness/walk/walk_shape.h"

#include "tests/unit/support/unit.h"

extern const struct bench bench_walks_sibling;

static struct plan plan;
static struct config config;
static const struct machine machine = { .quantum = 2 };
static struct remote_group group;
static struct smp_cpu cpus[3];

const struct shape shape_walk_beside, shape_sibling_lost;

unsigned group_count(const struct remote_group *of)
{
	return of == NULL ? 0 : of->count;
}

unsigned group_at_distance(const struct remote_group *of, enum distance distance,
                           enum core_type type)
{
	for (unsigned i = 1; i <= group_count(of) && type == CORE_UNKNOWN; i++)
		if (of->members[i]->distance == distance)
			return i;
	return 0;
}

unsigned group_with_sibling(const struct remote_group *of)
{
	(void)of;
	return 0;
}

const char *target_work_name(enum target_work work)
{
	return work == TARGET_SPIN ? "spin" : work == TARGET_WALKS ? "walks" : NULL;
}

static void plan_rows(const char *profile, enum distance nearest)
{
	config = config_default();
	config.profile = profile_named(
		(struct text_slice){ .text = profile, .length = strlen(profile) });
	cpus[1].distance = nearest;
	cpus[2].distance = DISTANCE_PACKAGE;
	group = (struct remote_group){ .count = 2 };
	for (unsigned i = 0; i < COUNT_OF(cpus); i++)
		group.members[i] = &cpus[i];
	plan.config = &config;
	plan.machine = &machine;
	plan.group = &group;
	plan_make(&plan, &bench_walks_sibling, NULL);
	assert_int_equal(plan.lost, 0);
}

static const struct experiment_spec *find(const char *op, const char *variant)
{
	for (unsigned i = 0; i < plan.count; i++) {
		const struct experiment_spec *const spec = &plan.experiments[i].spec;

		if (strcmp(spec->op->name, op) == 0 &&
		    strcmp(spec->variant, variant) == 0)
			return spec;
	}
	fail_msg("no %s %s", op, variant);
	return NULL;
}

TEST(walks_beside_it_differ_in_what_it_does)
{
	const struct experiment_spec *spec;

	plan_rows("default", DISTANCE_CORE);
	spec = find("cr3_reload", "load-l1-sibling-spin");
	assert_int_equal(spec->remote.state, SMP_WORK);
	assert_int_equal(spec->remote.work, TARGET_SPIN);
	assert_int_equal(spec->remote.first, 1);
	assert_ptr_equal(spec->shape, &shape_walk_beside);
	assert_int_equal(find("cr3_reload", "load-l1-sibling-walks")->remote.work,
	                 TARGET_WALKS);
}

TEST(what_it_loses_is_counted_of_operations_that_kernels_do)
{
	const struct experiment_spec *spec;

	plan_rows("default", DISTANCE_CORE);
	spec = find("invlpg", "sibling-lost");
	assert_string_equal(spec->unit, "count");
	assert_int_equal(spec->remote.mode, REMOTE_LOCAL);
	assert_int_equal(spec->remote.pages, WALKED_PAGES);
	assert_ptr_equal(spec->shape, &shape_sibling_lost);
	assert_int_not_equal(spec->remote.state, SMP_WORK);
	(void)find("cr3_reload", "sibling-lost");
	(void)find("cr4_pge_toggle", "sibling-lost");
}

TEST(a_profile_has_no_more_than_it_has_time_for)
{
	static const struct {
		const char *profile;
		unsigned rows;
	} profiles[] = {
		{ "smoke", 1 }, { "quick", 5 }, { "default", 5 }, { "full", 8 }
	};

	for (unsigned i = 0; i < COUNT_OF(profiles); i++) {
		plan_rows(profiles[i].profile, DISTANCE_CORE);
		assert_int_equal(plan.count, profiles[i].rows);
	}
}

TEST(without_another_thread_the_rows_are_planned_all_the_same)
{
	plan_rows("default", DISTANCE_CACHE);
	assert_int_equal(plan.count, 5);
	assert_int_equal(find("invlpg", "sibling-lost")->remote.first, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_beside_it_differ_in_what_it_does),
		cmocka_unit_test(
			what_it_loses_is_counted_of_operations_that_kernels_do),
		cmocka_unit_test(a_profile_has_no_more_than_it_has_time_for),
		cmocka_unit_test(
			without_another_thread_the_rows_are_planned_all_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
