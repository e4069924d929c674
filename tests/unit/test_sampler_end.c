/* The paired sampler: when it stops, and what it then says. */
#include "tests/unit/fake_windows.h"

TEST(interrupts_without_end_leave_nothing_and_end_with_the_time)
{
	world.interrupts_after = 1;

	const struct summary s = sample(takes_1000, takes_1100, 255, SLOW);

	assert_int_equal(s.n, 0);
	assert_true(samples.discard_irq >= 32);
	assert_int_equal(samples.discard_irq % 32, 0);
	assert_false(samples.converged);
}

TEST(a_tsc_that_always_goes_back_ends_with_the_time)
{
	assert_int_equal(sample(goes_back, takes_1100, 255, SLOW).n, 0);
	assert_true(samples.discard_tsc >= 32);
	assert_false(samples.converged);
}

TEST(time_that_is_used_up_already_gives_no_sample)
{
	const struct summary s = sample(takes_1000, takes_1100, 255, 0);

	assert_int_equal(s.n, 0);
	assert_int_equal(samples.n, 0);
	assert_false(samples.converged);
}

TEST(time_ends_a_row_that_does_not_converge)
{
	world.noise = 100000;
	world.slow_at = 20;
	assert_int_equal(sample(takes_1000, takes_1100, CAPACITY, SLOW).n, 32);
	assert_false(samples.converged);
}

TEST(capacity_ends_a_row_that_does_not_converge)
{
	world.noise = 100000;
	assert_int_equal(sample(takes_1000, takes_1100, 1000, FOREVER).n, 1000);
	assert_false(samples.converged);
	assert_int_equal(world.windows, 2 * (8 + 1000));
}

TEST(a_row_without_noise_converges_at_the_first_goal)
{
	assert_int_equal(sample(takes_1000, takes_1100, CAPACITY, FOREVER).n, 255);
	assert_true(samples.converged);
}

TEST(goals_double_until_the_interval_is_narrow)
{
	/* Triangular noise of 2 x 40: the interval is within a tick at some thousands.
	 */
	world.noise = 40;

	const struct summary s = sample(takes_1000, takes_1100, CAPACITY, FOREVER);

	assert_true(s.n == 511 || s.n == 1023 || s.n == 2047 || s.n == 4095 ||
	            s.n == 8191);
	assert_int_equal(samples.converged, s.ci99_hi - s.ci99_lo <= 1000);
}

TEST(an_interval_of_1_percent_is_narrow)
{
	struct sampler with = sampler(FOREVER);
	const struct pair pair = { .a = takes_1000, .b = takes_2_pow_33, .divisor = 1 };

	world.noise = 1000;
	samples = (struct samples){ .a = ticks_a, .b = ticks_b, .capacity = 255 };
	sampler_run(&with, &pair, &samples);
	assert_true(samples.converged);
}

TEST(an_interval_of_one_quantum_is_narrow)
{
	struct sampler with = sampler(FOREVER);
	const struct pair pair = { .a = takes_1000, .b = takes_1000, .divisor = 1 };

	world.noise = 100;
	samples = (struct samples){ .a = ticks_a, .b = ticks_b, .capacity = 255 };
	sampler_run(&with, &pair, &samples);
	assert_false(samples.converged);
	with.quantum = 100;
	samples.n = 0;
	sampler_run(&with, &pair, &samples);
	assert_true(samples.converged);
}

TEST(a_handful_of_samples_never_counts_as_converged)
{
	/* Fewer than eight values have no interval of 99 %. */
	for (uint32_t capacity = 1; capacity < 8; capacity++) {
		assert_int_equal(sample(takes_1000, takes_1100, capacity, FOREVER).n,
		                 capacity);
		assert_false(samples.converged);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(interrupts_without_end_leave_nothing_and_end_with_the_time),
		CASE(a_tsc_that_always_goes_back_ends_with_the_time),
		CASE(time_that_is_used_up_already_gives_no_sample),
		CASE(time_ends_a_row_that_does_not_converge),
		CASE(capacity_ends_a_row_that_does_not_converge),
		CASE(a_row_without_noise_converges_at_the_first_goal),
		CASE(goals_double_until_the_interval_is_narrow),
		CASE(an_interval_of_1_percent_is_narrow),
		CASE(an_interval_of_one_quantum_is_narrow),
		CASE(a_handful_of_samples_never_counts_as_converged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
