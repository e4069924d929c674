/* Whether an instruction leaves a guest, by the shape of what it costs. */
#include "bench/harness/selftest/exit_verdict.h"
#include "lib/stats/stats.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define N 101u

static int64_t ticks[N];
static struct random random_of_test = { 5 };

/* So many samples at one level, the rest at another, within noise of it, shuffled. */
static void put(uint32_t below, int64_t low, int64_t high, uint32_t noise)
{
	for (uint32_t i = 0; i < N; i++)
		ticks[i] = (i < below ? low : high) +
		           (int64_t)random_below_u64(&random_of_test, noise + 1);
	for (uint32_t i = N; i > 1; i--) {
		const uint64_t j = random_below_u64(&random_of_test, i);
		const int64_t kept = ticks[i - 1];

		ticks[i - 1] = ticks[j];
		ticks[j] = kept;
	}
}

static struct two_levels levels(uint32_t below, int64_t low, int64_t high)
{
	put(below, low, high, 20);
	return two_levels_of(ticks, N);
}

static const char *verdict(const struct two_levels *levels)
{
	return exit_verdict_name(exit_verdict(levels, 1, 1400));
}

TEST(samples_of_one_level_are_one_level)
{
	const struct two_levels found = levels(N, 200, 0);

	assert_int_equal(found.above, 0);
	assert_int_equal(found.below, 96);
	assert_in_range(found.low, 205, 215);
}

TEST(samples_of_two_levels_are_told_apart_down_to_a_tenth)
{
	struct two_levels found = levels(60, 200, 2000);

	assert_int_equal(found.below, 60);
	assert_int_equal(found.above, 36);
	assert_in_range(found.low, 200, 220);
	assert_in_range(found.high, 2000, 2020);
	found = levels(86, 200, 2000);
	assert_int_equal(found.above, 10);
	found = levels(10, 200, 2000);
	assert_int_equal(found.below, 10);
	assert_int_equal(levels(92, 200, 2000).above, 0); /* 4 of 96 */
	assert_int_equal(levels(4, 200, 2000).above, 0);
}

TEST(a_few_disturbances_are_no_level)
{
	put(N, 200, 0, 20);
	for (unsigned i = 0; i < 5; i++)
		ticks[i * 20] = 900000 * (i + 1);

	const struct two_levels found = two_levels_of(ticks, N);

	assert_int_equal(found.above, 0);
	assert_in_range(found.low, 200, 220);
}

TEST(a_wide_distribution_without_a_gap_is_one_level)
{
	for (uint32_t i = 0; i < N; i++)
		ticks[i] = 20 * i;
	assert_int_equal(two_levels_of(ticks, N).above, 0);
}

TEST(levels_less_than_twice_apart_are_one)
{
	assert_int_equal(levels(50, 1000, 1900).above, 0);
	assert_true(levels(50, 1000, 2100).above > 0);
}

TEST(few_samples_are_a_level)
{
	int64_t one = 7, three[] = { 9, 7, 8 };

	assert_int_equal(two_levels_of(&one, 1).low, 7);
	assert_int_equal(two_levels_of(&one, 1).above, 0);
	assert_int_equal(two_levels_of(three, 3).low, 8);
}

/* As on a processor with nested paging: 200 ticks without an exit, CPUID 1400. */
TEST(what_costs_half_of_cpuid_leaves_and_a_quarter_does_not)
{
	struct two_levels one = { .low = 700, .below = 96 };

	assert_string_equal(verdict(&one), "yes");
	one.low = 699;
	assert_string_equal(verdict(&one), "unclear");
	one.low = 351;
	assert_string_equal(verdict(&one), "unclear");
	one.low = 350;
	assert_string_equal(verdict(&one), "no");
	one.low = -3; /* less than nothing, by noise */
	assert_string_equal(verdict(&one), "no");
	one.low = 90000;
	assert_string_equal(verdict(&one), "yes");
}

TEST(two_instructions_cost_twice_as_much_without_an_exit)
{
	const struct two_levels toggle = { .low = 700, .below = 96 };

	assert_int_equal(exit_verdict(&toggle, 2, 1400), EXIT_NO);
	assert_int_equal(exit_verdict(&toggle, 1, 1400), EXIT_YES);
}

TEST(what_leaves_at_times_is_unclear)
{
	struct two_levels two = { 200, 2000, 60, 36 };

	assert_string_equal(verdict(&two), "unclear");
	two.low = 900;
	assert_string_equal(verdict(&two), "yes");
	two = (struct two_levels){ 100, 300, 60, 36 };
	assert_string_equal(verdict(&two), "no");
	two.high = 500; /* between */
	assert_string_equal(verdict(&two), "unclear");
}

TEST(all_is_unclear_where_cpuid_does_not_leave)
{
	const struct two_levels cheap = { .low = 20, .below = 96 };
	const struct two_levels dear = { .low = 20000, .below = 96 };
	struct two_levels cpuid = { .low = 280, .below = 96 };

	/* An ADD of 0.7 ticks. */
	assert_int_equal(exit_reference(&cpuid, 700), 0);
	assert_int_equal(exit_verdict(&cheap, 1, 0), EXIT_UNCLEAR);
	assert_int_equal(exit_verdict(&dear, 1, 0), EXIT_UNCLEAR);
	cpuid.low = 281;
	assert_int_equal(exit_reference(&cpuid, 700), 281);
	assert_int_equal(exit_verdict(&cpuid, 1, 281), EXIT_YES);
	assert_int_equal(exit_reference(&cpuid, 0), 0);
	assert_int_equal(exit_reference(&cpuid, -1), 0);
}

static void assert_put(struct two_levels levels, const char *text)
{
	struct line line;
	char found[80];

	line_clear(&line);
	exit_put_levels(&levels, &line);
	line_to_string(&line, found, sizeof found);
	assert_string_equal(found, text);
}

TEST(levels_are_ticks_with_their_shares)
{
	assert_put((struct two_levels){ .low = 1412, .below = 96 }, "1412");
	assert_put((struct two_levels){ 212, 1890, 60, 36 }, "212 (62 %) 1890 (38 %)");
	assert_put((struct two_levels){ .low = -2, .below = 96 }, "-2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_of_one_level_are_one_level),
		cmocka_unit_test(samples_of_two_levels_are_told_apart_down_to_a_tenth),
		cmocka_unit_test(a_few_disturbances_are_no_level),
		cmocka_unit_test(a_wide_distribution_without_a_gap_is_one_level),
		cmocka_unit_test(levels_less_than_twice_apart_are_one),
		cmocka_unit_test(few_samples_are_a_level),
		cmocka_unit_test(
			what_costs_half_of_cpuid_leaves_and_a_quarter_does_not),
		cmocka_unit_test(two_instructions_cost_twice_as_much_without_an_exit),
		cmocka_unit_test(what_leaves_at_times_is_unclear),
		cmocka_unit_test(all_is_unclear_where_cpuid_does_not_leave),
		cmocka_unit_test(levels_are_ticks_with_their_shares),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
