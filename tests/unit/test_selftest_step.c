/* The self-tests on clocks that step, and verdicts that a machine may have no answer
 * to. */
#include "bench/harness/selftest/conclusion.h"
#include "tests/unit/support/selftests.h"

/* 22 and 23, 24 and 25 ticks in turn: no number of ticks divides them all. */
TEST(a_clock_that_steps_by_a_broken_number_of_ticks_passes_every_test)
{
	static const uint64_t fractions[] = { 22500, 24500, 24250, 26950, 2450 };

	for (unsigned i = 0; i < COUNT_OF(fractions); i++) {
		(void)synthetic_reset(NULL);
		synthetic.noise = 6;
		synthetic.step = fractions[i] / 1000;
		synthetic.fraction = fractions[i] % 1000;
		run(ENV_HW, false);
		assert_fails_alone(NULL);
		assert_in_range(row("quantum")->value, fractions[i] - 60,
		                fractions[i] + 60);
		assert_int_equal(sampler.quantum, fractions[i] / 1000 + 1);
	}
}

/* What one more step of the clock is made of must not pass for nothing. */
TEST(a_load_of_half_a_step_fails_the_empty_window)
{
	synthetic.step = 22;
	synthetic.fraction = 500;
	synthetic.load = 14;
	run(ENV_HW, true);
	assert_int_equal(verdict("empty_window"), SELFTEST_FAIL);
	assert_in_range(row("empty_window")->value, 11000, 17000);
	assert_in_range(row("empty_window")->limit, 5600, 5650);
	(void)synthetic_reset(NULL);
	synthetic.step = 22;
	synthetic.fraction = 500;
	run(ENV_HW, false);
	assert_int_equal(verdict("empty_window"), SELFTEST_PASS);
}

/* All tests pass but, for what the real TSC does meanwhile, the waits'. */
static void pass_all(void)
{
	run(ENV_HW, false);
	for (unsigned i = 0; i < selftest.count; i++)
		if (selftest.rows[i].decides_timing)
			selftest.rows[i].verdict = SELFTEST_PASS;
}

TEST(one_timer_alone_is_no_reason_against_the_timing)
{
	static const struct {
		struct tsc_rate rate;
		enum selftest_verdict verdict;
		bool passes;
	} known[] = {
		{ { .best = 0 }, SELFTEST_SKIPPED, false },
		{ { .best = 2000000000 }, SELFTEST_SKIPPED, true },
		{ { .best = 2000000000, .checked = true }, SELFTEST_PASS, true },
		{ { .best = 2000000000, .checked = true, .conflict = true },
		  SELFTEST_FAIL,
		  false },
	};

	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		(void)synthetic_reset(NULL);
		pass_all();
		selftest_timers(&selftest, &known[i].rate);
		assert_int_equal(verdict("timers"), known[i].verdict);
		assert_int_equal(selftest_clock_passed(&selftest), known[i].passes);
	}
}

/* From the rates that its sources say to what is written of the timing. */
static struct machine concluded(uint64_t pm_timer, uint64_t hpet)
{
	const struct fingerprint real = { .quantum = 1,
		                          .slopes = { 1000, 3000, 250, 9000 },
		                          .cpuid = 120000,
		                          .measured = true };
	struct machine machine = {
		.features = FEATURE_INVARIANT_TSC,
		.tsc_rate.hz = { [RATE_PM_TIMER] = pm_timer, [RATE_HPET] = hpet },
	};

	rate_vote(&machine.tsc_rate);
	machine.env = fingerprint_environment(&real, &machine);
	(void)synthetic_reset(NULL);
	pass_all();
	selftest_timers(&selftest, &machine.tsc_rate);
	selftest_conclude(&selftest, &machine);
	return machine;
}

TEST(the_timing_is_valid_by_one_timer_and_says_that_nothing_confirms_it)
{
	struct machine machine = concluded(0, 2000000000);

	assert_int_equal(machine.timing, TIMING_VALID);
	assert_non_null(strstr(machine.timing_reason, "of which one source speaks"));
	machine = concluded(2000000000, 2000000000);
	assert_int_equal(machine.timing, TIMING_VALID);
	assert_null(strstr(machine.timing_reason, "one source"));
	machine = concluded(2000000000, 2100000000);
	assert_int_equal(machine.timing, TIMING_NOT_VALID);
	machine = concluded(0, 0);
	assert_int_equal(machine.timing, TIMING_NOT_VALID);
}

TEST(a_counter_of_walks_that_stands_still_is_skipped)
{
	const struct selftest on_hardware = { .env = ENV_HW };
	const struct selftest emulated = { .env = ENV_TCG };

	assert_int_equal(selftest_judge_walks(&on_hardware, false, 0, 64),
	                 SELFTEST_SKIPPED);
	assert_int_equal(selftest_judge_walks(&on_hardware, true, 0, 64),
	                 SELFTEST_FAIL);
	assert_int_equal(selftest_judge_walks(&on_hardware, true, 61, 64),
	                 SELFTEST_FAIL);
	assert_int_equal(selftest_judge_walks(&on_hardware, true, 62, 64),
	                 SELFTEST_PASS);
	assert_int_equal(selftest_judge_walks(&on_hardware, true, 66, 64),
	                 SELFTEST_PASS);
	assert_int_equal(selftest_judge_walks(&on_hardware, true, 67, 64),
	                 SELFTEST_FAIL);
	assert_int_equal(selftest_judge_walks(&emulated, true, 0, 64),
	                 SELFTEST_RECORDED);
}

/* Seven times the same row, in thousandths of a tick; what they differ by. */
static int64_t noise; /* half the width of an interval */

static void repeat(int64_t least, int64_t most, uint32_t step)
{
	struct estimate found[SELFTEST_REPEATS];

	for (unsigned i = 0; i < SELFTEST_REPEATS; i++) {
		const int64_t cost = i == 3 ? most : least;

		found[i] = (struct estimate){ ESTIMATOR_MEDIAN, cost, cost - noise,
			                      cost + noise };
	}
	sampler = synthetic_sampler();
	sampler.step = step;
	selftest = (struct selftest){ .sampler = &sampler };
	selftest_repeats(&selftest, found);
}

TEST(a_row_that_differs_from_itself_by_more_than_a_percent_is_not_repeated)
{
	repeat(310000, 310000, STEP_NONE);
	assert_int_equal(row("a_a_limit")->value, 0);
	assert_int_equal(selftest.unrepeated, 0);
	repeat(310000, 313000, STEP_NONE);
	assert_int_equal(row("a_a_limit")->value, 967);
	assert_int_equal(selftest.unrepeated, 0);
	repeat(310000, 314000, STEP_NONE);
	assert_int_equal(row("a_a_limit")->value, 1290);
	assert_int_equal(selftest.unrepeated, 1290);
	repeat(3549000, 356606000, STEP_NONE);
	assert_int_equal(selftest.unrepeated, 9948069);
	assert_int_equal(verdict("a_a_limit"), SELFTEST_RECORDED);
}

/* As a row is done within a tick, or a quarter of a step. */
TEST(what_the_clock_cannot_tell_is_repeated)
{
	repeat(20000, 21000, STEP_NONE);
	assert_int_equal(row("a_a_limit")->value, 5000);
	assert_int_equal(selftest.unrepeated, 0);
	repeat(20000, 21001, STEP_NONE);
	assert_int_equal(selftest.unrepeated, 5005);
	repeat(20000, 25250, 21000);
	assert_int_equal(selftest.unrepeated, 0);
	repeat(20000, 25251, 21000);
	assert_int_equal(selftest.unrepeated, 26255);
}

/* Of 255 pairs with a deviation of 5 % the medians differ by more than 1 %. */
TEST(what_the_samples_themselves_explain_is_repeated)
{
	noise = 2000;
	repeat(310000, 314000, STEP_NONE);
	assert_int_equal(row("a_a_limit")->value, 1290);
	assert_int_equal(selftest.unrepeated, 0);
	repeat(310000, 314001, STEP_NONE);
	assert_int_equal(selftest.unrepeated, 1290);
	assert_int_equal(selftest.unrepeated_ticks, 4001);
	noise = 0;
}

TEST(of_a_row_that_costs_nothing_there_is_no_percent_and_no_repetition)
{
	repeat(0, 90000, STEP_NONE);
	assert_int_equal(verdict("a_a_limit"), SELFTEST_SKIPPED);
	assert_int_equal(selftest.unrepeated, UINT32_MAX);
	repeat(-9000, 90000, STEP_NONE);
	assert_int_equal(verdict("a_a_limit"), SELFTEST_SKIPPED);
	assert_int_equal(selftest.unrepeated, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYNTHETIC_CASE(
			a_clock_that_steps_by_a_broken_number_of_ticks_passes_every_test),
		SYNTHETIC_CASE(a_load_of_half_a_step_fails_the_empty_window),
		SYNTHETIC_CASE(one_timer_alone_is_no_reason_against_the_timing),
		SYNTHETIC_CASE(
			the_timing_is_valid_by_one_timer_and_says_that_nothing_confirms_it),
		cmocka_unit_test(a_counter_of_walks_that_stands_still_is_skipped),
		cmocka_unit_test(
			a_row_that_differs_from_itself_by_more_than_a_percent_is_not_repeated),
		cmocka_unit_test(what_the_clock_cannot_tell_is_repeated),
		cmocka_unit_test(what_the_samples_themselves_explain_is_repeated),
		cmocka_unit_test(
			of_a_row_that_costs_nothing_there_is_no_percent_and_no_repetition),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
