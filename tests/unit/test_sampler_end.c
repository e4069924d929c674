/* The paired sampler: when it stops, and whether what it has is enough. */
#include "tests/unit/support/fake_windows.h"

static bool is_narrow(uint32_t quantum)
{
	struct sampler with = sampler(FOREVER);

	with.quantum = quantum;
	return sampler_is_narrow(&with, &samples, STEP_NONE);
}

static bool is_used_up(uint64_t ticks_per_row)
{
	const struct sampler with = sampler(ticks_per_row);

	const struct pair pair = { .divisor = 1 };

	return sampler_is_used_up(&with, &pair, &samples);
}

TEST(interrupts_without_end_leave_nothing_and_end_with_the_time)
{
	world.interrupts_after = 1;

	const struct summary s = sample(takes_1000, takes_1100, 255, SLOW);

	assert_int_equal(s.n, 0);
	assert_true(samples.discard_irq >= 32);
	assert_int_equal(samples.discard_irq % 32, 0);
	assert_true(is_used_up(SLOW));
	assert_false(is_narrow(1));
}

TEST(a_tsc_that_always_goes_back_ends_with_the_time)
{
	assert_int_equal(sample(goes_back, takes_1100, 255, SLOW).n, 0);
	assert_true(samples.discard_tsc >= 32);
	assert_true(is_used_up(SLOW));
	assert_false(is_narrow(1));
}

TEST(time_that_is_used_up_already_gives_no_sample)
{
	const struct summary s = sample(takes_1000, takes_1100, 255, 0);

	assert_int_equal(s.n, 0);
	assert_int_equal(samples.n, 0);
	assert_true(is_used_up(0));
	assert_false(is_narrow(1));
}

TEST(time_ends_a_row_before_its_pairs_do)
{
	world.noise = 100000;
	world.slow_at = 20;
	assert_int_equal(sample(takes_1000, takes_1100, CAPACITY, SLOW).n, 32);
	assert_true(is_used_up(SLOW));
	assert_false(is_narrow(1));
}

TEST(capacity_ends_a_row)
{
	world.noise = 100000;
	assert_int_equal(sample(takes_1000, takes_1100, 1000, FOREVER).n, 1000);
	assert_true(is_used_up(FOREVER));
	assert_false(is_narrow(1));
	assert_int_equal(world.windows, 2 * (8 + 1000));
}

TEST(a_goal_behind_the_capacity_ends_there)
{
	const struct sampler with = sampler(FOREVER);
	const struct pair pair = { .a = takes_1000, .b = takes_1100, .divisor = 1 };

	begin_samples(100);
	sampler_extend(&with, &pair, &samples, 5000);
	assert_int_equal(samples.n, 100);
	assert_int_equal(world.windows, 2 * 100);
}

TEST(extending_goes_on_to_the_goal_and_stops_there)
{
	const struct sampler with = sampler(FOREVER);
	const struct pair pair = { .a = takes_1000, .b = takes_1100, .divisor = 1 };

	begin_samples(CAPACITY);
	sampler_extend(&with, &pair, &samples, 127);
	assert_int_equal(samples.n, 127);
	assert_false(sampler_is_used_up(&with, &pair, &samples));
	sampler_extend(&with, &pair, &samples, 255);
	assert_int_equal(samples.n, 255);
	sampler_extend(&with, &pair, &samples, 255);
	assert_int_equal(samples.n, 255);
	assert_int_equal(world.windows, 2 * 255);
}

TEST(the_time_of_a_row_is_that_of_all_its_chunks)
{
	struct sampler with = sampler(FOREVER);
	const struct pair pair = { .a = takes_1000, .b = takes_1100, .divisor = 1 };

	begin_samples(CAPACITY);
	world.slow_at = 10;
	sampler_extend(&with, &pair, &samples, 32);
	assert_int_equal(samples.n, 32);
	assert_true(samples.ticks_used >= SLOW);
	with.ticks_per_row = samples.ticks_used + SLOW;
	world.slow_at = 2 * 32 + 10;
	sampler_extend(&with, &pair, &samples, 64);
	assert_true(sampler_is_used_up(&with, &pair, &samples));
	sampler_extend(&with, &pair, &samples, 255);
	assert_int_equal(samples.n, 64);
}

TEST(a_pair_that_gave_up_is_taken_no_more)
{
	const struct sampler with = sampler(FOREVER);
	bool gave_up = false;
	const struct pair pair = {
		.a = takes_1000,
		.b = takes_1100,
		.divisor = 1,
		.gave_up = &gave_up,
	};

	begin_samples(CAPACITY);
	sampler_extend(&with, &pair, &samples, 32);
	assert_false(sampler_is_used_up(&with, &pair, &samples));
	gave_up = true;
	assert_true(sampler_is_used_up(&with, &pair, &samples));
	sampler_extend(&with, &pair, &samples, 255);
	assert_int_equal(samples.n, 32);
}

static bool world_gave_up;

static void gives_up_as_the_tenth(struct window_args *args)
{
	takes_1100(args);
	world_gave_up = world.windows >= 10;
}

TEST(the_pair_in_which_it_gives_up_is_not_kept)
{
	const struct sampler with = sampler(FOREVER);
	const struct pair pair = {
		.a = takes_1000,
		.b = gives_up_as_the_tenth,
		.divisor = 1,
		.gave_up = &world_gave_up,
	};

	world_gave_up = false;
	begin_samples(CAPACITY);
	sampler_extend(&with, &pair, &samples, 32);
	assert_int_equal(world.windows, 10);
	assert_int_equal(samples.n, 4);
	sampler_warm_up(&with, &pair);
	assert_int_equal(world.windows, 10);
}

TEST(a_pair_with_small_blocks_is_stopped_sooner)
{
	const struct sampler with = sampler(SLOW);
	const struct pair pair = {
		.a = takes_1000,
		.b = takes_1100,
		.block = 4,
		.divisor = 1,
	};

	begin_samples(CAPACITY);
	world.slow_at = 10;
	sampler_extend(&with, &pair, &samples, CAPACITY);
	assert_int_equal(samples.n, 8);
}

TEST(a_pair_with_small_blocks_loses_no_more_to_an_interrupt)
{
	const struct sampler with = sampler(FOREVER);
	const struct pair pair = {
		.a = takes_1000,
		.b = takes_1100,
		.block = 4,
		.divisor = 1,
	};

	begin_samples(32);
	world.interrupt_at = 10;
	sampler_extend(&with, &pair, &samples, 32);
	assert_int_equal(samples.n, 32);
	assert_int_equal(samples.discard_irq, 4);
}

TEST(a_warm_up_that_takes_a_rows_time_ends_behind_one_of_each)
{
	const struct sampler with = sampler(SLOW);
	const struct pair pair = { .a = takes_1000, .b = takes_1100, .divisor = 1 };

	world.slow_at = 1;
	sampler_warm_up(&with, &pair);
	assert_int_equal(world.windows, 2);
	world.windows = 0;
	world.slow_at = 0;
	sampler_warm_up(&with, &pair);
	assert_int_equal(world.windows, 2 * 8);
}

TEST(windows_without_noise_are_narrow)
{
	assert_int_equal(sample(takes_1000, takes_1100, 8, FOREVER).n, 8);
	assert_true(is_narrow(1));
}

TEST(narrow_is_what_the_99_percent_interval_says)
{
	/* Triangular noise of 2 x 15: the interval is within a tick at some thousands.
	 */
	unsigned narrow = 0;

	world.noise = 15;
	for (uint32_t n = 255; n <= CAPACITY; n = 2 * n + 1) {
		const struct summary s = sample(takes_1000, takes_1100, n, FOREVER);

		assert_int_equal(s.n, n);
		assert_int_equal(is_narrow(1), s.ci99_hi - s.ci99_lo <= 1000);
		narrow += is_narrow(1);
	}
	assert_in_range(narrow, 1, 5);
}

TEST(an_interval_of_1_percent_is_narrow)
{
	world.noise = 1000;
	(void)sample(takes_1000, takes_2_pow_33, 255, FOREVER);
	assert_true(is_narrow(1));
}

TEST(an_interval_of_one_quantum_is_narrow)
{
	world.noise = 100;
	(void)sample(takes_1000, takes_1000, 255, FOREVER);
	assert_false(is_narrow(1));
	assert_true(is_narrow(100));
}

TEST(a_difference_below_0_is_narrow_by_its_size)
{
	/* The interval is 26 ticks wide; 1 % of the median is 99 and then 9. */
	begin_samples(101);
	for (unsigned i = 0; i < 101; i++) {
		samples.a[i] = 100000;
		samples.b[i] = 90000 + i;
	}
	samples.n = 101;
	assert_true(is_narrow(1));
	for (unsigned i = 0; i < 101; i++)
		samples.b[i] = 99000 + i;
	assert_false(is_narrow(1));
}

TEST(a_handful_of_samples_never_counts_as_narrow)
{
	/* Fewer than eight values have no interval of 99 %. */
	for (uint32_t capacity = 1; capacity < 8; capacity++) {
		assert_int_equal(sample(takes_1000, takes_1100, capacity, FOREVER).n,
		                 capacity);
		assert_false(is_narrow(1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(interrupts_without_end_leave_nothing_and_end_with_the_time),
		CASE(a_tsc_that_always_goes_back_ends_with_the_time),
		CASE(time_that_is_used_up_already_gives_no_sample),
		CASE(time_ends_a_row_before_its_pairs_do),
		CASE(capacity_ends_a_row),
		CASE(a_goal_behind_the_capacity_ends_there),
		CASE(extending_goes_on_to_the_goal_and_stops_there),
		CASE(the_time_of_a_row_is_that_of_all_its_chunks),
		CASE(a_pair_that_gave_up_is_taken_no_more),
		CASE(the_pair_in_which_it_gives_up_is_not_kept),
		CASE(a_pair_with_small_blocks_is_stopped_sooner),
		CASE(a_pair_with_small_blocks_loses_no_more_to_an_interrupt),
		CASE(a_warm_up_that_takes_a_rows_time_ends_behind_one_of_each),
		CASE(windows_without_noise_are_narrow),
		CASE(narrow_is_what_the_99_percent_interval_says),
		CASE(an_interval_of_1_percent_is_narrow),
		CASE(an_interval_of_one_quantum_is_narrow),
		CASE(a_difference_below_0_is_narrow_by_its_size),
		CASE(a_handful_of_samples_never_counts_as_narrow),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
