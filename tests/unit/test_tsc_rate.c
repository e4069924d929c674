/* The rate of the TSC from several sources, and where they contradict each other. */
#include "lib/processor/tsc_rate.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

TEST(leaf_15h_gives_the_rate_if_it_names_the_crystal)
{
	assert_int_equal(rate_from_cpuid(2, 216, 24000000), 2592000000u);
	assert_int_equal(rate_from_cpuid(2, 216, 0), 0);
	assert_int_equal(rate_from_cpuid(2, 0, 24000000), 0);
	assert_int_equal(rate_from_cpuid(0, 216, 24000000), 0);
	assert_int_equal(rate_from_cpuid(1, UINT32_MAX, UINT32_MAX),
	                 UINT64_C(0xfffffffe00000001));
}

TEST(a_timer_gives_ticks_by_its_steps)
{
	assert_int_equal(rate_from_timer(50000000, 3579545, 178977), 1000001396);
	assert_int_equal(rate_from_timer(1000, 14318180, 0), 0);
	assert_int_equal(rate_from_timer(0, 14318180, 10), 0);
}

TEST(a_rate_from_a_timer_agrees_with_128_bits)
{
	struct random random = { 15 };

	for (unsigned i = 0; i < 20000; i++) {
		const uint64_t ticks = random_below_u64(&random, UINT64_C(1) << 40);
		const uint64_t hz = 1 + random_below_u64(&random, 100000000);
		const uint64_t steps = 1 + random_below_u64(&random, UINT64_C(1) << 28);
		const unsigned __int128 exact = (unsigned __int128)ticks * hz / steps;

		if (exact <= UINT64_MAX)
			assert_int_equal(rate_from_timer(ticks, hz, steps),
			                 (uint64_t)exact);
	}
}

TEST(difference_is_in_parts_per_million_and_has_no_sign)
{
	assert_int_equal(rate_ppm(1000000000, 1000000000), 0);
	assert_int_equal(rate_ppm(1000000000, 1000500000), 500);
	assert_int_equal(rate_ppm(1000500000, 1000000000), 500);
	assert_int_equal(rate_ppm(2000000000, 1000000000), 1000000);
	assert_int_equal(rate_ppm(1, UINT64_MAX), UINT32_MAX);
}

TEST(p_state_0_has_the_rate_of_three_families)
{
	const uint64_t enabled = UINT64_C(1) << 63;

	/* EPYC 7742 at 2.25 GHz, 7763 at 2.45, 9654 at 2.4, one of family 1Ah at 2.1.
	 */
	assert_int_equal(rate_from_p0(0x17, enabled | 0x85a), 2250000000);
	assert_int_equal(rate_from_p0(0x19, enabled | 0x862), 2450000000);
	assert_int_equal(rate_from_p0(0x19, enabled | 0xa78), 2400000000);
	assert_int_equal(rate_from_p0(0x1a, enabled | 0x1a4), 2100000000);
	assert_int_equal(rate_from_p0(0x1a, enabled | 0xff1a4), 2100000000);
	assert_int_equal(rate_from_p0(0x17, 0x85a), 0);
	assert_int_equal(rate_from_p0(0x17, enabled | 0x5a), 0);
	assert_int_equal(rate_from_p0(0x16, enabled | 0x85a), 0);
	assert_int_equal(rate_from_p0(0, enabled | 0x85a), 0);
}

TEST(the_pit_is_asked_where_fewer_than_two_others_speak)
{
	for (unsigned speak = 0; speak < 8; speak++) {
		struct tsc_rate rate = {
			.hz = { [RATE_P0] = 1, [RATE_CPUID_BASE] = 1 }
		};

		for (unsigned i = 0; i < RATE_PIT; i++)
			rate.hz[i] = speak >> i & 1;
		assert_int_equal(rate_wants_pit(&rate), __builtin_popcount(speak) < 2);
	}
}

/* Every source silent, right, 300 ppm off, or 2500 ppm off. */
TEST(every_combination_of_sources_is_judged_rightly)
{
	static const uint64_t said[] = { 0, 2000000000, 2000600000, 1995000000 };

	for (unsigned code = 0; code < 1u << 2 * RATE_SOURCES; code++) {
		struct tsc_rate rate = { .conflict = true };
		unsigned first = RATE_SOURCES, speak = 0;
		bool conflict = false;

		for (unsigned i = 0; i < RATE_SOURCES; i++) {
			rate.hz[i] = said[code >> 2 * i & 3];
			if (rate.hz[i] == 0)
				continue;
			if (first == RATE_SOURCES) {
				first = i;
				continue;
			}

			const bool off = rate_ppm(rate.hz[first], rate.hz[i]) > 500;

			speak += !off || i <= RATE_PIT;
			conflict = conflict || (off && i <= RATE_PIT);
		}
		rate_vote(&rate);
		assert_int_equal(rate.best, first == RATE_SOURCES ? 0 : rate.hz[first]);
		assert_int_equal(rate.checked, speak != 0);
		assert_int_equal(rate.conflict, conflict);
		if (first != RATE_SOURCES)
			assert_int_equal(rate.source, first);
	}
}

static struct tsc_rate vote(uint64_t cpuid, uint64_t pm_timer, uint64_t hpet,
                            uint64_t pit, uint64_t base)
{
	struct tsc_rate rate = {
		.hz = {
			[RATE_CPUID] = cpuid,
			[RATE_PM_TIMER] = pm_timer,
			[RATE_HPET] = hpet,
			[RATE_PIT] = pit,
			[RATE_CPUID_BASE] = base,
		},
		.best = 1,
		.checked = true,
		.disagreement_ppm = 9,
		.conflict = true,
	};

	rate_vote(&rate);
	return rate;
}

TEST(two_words_without_a_timer_are_checked_and_not_timed)
{
	struct tsc_rate rate = {
		.hz = { [RATE_CPUID] = 2000000000, [RATE_HYPERVISOR] = 2000000000 }
	};

	rate_vote(&rate);
	assert_true(rate.checked);
	assert_false(rate.timed);
	rate.hz[RATE_HPET] = 2000000100;
	rate_vote(&rate);
	assert_true(rate.timed);
	rate = (struct tsc_rate){
		.hz = { [RATE_PM_TIMER] = 2000000000, [RATE_HYPERVISOR] = 2000000000 }
	};
	rate_vote(&rate);
	assert_true(rate.timed);
}

TEST(no_source_gives_no_rate)
{
	const struct tsc_rate rate = vote(0, 0, 0, 0, 0);

	assert_int_equal(rate.best, 0);
	assert_false(rate.checked);
	assert_false(rate.conflict);
	assert_int_equal(rate.disagreement_ppm, 0);
}

TEST(one_source_alone_is_taken_unchecked)
{
	const struct tsc_rate rate = vote(0, 0, 0, 0, 2400000000);

	assert_int_equal(rate.best, 2400000000);
	assert_int_equal(rate.source, RATE_CPUID_BASE);
	assert_false(rate.checked);
	assert_false(rate.conflict);
}

TEST(the_first_source_in_order_is_the_best)
{
	assert_int_equal(vote(0, 1000000100, 1000000000, 0, 0).best, 1000000100);
	assert_int_equal(vote(1000000050, 1000000100, 1000000000, 0, 0).source,
	                 RATE_CPUID);
	assert_true(vote(1000000050, 1000000100, 0, 0, 0).checked);
}

TEST(the_disagreement_is_the_largest_of_any_source_from_the_best)
{
	assert_int_equal(
		vote(1000000000, 1000100000, 1000300000, 0, 0).disagreement_ppm, 300);
}

TEST(five_hundred_ppm_are_no_conflict_and_one_more_is)
{
	assert_false(vote(1000000000, 1000500000, 0, 0, 0).conflict);
	assert_true(vote(1000000000, 1000501000, 0, 0, 0).conflict);
	assert_true(vote(1000501000, 1000000000, 0, 0, 0).conflict);
}

TEST(a_nominal_rate_contradicts_only_a_source_that_nothing_confirms)
{
	/* A third of the timer's: one of the two is wrong. */
	assert_true(vote(0, 1000000000, 0, 0, 3000000000).conflict);
	assert_false(vote(0, 1000000000, 0, 0, 1050000000).conflict);
	assert_false(vote(0, 1000000000, 1000000100, 0, 3000000000).conflict);
}

TEST(what_a_hypervisor_says_confirms_a_timer_and_does_not_contradict_it)
{
	struct tsc_rate rate = { .hz = { [RATE_HYPERVISOR] = 2100000000 } };

	rate_vote(&rate);
	assert_int_equal(rate.best, 2100000000);
	assert_false(rate.checked);
	rate.hz[RATE_PM_TIMER] = 2100000500;
	rate_vote(&rate);
	assert_int_equal(rate.source, RATE_PM_TIMER);
	assert_true(rate.checked);
	rate.hz[RATE_PM_TIMER] = 2102200000; /* 1000 ppm */
	rate_vote(&rate);
	assert_false(rate.checked);
	assert_false(rate.conflict);
}

TEST(sources_have_names)
{
	assert_string_equal(rate_source_name(RATE_CPUID), "cpuid");
	assert_string_equal(rate_source_name(RATE_PM_TIMER), "pm_timer");
	assert_string_equal(rate_source_name(RATE_HPET), "hpet");
	assert_string_equal(rate_source_name(RATE_PIT), "pit");
	assert_string_equal(rate_source_name(RATE_HYPERVISOR), "hypervisor");
	assert_string_equal(rate_source_name(RATE_P0), "msr_p0");
	assert_string_equal(rate_source_name(RATE_CPUID_BASE), "cpuid_16h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_15h_gives_the_rate_if_it_names_the_crystal),
		cmocka_unit_test(a_timer_gives_ticks_by_its_steps),
		cmocka_unit_test(a_rate_from_a_timer_agrees_with_128_bits),
		cmocka_unit_test(difference_is_in_parts_per_million_and_has_no_sign),
		cmocka_unit_test(p_state_0_has_the_rate_of_three_families),
		cmocka_unit_test(the_pit_is_asked_where_fewer_than_two_others_speak),
		cmocka_unit_test(every_combination_of_sources_is_judged_rightly),
		cmocka_unit_test(no_source_gives_no_rate),
		cmocka_unit_test(two_words_without_a_timer_are_checked_and_not_timed),
		cmocka_unit_test(one_source_alone_is_taken_unchecked),
		cmocka_unit_test(the_first_source_in_order_is_the_best),
		cmocka_unit_test(
			the_disagreement_is_the_largest_of_any_source_from_the_best),
		cmocka_unit_test(five_hundred_ppm_are_no_conflict_and_one_more_is),
		cmocka_unit_test(
			a_nominal_rate_contradicts_only_a_source_that_nothing_confirms),
		cmocka_unit_test(
			what_a_hypervisor_says_confirms_a_timer_and_does_not_contradict_it),
		cmocka_unit_test(sources_have_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
