/* Order statistics against known answers, libc, and plain definitions. */
#include "lib/stats/estimate.h"
#include "lib/stats/stats.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define N_MAX 8191u

static int64_t ticks[N_MAX], scratch[N_MAX], sorted[N_MAX];

TEST(isqrt_is_the_largest_root_that_fits)
{
	assert_int_equal(isqrt(0), 0);
	assert_int_equal(isqrt(1), 1);
	assert_int_equal(isqrt(3), 1);
	assert_int_equal(isqrt(4), 2);
	assert_int_equal(isqrt(2550000), 1596);
	assert_int_equal(isqrt(UINT64_MAX), UINT32_MAX);
	assert_int_equal(isqrt(UINT64_C(0xfffffffe00000001)), UINT32_MAX);
	assert_int_equal(isqrt(UINT64_C(0xfffffffe00000000)), UINT32_MAX - 1);
}

TEST(isqrt_steps_at_every_square)
{
	struct random random = { 3 };

	for (unsigned i = 0; i < 100000; i++) {
		const uint64_t root = random_below_u64(&random, UINT64_C(1) << 32) >>
		                      random_below_u64(&random, 32);

		if (root == 0)
			continue;
		assert_int_equal(isqrt(root * root), root);
		assert_int_equal(isqrt(root * root - 1), root - 1);
		assert_int_equal(isqrt(root * root + 2 * root), root);
	}
}

TEST(gcd_of_known_pairs)
{
	assert_int_equal(gcd(0, 0), 0);
	assert_int_equal(gcd(0, 7), 7);
	assert_int_equal(gcd(7, 0), 7);
	assert_int_equal(gcd(12, 18), 6);
	assert_int_equal(gcd(18, 12), 6);
	assert_int_equal(gcd(17, 5), 1);
	assert_int_equal(gcd(UINT64_MAX, UINT64_MAX), UINT64_MAX);
	assert_int_equal(gcd(UINT64_C(1) << 63, 6), 2);
}

static int compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

TEST(sort_agrees_with_qsort_for_every_small_n_and_some_large)
{
	struct random random = { 4 };

	for (uint32_t n = 0; n <= N_MAX; n += n < 300 ? 1 : 331) {
		const uint64_t range = n % 3 == 0 ? 2 : n % 3 == 1 ? 100 : UINT64_MAX;

		for (uint32_t i = 0; i < n; i++) {
			ticks[i] = (int64_t)(random_next(&random) % range - range / 2);
			sorted[i] = ticks[i];
		}
		qsort(sorted, n, sizeof sorted[0], compare);
		sort_ticks(ticks, n);
		assert_memory_equal(ticks, sorted, n * sizeof ticks[0] + (n == 0));
	}
}

TEST(sort_keeps_what_is_sorted_and_turns_what_is_not)
{
	for (uint32_t i = 0; i < 1000; i++) {
		ticks[i] = i;
		sorted[i] = 999 - (int64_t)i;
	}
	sort_ticks(ticks, 1000);
	sort_ticks(sorted, 1000);
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(ticks[i], i);
		assert_int_equal(sorted[i], i);
	}
}

TEST(sort_orders_the_extremes_of_64_bits)
{
	int64_t extremes[] = { 0, INT64_MAX, -1, INT64_MIN, 1 };

	sort_ticks(extremes, 5);
	assert_true(extremes[0] == INT64_MIN && extremes[1] == -1 && extremes[2] == 0 &&
	            extremes[3] == 1 && extremes[4] == INT64_MAX);
}

TEST(percentiles_are_nearest_ranks)
{
	assert_int_equal(percentile_rank(100, 1), 0);
	assert_int_equal(percentile_rank(100, 5), 4);
	assert_int_equal(percentile_rank(100, 25), 24);
	assert_int_equal(percentile_rank(100, 75), 74);
	assert_int_equal(percentile_rank(100, 95), 94);
	assert_int_equal(percentile_rank(100, 99), 98);
	assert_int_equal(percentile_rank(255, 99), 252);
	assert_int_equal(percentile_rank(31, 1), 0);
	assert_int_equal(percentile_rank(31, 99), 30);
	assert_int_equal(percentile_rank(8191, 95), 7781);
}

TEST(the_50th_percentile_is_the_upper_median)
{
	assert_int_equal(percentile_rank(1, 50), 0);
	assert_int_equal(percentile_rank(2, 50), 1);
	assert_int_equal(percentile_rank(31, 50), 15);
	assert_int_equal(percentile_rank(256, 50), 128);
}

TEST(percentile_ranks_rise_and_stay_inside)
{
	static const unsigned percents[] = { 0, 1, 5, 25, 50, 75, 95, 99, 100 };

	for (uint32_t n = 1; n <= N_MAX; n++) {
		uint32_t last = 0;

		for (unsigned i = 0; i < COUNT_OF(percents); i++) {
			const uint32_t rank = percentile_rank(n, percents[i]);

			assert_true(rank >= last && rank < n);
			last = rank;
		}
	}
}

TEST(a_cost_per_operation_is_rounded_to_the_nearest_thousandth)
{
	assert_int_equal(per_operation_milli(0, 7), 0);
	assert_int_equal(per_operation_milli(1, 1), 1000);
	assert_int_equal(per_operation_milli(-1, 1), -1000);
	assert_int_equal(per_operation_milli(1, 3), 333);
	assert_int_equal(per_operation_milli(2, 3), 667);
	assert_int_equal(per_operation_milli(-1, 3), -333);
	assert_int_equal(per_operation_milli(-2, 3), -667);
}

TEST(half_a_thousandth_goes_away_from_zero)
{
	assert_int_equal(per_operation_milli(1, 2000), 1);
	assert_int_equal(per_operation_milli(-1, 2000), -1);
	assert_int_equal(per_operation_milli(1, 2001), 0);
	assert_int_equal(per_operation_milli(-1, 2001), 0);
	assert_int_equal(per_operation_milli(3, 2000), 2);
	assert_int_equal(per_operation_milli(-3, 2000), -2);
	assert_int_equal(per_operation_milli(1, 16), 63);
	assert_int_equal(per_operation_milli(-1, 16), -63);
}

TEST(one_value_is_every_statistic_of_itself)
{
	int64_t one[] = { -5 };
	const struct summary s = summarise(one, 1, 2, STEP_NONE, scratch);
	const int64_t all[] = { s.min,     s.p01,     s.p05,     s.p25, s.p50,
		                s.p75,     s.p95,     s.p99,     s.max, s.ci95_lo,
		                s.ci95_hi, s.ci99_lo, s.ci99_hi, s.mean };

	assert_int_equal(s.n, 1);
	assert_int_equal(s.far, 0);
	assert_int_equal(s.mad, 0);
	for (unsigned i = 0; i < COUNT_OF(all); i++)
		assert_int_equal(all[i], -2500);
}

TEST(two_values_span_both_intervals)
{
	int64_t two[] = { 30, 10 };
	const struct summary s = summarise(two, 2, 1, STEP_NONE, scratch);

	assert_int_equal(s.min, 10000);
	assert_int_equal(s.p25, 10000);
	assert_int_equal(s.p50, 30000);
	assert_int_equal(s.max, 30000);
	assert_int_equal(s.mean, 20000);
	assert_int_equal(s.mad, 20000);
	assert_int_equal(s.ci95_lo, 10000);
	assert_int_equal(s.ci95_hi, 30000);
	assert_int_equal(s.ci99_lo, 10000);
	assert_int_equal(s.ci99_hi, 30000);
}

/* 1 ... 31 in some order. */
TEST(thirty_one_values_have_the_statistics_worked_out_by_hand)
{
	int64_t values[31];

	for (int i = 0; i < 31; i++)
		values[i] = i * 12 % 31 + 1;

	const struct summary s = summarise(values, 31, 1, STEP_NONE, scratch);

	assert_int_equal(s.n, 31);
	assert_int_equal(s.far, 0);
	assert_int_equal(s.min, 1000);
	assert_int_equal(s.p01, 1000);
	assert_int_equal(s.p05, 2000);
	assert_int_equal(s.p25, 8000);
	assert_int_equal(s.p50, 16000);
	assert_int_equal(s.p75, 24000);
	assert_int_equal(s.p95, 30000);
	assert_int_equal(s.p99, 31000);
	assert_int_equal(s.max, 31000);
	assert_int_equal(s.mean, 16000);
	assert_int_equal(s.mad, 8000);
	/* z sqrt(31) is 10.9 and 14.4: steps over at least 11 and 15 values. */
	assert_int_equal(s.ci95_lo, 10000);
	assert_int_equal(s.ci95_hi, 22000);
	assert_int_equal(s.ci99_lo, 8000);
	assert_int_equal(s.ci99_hi, 24000);
}

TEST(values_beyond_14_826_mad_are_far_and_still_counted)
{
	/* Median 0, MAD 1000: 14826 is the last that is not far. */
	int64_t values[] = { -1000, -1000, 0, 0, 1000, 1000, 14826, 14827, -14827 };
	const struct summary s = summarise(values, 9, 1, STEP_NONE, scratch);

	assert_int_equal(s.mad, 1000000);
	assert_int_equal(s.far, 2);
	assert_int_equal(s.n, 9);
	assert_int_equal(s.min, -14827000);
	assert_int_equal(s.max, 14827000);
}

TEST(with_a_mad_of_0_what_is_more_than_a_step_away_is_far)
{
	int64_t values[] = { 5, 5, 5, 5, 7, 3, 5, 4, 6 };
	const struct summary s = summarise(values, 9, 1, STEP_NONE, scratch);

	assert_int_equal(s.mad, 0);
	assert_int_equal(s.far, 2);
}

/* Steps of 21 ticks, and of 22.5, of which a reading is the whole ticks. */
TEST(the_next_step_of_the_clock_is_not_far)
{
	int64_t whole[] = { 168, 168, 168, 168, 168, 147, 189, 126, 210, 168 };
	int64_t broken[] = { 90, 90, 90, 90, 90, 67, 113, 45, 135, 90 };

	assert_int_equal(summarise(whole, 10, 1, 21000, scratch).far, 2);
	assert_int_equal(summarise(broken, 10, 1, 22500, scratch).far, 2);
	/* It bounds nothing that the MAD does not. */
	assert_int_equal(summarise(whole, 10, 1, STEP_NONE, scratch).far, 4);
}

TEST(the_mean_is_divided_once_not_value_by_value)
{
	int64_t values[] = { 1, 1, 2 };

	/* 4 / (3 * 7), in thousandths. */
	assert_int_equal(summarise(values, 3, 7, STEP_NONE, scratch).mean, 190);
}

TEST(the_largest_windows_do_not_overflow)
{
	for (unsigned sign = 0; sign < 3; sign++) {
		for (uint32_t i = 0; i < N_MAX; i++) {
			const bool negative = sign == 1 || (sign == 2 && i % 2 == 0);
			const int64_t large = INT64_C(1) << 32;

			ticks[i] = negative ? -large : large;
		}

		const struct summary s =
			summarise(ticks, N_MAX, 256, STEP_NONE, scratch);
		const int64_t each = INT64_C(16777216000);

		assert_int_equal(s.p50,
		                 sign == 1 ? -each : each * (sign == 2 ? -1 : 1));
		assert_int_equal(s.max, sign == 1 ? -each : each);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(isqrt_is_the_largest_root_that_fits),
		cmocka_unit_test(isqrt_steps_at_every_square),
		cmocka_unit_test(gcd_of_known_pairs),
		cmocka_unit_test(
			sort_agrees_with_qsort_for_every_small_n_and_some_large),
		cmocka_unit_test(sort_keeps_what_is_sorted_and_turns_what_is_not),
		cmocka_unit_test(sort_orders_the_extremes_of_64_bits),
		cmocka_unit_test(percentiles_are_nearest_ranks),
		cmocka_unit_test(the_50th_percentile_is_the_upper_median),
		cmocka_unit_test(percentile_ranks_rise_and_stay_inside),
		cmocka_unit_test(
			a_cost_per_operation_is_rounded_to_the_nearest_thousandth),
		cmocka_unit_test(half_a_thousandth_goes_away_from_zero),
		cmocka_unit_test(one_value_is_every_statistic_of_itself),
		cmocka_unit_test(two_values_span_both_intervals),
		cmocka_unit_test(
			thirty_one_values_have_the_statistics_worked_out_by_hand),
		cmocka_unit_test(values_beyond_14_826_mad_are_far_and_still_counted),
		cmocka_unit_test(the_next_step_of_the_clock_is_not_far),
		cmocka_unit_test(with_a_mad_of_0_what_is_more_than_a_step_away_is_far),
		cmocka_unit_test(the_mean_is_divided_once_not_value_by_value),
		cmocka_unit_test(the_largest_windows_do_not_overflow),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
