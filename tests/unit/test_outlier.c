/* Whether a point of a sweep contradicts the two beside it. */
#include "lib/stats/outlier.h"
#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

static bool is_outlier(struct sweep_point before, struct sweep_point at,
                       struct sweep_point after)
{
	return outlier_is(&before, &at, &after);
}

static struct sweep_point within(int64_t cost, int64_t by)
{
	return (struct sweep_point){ cost, cost - by, cost + by };
}

/* As an emulator on a busy host gave them, for 0, 1 and 2 pages. */
TEST(a_point_three_times_its_neighbours_is_one)
{
	assert_true(is_outlier(within(3549000, 36000),
	                       (struct sweep_point){ 10962000, 10831000, 11072000 },
	                       within(3948000, 40000)));
	assert_true(is_outlier(within(10962000, 110000), within(3549000, 36000),
	                       within(10800000, 108000)));
}

TEST(the_neighbours_of_an_outlier_are_none)
{
	const int64_t sweep[] = { 3100, 3540, 3500, 10962, 3948, 3900, 4300 };

	for (unsigned i = 1; i + 1 < COUNT_OF(sweep); i++)
		assert_int_equal(is_outlier(within(sweep[i - 1], 20),
		                            within(sweep[i], 20),
		                            within(sweep[i + 1], 20)),
		                 i == 3);
}

TEST(what_is_between_its_neighbours_is_none_however_steep_they_are)
{
	for (int64_t cost = 100; cost <= 9000; cost += 100) {
		assert_false(
			is_outlier(within(100, 0), within(cost, 0), within(9000, 0)));
		assert_false(
			is_outlier(within(9000, 0), within(cost, 0), within(100, 0)));
	}
}

TEST(intervals_that_meet_contradict_nothing)
{
	assert_false(is_outlier(within(100, 5), within(110, 5), within(100, 5)));
	assert_true(is_outlier(within(100, 5), within(111, 5), within(100, 5)));
	assert_false(is_outlier(within(100, 5), within(90, 5), within(100, 5)));
	assert_true(is_outlier(within(100, 5), within(89, 5), within(100, 5)));
	/* An own wide one, or that of one neighbour. */
	assert_false(is_outlier(within(100, 5), within(400, 295), within(100, 5)));
	assert_false(is_outlier(within(100, 5), within(400, 5), within(100, 295)));
}

/* A curve that turns: neither way by more than it goes on by. */
TEST(a_bend_no_larger_than_the_step_between_the_neighbours_is_none)
{
	assert_false(is_outlier(within(100, 0), within(180, 0), within(140, 0)));
	assert_true(is_outlier(within(100, 0), within(181, 0), within(140, 0)));
	assert_false(is_outlier(within(100, 0), within(60, 0), within(140, 0)));
	assert_true(is_outlier(within(100, 0), within(59, 0), within(140, 0)));
}

/* Rising and falling the same, and in either order. */
TEST(it_does_not_matter_from_which_side_a_sweep_is_seen)
{
	struct random random = { 5 };

	for (unsigned i = 0; i < 10000; i++) {
		struct sweep_point p[3], mirrored[3];

		for (unsigned k = 0; k < 3; k++) {
			p[k] = within((int64_t)random_below_u64(&random, 50),
			              (int64_t)random_below_u64(&random, 4));
			mirrored[k] =
				(struct sweep_point){ -p[k].cost, -p[k].hi, -p[k].lo };
		}
		assert_int_equal(outlier_is(&p[0], &p[1], &p[2]),
		                 outlier_is(&p[2], &p[1], &p[0]));
		assert_int_equal(outlier_is(&p[0], &p[1], &p[2]),
		                 outlier_is(&mirrored[0], &mirrored[1], &mirrored[2]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_point_three_times_its_neighbours_is_one),
		cmocka_unit_test(the_neighbours_of_an_outlier_are_none),
		cmocka_unit_test(
			what_is_between_its_neighbours_is_none_however_steep_they_are),
		cmocka_unit_test(intervals_that_meet_contradict_nothing),
		cmocka_unit_test(
			a_bend_no_larger_than_the_step_between_the_neighbours_is_none),
		cmocka_unit_test(it_does_not_matter_from_which_side_a_sweep_is_seen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
