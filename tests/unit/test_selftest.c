/* The self-tests of the clock, on processors that are sound and on some that are not.
 */
#include "tests/unit/support/record_stream.h"
#include "tests/unit/support/selftests.h"

TEST(a_clean_clock_passes_every_test)
{
	run(ENV_HW, false);
	assert_fails_alone(NULL);
}

TEST(noise_and_coarse_steps_do_not_fail_a_clean_clock)
{
	static const uint64_t steps[] = { 1, 2, 20, 36 };

	for (unsigned i = 0; i < COUNT_OF(steps); i++) {
		(void)synthetic_reset(NULL);
		synthetic.noise = 6;
		synthetic.step = steps[i];
		run(ENV_HW, false);
		assert_fails_alone(NULL);
	}
}

TEST(a_clock_that_overlaps_the_first_copies_is_not_linear)
{
	synthetic.hidden = 100;
	run(ENV_HW, false);
	assert_int_equal(verdict("linearity_add"), SELFTEST_FAIL);
	assert_int_equal(verdict("linearity_imul"), SELFTEST_FAIL);
	assert_false(selftest_clock_passed(&selftest));
	/* The first point is 34.8 copies of 2.1 ticks below the line. */
	assert_in_range(row("linearity_imul")->value, 71000, 75500);
	assert_int_equal(row("linearity_imul")->limit, 2000);
}

TEST(copies_that_overlap_below_the_first_point_do_not_bend_the_line)
{
	synthetic.hidden = 60;
	run(ENV_HW, false);
	assert_fails_alone(NULL);
}

TEST(a_load_in_the_empty_window_fails_that_test_alone)
{
	run(ENV_HW, true);
	assert_fails_alone("empty_window");
	assert_int_equal(row("empty_window")->value, 4000);
}

TEST(an_lfence_that_costs_like_a_nop_does_not_fence)
{
	synthetic.slopes[CALIBRATION_LFENCE] = synthetic.slopes[CALIBRATION_NOP];
	run(ENV_HW, false);
	assert_fails_alone("lfence_slope");
}

TEST(an_lfence_must_cost_more_than_three_nops)
{
	synthetic.slopes[CALIBRATION_NOP] = 1000;
	synthetic.slopes[CALIBRATION_LFENCE] = 3000;
	run(ENV_HW, false);
	assert_fails_alone("lfence_slope");
	(void)synthetic_reset(NULL);
	synthetic.slopes[CALIBRATION_NOP] = 1000;
	synthetic.slopes[CALIBRATION_LFENCE] = 3100;
	run(ENV_HW, false);
	assert_fails_alone(NULL);
	assert_int_equal(row("lfence_slope")->limit, 3000);
}

TEST(an_lfence_that_costs_nothing_does_not_fence)
{
	synthetic.slopes[CALIBRATION_NOP] = synthetic.slopes[CALIBRATION_LFENCE] = 0;
	run(ENV_VM, false);
	assert_fails_alone("lfence_slope");
}

/* ADD takes a tick, so that the ratio is exact. */
static enum selftest_verdict verdict_of_ratio(int64_t imul, enum environment env)
{
	(void)synthetic_reset(NULL);
	synthetic.slopes[CALIBRATION_ADD] = 1000;
	synthetic.slopes[CALIBRATION_IMUL] = imul;
	run(env, false);
	return verdict("imul_to_add");
}

TEST(an_imul_takes_3_or_4_or_5_times_an_add_within_3_percent)
{
	static const int64_t good[] = { 3000, 4000, 5000, 2918, 3082, 3890, 5141 };
	static const int64_t bad[] = { 1000, 2000, 2900, 3102, 3500, 4500, 5200, 6000 };

	for (unsigned i = 0; i < COUNT_OF(good); i++)
		assert_int_equal(verdict_of_ratio(good[i], ENV_HW), SELFTEST_PASS);
	for (unsigned i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(verdict_of_ratio(bad[i], ENV_HW), SELFTEST_FAIL);
}

TEST(where_instructions_are_counted_an_imul_is_an_add)
{
	assert_int_equal(verdict_of_ratio(1000, ENV_TCG_ICOUNT), SELFTEST_PASS);
	assert_int_equal(row("imul_to_add")->limit, 1000);
	assert_int_equal(verdict_of_ratio(1000, ENV_BOCHS), SELFTEST_PASS);
	assert_int_equal(verdict_of_ratio(3000, ENV_TCG_ICOUNT), SELFTEST_FAIL);
	assert_int_equal(verdict_of_ratio(1020, ENV_BOCHS), SELFTEST_FAIL);
}

/* Windows that a whole self-test runs. */
static uint32_t runs_of_all(void)
{
	run(ENV_HW, false);
	return synthetic.runs;
}

TEST(a_frequency_that_drifts_by_5_percent_does_not_bend_the_line)
{
	const uint32_t runs = runs_of_all();

	(void)synthetic_reset(NULL);
	synthetic.slower_by = 50;
	synthetic.slower_over = runs;
	run(ENV_HW, false);
	assert_fails_alone(NULL);
}

/* That is what measuring point and line in turns is for. */
TEST(a_frequency_that_drops_by_5_percent_at_any_time_does_not_bend_the_line)
{
	const uint32_t runs = runs_of_all();

	for (uint32_t at = 3000; at < runs; at += 211) {
		(void)synthetic_reset(NULL);
		synthetic.slower_by = 50;
		synthetic.slower_at = at;
		run(ENV_HW, false);
		assert_int_equal(verdict("linearity_add"), SELFTEST_PASS);
		assert_int_equal(verdict("linearity_imul"), SELFTEST_PASS);
	}
}

static void break_everything(void)
{
	synthetic.hidden = 100;
	synthetic.slopes[CALIBRATION_IMUL] = 2 * synthetic.slopes[CALIBRATION_ADD];
	synthetic.slopes[CALIBRATION_LFENCE] = 0;
}

TEST(the_environment_says_what_is_judged_and_what_recorded)
{
	static const enum selftest_verdict failed = SELFTEST_FAIL,
					   recorded = SELFTEST_RECORDED;
	static const struct {
		enum environment env;
		enum selftest_verdict linearity, ratio, fence;
	} known[] = {
		{ ENV_HW, SELFTEST_FAIL, SELFTEST_FAIL, SELFTEST_FAIL },
		{ ENV_VM, SELFTEST_FAIL, SELFTEST_FAIL, SELFTEST_FAIL },
		{ ENV_MODEL, SELFTEST_FAIL, SELFTEST_FAIL, SELFTEST_FAIL },
		{ ENV_TCG, SELFTEST_RECORDED, SELFTEST_RECORDED, SELFTEST_RECORDED },
		{ ENV_TCG_ICOUNT, SELFTEST_FAIL, SELFTEST_FAIL, SELFTEST_RECORDED },
		{ ENV_BOCHS, SELFTEST_FAIL, SELFTEST_FAIL, SELFTEST_RECORDED },
		{ ENV_UNKNOWN, SELFTEST_RECORDED, SELFTEST_RECORDED,
		  SELFTEST_RECORDED },
	};

	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		(void)synthetic_reset(NULL);
		break_everything();
		run(known[i].env, true);
		assert_int_equal(verdict("empty_window"), failed);
		assert_int_equal(verdict("linearity_add"), known[i].linearity);
		assert_int_equal(verdict("linearity_imul"), known[i].linearity);
		assert_int_equal(verdict("imul_to_add"), known[i].ratio);
		assert_int_equal(verdict("lfence_slope"), known[i].fence);
		assert_int_equal(verdict("wait_overshoot") == recorded,
		                 known[i].fence == recorded);
		assert_int_equal(verdict("quantum"), recorded);
		assert_int_equal(verdict("slope_imul"), recorded);
	}
}

TEST(without_room_for_windows_the_empty_window_fails)
{
	sampler = synthetic_sampler();
	assert_int_equal(fingerprint_take(&fingerprint, &synthetic.source, &sampler),
	                 ERR_NONE);
	selftest = (struct selftest){
		.source = &synthetic.source,
		.sampler = &sampler,
		.fingerprint = &fingerprint,
		.env = ENV_HW,
	};
	synthetic.room = synthetic.made + 1;
	selftest_clock(&selftest);
	assert_int_equal(verdict("empty_window"), SELFTEST_FAIL);
}

TEST(every_row_is_sent_once_as_the_columns_say)
{
	struct record *const record = stream_record();

	record_run(record, "id-1");
	selftest = (struct selftest){ .count = 1 };
	selftest.rows[0] = (struct selftest_row){
		.test = "one",
		.value = -1500,
		.unit = "ticks",
		.verdict = SELFTEST_RECORDED,
	};
	selftest_record(&selftest, record);
	selftest_add(&selftest, &(struct selftest_row){
					.test = "two",
					.value = 3,
					.has_limit = true,
					.limit = 4000,
					.unit = "ratio",
					.verdict = SELFTEST_PASS,
				});
	selftest_add(&selftest, &(struct selftest_row){
					.test = "three",
					.unit = "cycles",
					.verdict = SELFTEST_SKIPPED,
				});
	selftest_record(&selftest, record);
	stream_read();
	assert_string_equal(heard.files[FILE_SELFTEST].text,
	                    "test,value,limit,unit,verdict,core_type\n"
	                    "one,-1.500,,ticks,recorded,\n"
	                    "two,0.003,4.000,ratio,pass,\n"
	                    "three,,,cycles,skipped,\n");
}

TEST(the_rows_of_the_clock_come_in_the_order_of_the_tests)
{
	static const char *const order[] = {
		"quantum",        "smallest_step", "empty_window",   "linearity_add",
		"linearity_imul", "imul_to_add",   "wait_overshoot", "lfence_slope",
		"slope_add",      "slope_imul",    "slope_nop",      "slope_lfence",
		"cpuid_time",
	};

	run(ENV_HW, false);
	assert_int_equal(selftest.count, COUNT_OF(order));
	for (unsigned i = 0; i < COUNT_OF(order); i++)
		assert_string_equal(selftest.rows[i].test, order[i]);
	assert_int_equal(row("quantum")->value, 1000);
	assert_int_equal(row("slope_lfence")->value, 9000);
	assert_int_equal(row("slope_nop")->value, fingerprint.slopes[CALIBRATION_NOP]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYNTHETIC_CASE(a_clean_clock_passes_every_test),
		SYNTHETIC_CASE(noise_and_coarse_steps_do_not_fail_a_clean_clock),
		SYNTHETIC_CASE(a_clock_that_overlaps_the_first_copies_is_not_linear),
		SYNTHETIC_CASE(
			copies_that_overlap_below_the_first_point_do_not_bend_the_line),
		SYNTHETIC_CASE(a_load_in_the_empty_window_fails_that_test_alone),
		SYNTHETIC_CASE(an_lfence_that_costs_like_a_nop_does_not_fence),
		SYNTHETIC_CASE(an_lfence_must_cost_more_than_three_nops),
		SYNTHETIC_CASE(an_lfence_that_costs_nothing_does_not_fence),
		SYNTHETIC_CASE(an_imul_takes_3_or_4_or_5_times_an_add_within_3_percent),
		SYNTHETIC_CASE(where_instructions_are_counted_an_imul_is_an_add),
		SYNTHETIC_CASE(
			a_frequency_that_drifts_by_5_percent_does_not_bend_the_line),
		SYNTHETIC_CASE(
			a_frequency_that_drops_by_5_percent_at_any_time_does_not_bend_the_line),
		SYNTHETIC_CASE(the_environment_says_what_is_judged_and_what_recorded),
		SYNTHETIC_CASE(without_room_for_windows_the_empty_window_fails),
		SYNTHETIC_CASE(every_row_is_sent_once_as_the_columns_say),
		SYNTHETIC_CASE(the_rows_of_the_clock_come_in_the_order_of_the_tests),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
