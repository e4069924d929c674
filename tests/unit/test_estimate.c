/* What a row costs where the clock steps: an estimate and its interval. */
#include "lib/stats/estimate.h"
#include "lib/stats/stats.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define N_MAX 2047u

static int64_t ticks[N_MAX], sorted[N_MAX], distances[N_MAX];

/* Of ticks, as the sampler asks for it. */
static struct estimate estimate(uint32_t n, uint32_t divisor, uint32_t step)
{
	memcpy(sorted, ticks, n * sizeof *ticks);
	sort_ticks(sorted, n);
	for (uint32_t i = 0; i < n; i++)
		distances[i] = magnitude(sorted[i] - sorted[n / 2]);

	const int64_t median = sorted[n / 2];

	sort_ticks(distances, n);
	return estimate_huber(ticks, n, divisor, step, median, distances[n / 2]);
}

TEST(values_that_are_all_the_same_are_the_cost)
{
	for (uint32_t n = 1; n <= 300; n++) {
		for (uint32_t i = 0; i < n; i++)
			ticks[i] = -84;

		const struct estimate e = estimate(n, 1, 21000);
		/* Not shown by n values: five steps in n. */
		const int64_t unseen = n < 8 ? 0 : 5 * 21000 / (int64_t)n;

		assert_int_equal(e.estimator, ESTIMATOR_HUBER);
		assert_int_equal(e.cost, -84000);
		assert_int_equal(e.lo, -84000 - unseen);
		assert_int_equal(e.hi, -84000 + unseen);
	}
}

TEST(between_two_readings_it_is_their_mean)
{
	for (uint32_t above = 0; above <= 100; above++) {
		for (uint32_t i = 0; i < 100; i++)
			ticks[i] = i * 37 % 100 < above ? 168 : 147;

		const struct estimate e = estimate(100, 1, 21000);

		assert_int_equal(e.cost, 147000 + 210 * above);
		assert_true(e.lo < e.cost && e.cost < e.hi);
	}
}

TEST(it_is_divided_like_every_statistic_and_its_ends_outwards)
{
	for (uint32_t i = 0; i < 100; i++)
		ticks[i] = i % 2 == 0 ? -1344 : -1365;

	const struct estimate sum = estimate(100, 1, 21000);
	const struct estimate each = estimate(100, 64, 21000);

	assert_int_equal(sum.cost, -1354500);
	assert_int_equal(each.cost, -21164);
	assert_in_range(each.lo * 64, sum.lo - 63, sum.lo);
	assert_in_range(each.hi * 64, sum.hi, sum.hi + 63);
}

TEST(a_long_tail_moves_it_by_no_more_than_the_bound)
{
	for (uint32_t i = 0; i < 1000; i++)
		ticks[i] = i % 100 == 99 ? INT64_C(4000000000) : i % 2 == 0 ? 147 : 168;

	const struct estimate e = estimate(1000, 1, 21000);

	/* One in a hundred counts as two steps more. */
	assert_in_range(e.cost, 157500, 157500 + 430);
	assert_in_range(e.hi - e.lo, 1, 5000);
}

TEST(half_of_the_values_far_away_are_no_overflow)
{
	for (uint32_t i = 0; i < N_MAX; i++)
		ticks[i] = i % 2 == 0 ? -INT64_C(4294967295) : INT64_C(4294967295);

	const struct estimate e = estimate(N_MAX, 1, 1500);

	assert_true(e.lo <= e.cost && e.cost <= e.hi);
	assert_true(magnitude(e.cost) <= INT64_C(4294967295000));
}

TEST(what_drifts_from_first_to_last_makes_the_interval_wider)
{
	struct estimate e[2];

	for (unsigned drifts = 0; drifts < 2; drifts++) {
		for (uint32_t i = 0; i < 960; i++)
			ticks[i] = (i % 2 == 0 ? 147 : 168) +
			           (drifts != 0 && i >= 480 ? 21 : 0);
		e[drifts] = estimate(960, 1, 21000);
	}
	assert_true(e[1].hi - e[1].lo > 4 * (e[0].hi - e[0].lo));
}

/* Of 1, 2 and 10 ns at 2.1, 2.25, 2.45, 3.4 and 3.8 GHz. */
static const double steps[] = { 2.1, 2.25, 2.45, 3.4,  3.8,  4.2, 4.5, 4.9,
	                        6.8, 7.6,  21,   22.5, 24.5, 34,  38 };

static double root(double value)
{
	return (double)isqrt((uint64_t)(value * 1e9)) / 31622.7766;
}

/* Of values above 0. */
static int64_t whole(double value)
{
	return (int64_t)value;
}

static double uniform(struct random *random)
{
	return (double)(random_next(random) >> 11) * 0x1p-53;
}

/* Nearly normal, of variance 1. */
static double bell(struct random *random)
{
	double sum = -6;

	for (unsigned i = 0; i < 12; i++)
		sum += uniform(random);
	return sum;
}

/* What a stepping clock shows of a window that begins at any phase of it. */
static int64_t shown(struct random *random, double cost, double step)
{
	const double from = uniform(random) * 1e9;

	return whole((double)whole((from + cost) / step) * step) -
	       whole((double)whole(from / step) * step);
}

struct coverage {
	uint32_t draws, held;
	double half, allowed; /* mean half width, in ticks */
};

/*
 * Intervals of n pairs: windows of A are 40 to 90 ticks long, what B costs more is a
 * multiple of 0.37 up to 500.  Allowed to either side are 2.5 steps / sqrt(n), and the
 * interval of a median of the noise alone.  No 99 % interval is less than 1.45 steps /
 * sqrt(n) to either side: the standard deviation of a difference of two such windows is
 * 0.56 steps on average.
 */
static struct coverage cover(uint64_t seed, uint32_t draws, uint32_t n, double noise)
{
	struct random random = { seed };
	struct coverage found = { .draws = draws };

	for (uint32_t draw = 0; draw < draws; draw++) {
		const double step = steps[draw % COUNT_OF(steps)];
		const double cost = 0.37 * (double)random_below(&random, 1352);
		const double a = 40 + 50 * uniform(&random);
		const double both = noise * root(a * a + (a + cost) * (a + cost));

		for (uint32_t i = 0; i < n; i++)
			ticks[i] =
				shown(&random, (a + cost) * (1 + noise * bell(&random)),
			              step) -
				shown(&random, a * (1 + noise * bell(&random)), step);

		const struct estimate e = estimate(n, 1, (uint32_t)(step * 1000 + 0.5));

		found.held +=
			(double)e.lo <= cost * 1000 && cost * 1000 <= (double)e.hi;
		found.half += (double)(e.hi - e.lo) / 2000 / draws;
		found.allowed += (2.5 * step + 2.576 * 1.2533 * both) / root(n) / draws;
	}
	return found;
}

static void assert_covers(uint32_t draws, uint32_t n, double noise)
{
	const struct coverage found = cover(n, draws, n, noise);

	print_message("# n %u, noise %.0f %%: %u of %u, +-%.3f of %.3f\n", n,
	              noise * 100, found.held, found.draws, found.half, found.allowed);
	if (found.held * 1000 < draws * 985)
		fail_msg("%u of %u", found.held, draws);
	/* With few samples what they may not have shown is a large part. */
	if (n >= 127 && found.half > found.allowed)
		fail_msg("+-%.3f, more than %.3f", found.half, found.allowed);
}

TEST(intervals_hold_the_truth_without_noise)
{
	assert_covers(10000, 255, 0);
}

TEST(intervals_hold_the_truth_with_noise_of_3_percent)
{
	assert_covers(10000, 255, 0.03);
}

TEST(intervals_of_few_and_of_many_samples_hold_it_too)
{
	static const uint32_t sizes[] = { 8, 12, 23, 24, 31, 47, 127, 511 };

	for (unsigned i = 0; i < COUNT_OF(sizes); i++)
		for (unsigned noisy = 0; noisy < 2; noisy++)
			assert_covers(2000, sizes[i], 0.03 * noisy);
	assert_covers(300, N_MAX, 0);
}

/* The median's interval is what excludes the truth: 161.7 ticks of steps of 21. */
TEST(the_medians_interval_excludes_what_the_estimate_holds)
{
	struct random random = { 96 };

	for (uint32_t i = 0; i < 255; i++)
		ticks[i] = shown(&random, 60.5 + 161.7, 21) - shown(&random, 60.5, 21);

	const struct estimate e = estimate(255, 1, 21000);

	assert_true(e.lo <= 161700 && 161700 <= e.hi);

	const struct summary s = summarise(sorted, 255, 1, STEP_NONE, distances);

	assert_int_equal(s.p50, 168000);
	assert_int_equal(s.ci99_lo, 168000);
	assert_int_equal(s.ci99_hi, 168000);
}

TEST(estimators_have_names)
{
	assert_string_equal(estimator_name(ESTIMATOR_NONE), "");
	assert_string_equal(estimator_name(ESTIMATOR_MEDIAN), "median");
	assert_string_equal(estimator_name(ESTIMATOR_HUBER), "huber");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_that_are_all_the_same_are_the_cost),
		cmocka_unit_test(between_two_readings_it_is_their_mean),
		cmocka_unit_test(
			it_is_divided_like_every_statistic_and_its_ends_outwards),
		cmocka_unit_test(a_long_tail_moves_it_by_no_more_than_the_bound),
		cmocka_unit_test(half_of_the_values_far_away_are_no_overflow),
		cmocka_unit_test(
			what_drifts_from_first_to_last_makes_the_interval_wider),
		cmocka_unit_test(intervals_hold_the_truth_without_noise),
		cmocka_unit_test(intervals_hold_the_truth_with_noise_of_3_percent),
		cmocka_unit_test(intervals_of_few_and_of_many_samples_hold_it_too),
		cmocka_unit_test(the_medians_interval_excludes_what_the_estimate_holds),
		cmocka_unit_test(estimators_have_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
