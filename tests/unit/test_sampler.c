/* The paired sampler: what it takes, in which order, and what it drops. */
#include "tests/unit/support/fake_windows.h"

TEST(the_difference_is_b_less_a)
{
	const struct summary s = sample(takes_1000, takes_1100, 255, FOREVER);

	assert_int_equal(s.n, 255);
	assert_int_equal(s.min, 100000);
	assert_int_equal(s.p50, 100000);
	assert_int_equal(s.max, 100000);
	assert_int_equal(s.far, 0);
}

TEST(a_difference_below_0_keeps_its_sign)
{
	assert_int_equal(sample(takes_1000, takes_900, 255, FOREVER).p50, -100000);
}

TEST(both_arms_are_kept_as_whole_windows)
{
	(void)sample(takes_1000, takes_1100, 31, FOREVER);
	for (unsigned i = 0; i < 31; i++) {
		assert_int_equal(samples.a[i], 1000);
		assert_int_equal(samples.b[i], 1100);
	}
}

TEST(pairs_are_taken_ab_ba_after_eight_of_each)
{
	(void)sample(takes_1000, takes_1100, 31, FOREVER);
	assert_memory_equal(world.order,
	                    "abababababababab"
	                    "abbaabbaabbaabba",
	                    32);
}

TEST(every_window_is_primed_with_the_pages_of_its_pair)
{
	(void)sample(takes_1000, takes_1100, 31, FOREVER);
	assert_int_equal(world.windows, 2 * 8 + 2 * 31);
	assert_int_equal(world.primes, world.windows);
	assert_ptr_equal(world.primed, &primed_3_64);
}

static uint32_t primes_b;

static void prime_b(const struct priming *priming)
{
	assert_int_equal(priming->working_pages, 7);
	primes_b++;
}

/* What is different about arm B may be how it is primed. */
TEST(arm_b_can_be_primed_in_another_way)
{
	static const struct priming other = { .prime = prime_b, .working_pages = 7 };
	const struct sampler with = sampler(FOREVER);
	const struct pair pair = {
		.a = takes_1000,
		.b = takes_1100,
		.priming = &primed_3_64,
		.priming_b = &other,
		.divisor = 1,
	};

	primes_b = 0;
	begin_samples(33);
	(void)sampler_measure(&with, &pair, &samples, 33);
	assert_int_equal(primes_b, 8 + 33);
	assert_int_equal(world.primes, 8 + 33);
	assert_ptr_equal(world.primed, &primed_3_64);
}

static uint32_t counts_7_in_b(const struct window_args *args, bool b)
{
	assert_ptr_equal(args->context, &samples);
	return b ? 7 : 0;
}

TEST(a_pair_that_counts_is_primed_and_runs_no_window)
{
	const struct sampler with = sampler(FOREVER);
	const struct pair pair = {
		.count = counts_7_in_b,
		.args = { .context = &samples },
		.priming = &primed_3_64,
		.divisor = 1,
	};

	begin_samples(31);
	assert_int_equal(sampler_measure(&with, &pair, &samples, 31).p50, 7000);
	assert_int_equal(samples.a[30], 0);
	assert_int_equal(samples.b[30], 7);
	assert_int_equal(world.windows, 0);
	assert_int_equal(world.primes, 2 * 8 + 2 * 31);
}

TEST(without_priming_nothing_is_primed)
{
	const struct sampler with = sampler(FOREVER);
	const struct pair pair = { .a = takes_1000, .b = takes_1100, .divisor = 1 };

	begin_samples(31);
	assert_int_equal(sampler_measure(&with, &pair, &samples, 31).n, 31);
	assert_int_equal(world.primes, 0);
}

TEST(a_warm_up_runs_a_behind_the_priming_and_before_every_window)
{
	const struct sampler with = sampler(FOREVER);
	const struct pair pair = {
		.a = takes_1000,
		.b = takes_1100,
		.priming = &primed_3_64,
		.warm_up_code = true,
		.divisor = 1,
	};

	begin_samples(4);
	assert_int_equal(sampler_measure(&with, &pair, &samples, 4).p50, 100000);
	assert_memory_equal(world.order,
	                    "aaabaaabaaabaaabaaabaaabaaabaaab"
	                    "aaababaaaaababaa",
	                    48);
	assert_int_equal(world.windows, 2 * 2 * (8 + 4));
	assert_int_equal(world.primes, 2 * (8 + 4));
}

static uint64_t cr4_written[64];

static void writes_cr4(struct window_args *args)
{
	if (world.windows < COUNT_OF(cr4_written))
		cr4_written[world.windows] = args->operands.cr4;
	takes_1000(args);
}

TEST(a_warm_up_leaves_cr4_as_it_was_primed_and_the_window_changes_it)
{
	const struct sampler with = sampler(FOREVER);
	struct priming set = primed_3_64;
	struct pair pair = {
		.a = writes_cr4,
		.b = takes_1100,
		.args.operands.cr4 = 4,
		.priming = &set,
		.priming_b = &primed_3_64,
		.warm_up_code = true,
		.divisor = 1,
	};

	set.cr4_before = 5;
	begin_samples(1);
	(void)sampler_measure(&with, &pair, &samples, 1);
	/* A with its warm-up, then B with its own. */
	assert_int_equal(cr4_written[0], 5);
	assert_int_equal(cr4_written[1], 4);
	assert_int_equal(cr4_written[2], 4);
	assert_int_equal(world.order[3], 'b');
}

TEST(what_is_measured_is_the_operation_what_follows_or_both)
{
	const struct sampler with = sampler(FOREVER);
	struct pair pair = { .a = takes_1000, .b = takes_1100, .divisor = 1 };

	world.touch = 77;
	begin_samples(31);
	(void)sampler_measure(&with, &pair, &samples, 31);
	assert_int_equal(samples.a[30], 1000);
	assert_int_equal(samples.b[30], 1100);
	pair.span = SPAN_TOTAL;
	begin_samples(31);
	(void)sampler_measure(&with, &pair, &samples, 31);
	assert_int_equal(samples.a[30], 1077);
	assert_int_equal(samples.b[30], 1177);
	pair.span = SPAN_REFILL;
	begin_samples(31);
	(void)sampler_measure(&with, &pair, &samples, 31);
	assert_int_equal(samples.a[30], 77);
	assert_int_equal(samples.b[30], 77);
}

TEST(a_third_stamp_before_the_second_is_a_tsc_that_went_back)
{
	world.touch = (uint64_t)-1;
	(void)sample(takes_1000, takes_1100, 31, SLOW / 100);
	assert_int_equal(samples.n, 0);
	assert_true(samples.discard_tsc >= 31);
}

TEST(a_drift_of_40_per_window_does_not_move_the_median)
{
	world.drift = 40;
	world.noise = 200;

	const struct summary s = sample(takes_1000, takes_1100, CAPACITY, FOREVER);

	/* A then B alone would be wrong by 40. */
	assert_in_range(s.p50, 92000, 108000);
	assert_in_range(s.mean, 94000, 106000);
}

TEST(a_drift_without_noise_does_not_move_the_mean)
{
	world.drift = 40;
	assert_in_range(sample(takes_1000, takes_1100, 2047, FOREVER).mean, 99900,
	                100100);
}

TEST(a_block_in_which_an_interrupt_came_is_dropped_whole)
{
	world.interrupt_at = 16 + 64 + 10; /* in the second block */

	const struct summary s = sample(takes_1000, takes_1100, 255, FOREVER);

	assert_int_equal(samples.discard_irq, 32);
	assert_int_equal(samples.discard_tsc, 0);
	assert_int_equal(s.n, 255);
	assert_int_equal(world.windows, 2 * (8 + 255 + 32));
}

TEST(a_block_in_which_an_smi_came_is_dropped_whole)
{
	world.smi_at = 16 + 64 + 10;
	assert_int_equal(sample(takes_1000, takes_1100, 255, FOREVER).n, 255);
	assert_int_equal(samples.discard_smi, 32);
	assert_int_equal(samples.discard_irq, 0);
	assert_int_equal(world.windows, 2 * (8 + 255 + 32));
}

TEST(an_smi_is_the_cause_before_an_interrupt_in_the_same_block)
{
	world.interrupt_at = 16 + 64 + 5;
	world.smi_at = 16 + 64 + 40;
	(void)sample(takes_1000, takes_1100, 255, FOREVER);
	assert_int_equal(samples.discard_smi, 32);
	assert_int_equal(samples.discard_irq, 0);
}

TEST(an_smi_and_an_interrupt_in_two_blocks_count_each_for_itself)
{
	world.interrupt_at = 16 + 64 + 5;
	world.smi_at = 16 + 128 + 5;
	(void)sample(takes_1000, takes_1100, 255, FOREVER);
	assert_int_equal(samples.discard_smi, 32);
	assert_int_equal(samples.discard_irq, 32);
	assert_int_equal(world.windows, 2 * (8 + 255 + 64));
}

TEST(the_frequency_is_kept_as_lowest_and_highest_of_the_blocks)
{
	const struct sampler with = sampler(FOREVER);
	const struct pair pair = { .a = takes_1000, .b = takes_1100, .divisor = 1 };

	begin_samples(255);
	world.mperf = 1000;
	world.aperf = 1500;
	sampler_extend(&with, &pair, &samples, 32);
	world.aperf = 900;
	sampler_extend(&with, &pair, &samples, 64);
	world.aperf = 1200;
	sampler_extend(&with, &pair, &samples, 96);
	assert_int_equal(samples.frequency_lowest, 900);
	assert_int_equal(samples.frequency_highest, 1500);
	assert_int_equal(samples.n, 96);
}

TEST(without_aperf_no_frequency_is_known)
{
	(void)sample(takes_1000, takes_1100, 255, FOREVER);
	assert_int_equal(samples.frequency_lowest, 0);
	assert_int_equal(samples.frequency_highest, 0);
}

TEST(the_frequency_of_a_block_that_was_dropped_is_not_kept)
{
	world.mperf = world.aperf = 1000;
	world.interrupts_after = 1;
	(void)sample(takes_1000, takes_1100, 255, SLOW / 100);
	assert_int_equal(samples.frequency_highest, 0);
}

TEST(an_interrupt_in_the_warm_up_drops_nothing)
{
	world.interrupt_at = 5;
	assert_int_equal(sample(takes_1000, takes_1100, 255, FOREVER).n, 255);
	assert_int_equal(samples.discard_irq, 0);
}

TEST(a_pair_in_which_the_tsc_went_back_is_dropped_alone)
{
	world.tsc_back_at = 16 + 7;
	assert_int_equal(sample(takes_1000, takes_1100, 255, FOREVER).n, 255);
	assert_int_equal(samples.discard_tsc, 1);
	assert_int_equal(samples.discard_irq, 0);
	for (unsigned i = 0; i < 255; i++)
		assert_int_equal(samples.b[i] - samples.a[i], 100);
}

TEST(a_window_of_more_than_32_bits_is_kept_as_the_largest_value)
{
	(void)sample(takes_1000, takes_2_pow_33, 31, FOREVER);
	for (unsigned i = 0; i < 31; i++)
		assert_int_equal(samples.b[i], UINT32_MAX);
}

TEST(an_arm_has_the_minimum_and_the_median_of_its_windows)
{
	const struct sampler with = sampler(FOREVER);
	const uint32_t ticks[] = { 50, 10, UINT32_MAX, 20, 30 };
	const struct arm_summary arm = sampler_arm(&with, ticks, 5);

	assert_int_equal(arm.min, 10);
	assert_int_equal(arm.p50, 30);
	assert_int_equal(sampler_arm(&with, ticks, 0).p50, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_difference_is_b_less_a),
		CASE(a_difference_below_0_keeps_its_sign),
		CASE(both_arms_are_kept_as_whole_windows),
		CASE(pairs_are_taken_ab_ba_after_eight_of_each),
		CASE(every_window_is_primed_with_the_pages_of_its_pair),
		CASE(arm_b_can_be_primed_in_another_way),
		CASE(a_pair_that_counts_is_primed_and_runs_no_window),
		CASE(without_priming_nothing_is_primed),
		CASE(a_warm_up_runs_a_behind_the_priming_and_before_every_window),
		CASE(a_warm_up_leaves_cr4_as_it_was_primed_and_the_window_changes_it),
		CASE(what_is_measured_is_the_operation_what_follows_or_both),
		CASE(a_third_stamp_before_the_second_is_a_tsc_that_went_back),
		CASE(a_drift_of_40_per_window_does_not_move_the_median),
		CASE(a_drift_without_noise_does_not_move_the_mean),
		CASE(a_block_in_which_an_interrupt_came_is_dropped_whole),
		CASE(a_block_in_which_an_smi_came_is_dropped_whole),
		CASE(an_smi_is_the_cause_before_an_interrupt_in_the_same_block),
		CASE(an_smi_and_an_interrupt_in_two_blocks_count_each_for_itself),
		CASE(the_frequency_is_kept_as_lowest_and_highest_of_the_blocks),
		CASE(without_aperf_no_frequency_is_known),
		CASE(the_frequency_of_a_block_that_was_dropped_is_not_kept),
		CASE(an_interrupt_in_the_warm_up_drops_nothing),
		CASE(a_pair_in_which_the_tsc_went_back_is_dropped_alone),
		CASE(a_window_of_more_than_32_bits_is_kept_as_the_largest_value),
		CASE(an_arm_has_the_minimum_and_the_median_of_its_windows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
