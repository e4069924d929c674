/* The interval of the median holds the median as often as it says. */
#include "lib/stats/estimate.h"
#include "lib/stats/stats.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define DRAWS 10000u
#define N_MAX 255u

TEST(ranks_are_those_of_the_formula)
{
	/* (n - 1 - ceil(z sqrt n)) / 2, computed by hand. */
	static const struct {
		uint32_t n;
		struct rank_interval r95, r99;
	} known[] = {
		{ 31, { 9, 21 }, { 7, 23 } },
		{ 255, { 111, 143 }, { 106, 148 } },
		{ 511, { 232, 278 }, { 225, 285 } },
		{ 2047, { 978, 1068 }, { 964, 1082 } },
		{ 8191, { 4006, 4184 }, { 3978, 4212 } },
	};

	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		const struct rank_interval r95 =
			median_ranks(known[i].n, CONFIDENCE_95);
		const struct rank_interval r99 =
			median_ranks(known[i].n, CONFIDENCE_99);

		assert_int_equal(r95.lo, known[i].r95.lo);
		assert_int_equal(r95.hi, known[i].r95.hi);
		assert_int_equal(r99.lo, known[i].r99.lo);
		assert_int_equal(r99.hi, known[i].r99.hi);
	}
}

TEST(few_values_give_the_whole_range)
{
	for (uint32_t n = 1; n <= 6; n++) {
		assert_int_equal(median_ranks(n, CONFIDENCE_99).lo, 0);
		assert_int_equal(median_ranks(n, CONFIDENCE_99).hi, n - 1);
	}
}

/* Chance that lo < B <= hi for B binomial (n, 1/2): that many values lie below. */
static double exact_coverage(uint32_t n, struct rank_interval ranks)
{
	long double term = 1, inside = 0, all = 0;

	for (uint32_t below = 0; below <= n; below++) {
		if (below > ranks.lo && below <= ranks.hi)
			inside += term;
		all += term;
		term = term * (n - below) / (below + 1);
	}
	return (double)(inside / all);
}

TEST(the_exact_coverage_is_never_below_nominal_from_n_8_on)
{
	for (uint32_t n = 8; n <= 1023; n++) {
		const double c95 = exact_coverage(n, median_ranks(n, CONFIDENCE_95));
		const double c99 = exact_coverage(n, median_ranks(n, CONFIDENCE_99));

		assert_true(c95 >= 0.95 && c99 >= 0.99);
		if (n >= 100)
			assert_true(c95 <= 0.975 && c99 <= 0.996);
	}
}

TEST(the_least_number_of_values_is_where_the_whole_range_is_sure_enough)
{
	static const double nominal[] = {
		[CONFIDENCE_95] = 0.95, [CONFIDENCE_99] = 0.99
	};

	for (enum confidence c = CONFIDENCE_95; c <= CONFIDENCE_99; c++) {
		const uint32_t least = median_interval_least(c);
		const struct rank_interval whole = { 0, least - 1 };
		const struct rank_interval fewer = { 0, least - 2 };

		assert_true(exact_coverage(least, whole) >= nominal[c]);
		assert_true(exact_coverage(least, median_ranks(least, c)) >=
		            nominal[c]);
		assert_true(exact_coverage(least - 1, fewer) < nominal[c]);
	}
}

typedef int64_t draw(struct random *random);

/* Each has its median at 0. */
static int64_t uniform(struct random *random)
{
	return (int64_t)random_below_u64(random, 2000001) - 1000000;
}

static int64_t bell(struct random *random)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < 12; i++)
		sum += (int64_t)random_below_u64(random, 2001) - 1000;
	return sum;
}

static int64_t two_humps(struct random *random)
{
	const int64_t hump = (int64_t)random_below_u64(random, 1001) + 5000;

	return random_below_u64(random, 2) == 0 ? hump : -hump;
}

/* One over a uniform number, either sign: without mean or variance. */
static int64_t heavy(struct random *random)
{
	const int64_t size = INT64_C(1) << 32;
	const int64_t value =
		size / (int64_t)(1 + random_below_u64(random, UINT32_MAX));
	const int64_t small = (int64_t)random_below_u64(random, 1000);

	return random_below_u64(random, 2) == 0 ? value * 1000 + small
	                                        : -value * 1000 - small;
}

/* Per mille of DRAWS intervals that hold 0. */
static unsigned held(draw *one, uint32_t n, enum confidence confidence)
{
	struct random random = { 5 };
	unsigned count = 0;

	for (unsigned i = 0; i < DRAWS; i++) {
		int64_t ticks[N_MAX], scratch[N_MAX];

		for (uint32_t k = 0; k < n; k++)
			ticks[k] = one(&random);

		const struct summary s = summarise(ticks, n, 1, STEP_NONE, scratch);

		if (confidence == CONFIDENCE_95)
			count += s.ci95_lo <= 0 && s.ci95_hi >= 0;
		else
			count += s.ci99_lo <= 0 && s.ci99_hi >= 0;
	}
	return count * 1000 / DRAWS;
}

static void assert_covers(draw *one)
{
	assert_in_range(held(one, 31, CONFIDENCE_95), 935, 1000);
	assert_in_range(held(one, 31, CONFIDENCE_99), 975, 1000);
	assert_in_range(held(one, 64, CONFIDENCE_95), 935, 1000);
	assert_in_range(held(one, 64, CONFIDENCE_99), 975, 1000);
}

TEST(intervals_hold_the_median_of_a_uniform_distribution)
{
	assert_covers(uniform);
}

TEST(intervals_hold_the_median_of_a_bell)
{
	assert_covers(bell);
}

TEST(intervals_hold_the_median_between_two_humps)
{
	assert_covers(two_humps);
}

TEST(intervals_hold_the_median_under_heavy_tails)
{
	assert_covers(heavy);
}

TEST(intervals_are_not_wider_than_they_need_be)
{
	assert_in_range(held(uniform, 255, CONFIDENCE_95), 935, 975);
	assert_in_range(held(uniform, 255, CONFIDENCE_99), 980, 998);
}

TEST(heavy_tails_are_counted_as_far_and_move_the_mean_only)
{
	int64_t ticks[101], scratch[101];

	for (int i = 0; i < 101; i++)
		ticks[i] = i < 95 ? 100 + i % 5 : INT64_C(1000000) * i;

	const struct summary s = summarise(ticks, 101, 1, STEP_NONE, scratch);

	assert_int_equal(s.far, 6);
	assert_int_equal(s.p50, 102000);
	assert_int_equal(s.ci99_lo, 102000 - 1000);
	assert_int_equal(s.ci99_hi, 102000 + 1000);
	assert_true(s.mean > INT64_C(5000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranks_are_those_of_the_formula),
		cmocka_unit_test(few_values_give_the_whole_range),
		cmocka_unit_test(
			the_least_number_of_values_is_where_the_whole_range_is_sure_enough),
		cmocka_unit_test(the_exact_coverage_is_never_below_nominal_from_n_8_on),
		cmocka_unit_test(intervals_hold_the_median_of_a_uniform_distribution),
		cmocka_unit_test(intervals_hold_the_median_of_a_bell),
		cmocka_unit_test(intervals_hold_the_median_between_two_humps),
		cmocka_unit_test(intervals_hold_the_median_under_heavy_tails),
		cmocka_unit_test(intervals_are_not_wider_than_they_need_be),
		cmocka_unit_test(heavy_tails_are_counted_as_far_and_move_the_mean_only),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
