/* The rows of a plan that are points of one sweep, held against each other. */
#include "bench/harness/experiment/sweep.h"

#include "tests/unit/support/rows.h"

/* A row at a place of the sweep that costs so many ticks. */
static struct experiment *add(uint32_t value, uint32_t ticks)
{
	struct experiment *const row = rows_add(0);

	row->pair = calibration_pair(&synthetic.source, CALIBRATION_NOP, ticks);
	row->pair.divisor = 1;
	row->spec.param = "touched";
	row->spec.value = value;
	return row;
}

static void begin(uint32_t rounds_at_least)
{
	rows_begin(rounds_at_least);
	synthetic.noise = 0;
}

static void run(void)
{
	(void)rows_run(1, NULL, NULL);
	sweep_mark(&rows_of.plan, &rows_of.sampler);
}

static enum outlier outlier_in(const struct experiment *row)
{
	return plan_row(&rows_of.plan, row, &rows_of.sampler, BELIEVED_UNKNOWN).outlier;
}

/* The costs of rows 0, 1, 2 and so on of one sweep; which of them is the outlier. */
static void assert_marks(const uint32_t *ticks, unsigned count, unsigned outlier)
{
	begin(1);
	for (unsigned i = 0; i < count; i++)
		(void)add(i, ticks[i]);
	run();
	for (unsigned i = 0; i < count; i++) {
		const enum outlier expected = i == 0 || i + 1 == count ? OUTLIER_UNKNOWN
		                              : i == outlier           ? OUTLIER_YES
		                                                       : OUTLIER_NO;

		assert_int_equal(outlier_in(&rows_of.plan.experiments[i]), expected);
		assert_true(rows_of.plan.experiments[i].converged);
	}
}

TEST(a_row_that_contradicts_both_neighbours_is_marked_though_it_converged)
{
	assert_marks((const uint32_t[]){ 3549, 10962, 3948 }, 3, 1);
	assert_marks((const uint32_t[]){ 3549, 3600, 10962, 3948, 4000 }, 5, 2);
	assert_marks((const uint32_t[]){ 3549, 3600, 1800, 3948, 4000 }, 5, 2);
}

TEST(rows_that_rise_or_stay_or_differ_by_what_a_row_may_are_not)
{
	assert_marks((const uint32_t[]){ 100, 110, 120, 5000, 5001 }, 5, 9);
	assert_marks((const uint32_t[]){ 3500, 3500, 3500, 3500 }, 4, 9);
	/* 1 % each. */
	assert_marks((const uint32_t[]){ 3500, 3565, 3500 }, 3, 9);
	assert_marks((const uint32_t[]){ 3500, 3580, 3500 }, 3, 1);
	/* A tick each. */
	assert_marks((const uint32_t[]){ 10, 12, 10 }, 3, 9);
	assert_marks((const uint32_t[]){ 10, 13, 10 }, 3, 1);
}

TEST(places_need_not_be_planned_in_their_order)
{
	static const uint32_t places[] = { 64, 1, 512, 8 };
	static const uint32_t ticks[] = { 200, 100, 400, 900 };

	begin(1);
	for (unsigned i = 0; i < COUNT_OF(places); i++)
		(void)add(places[i], ticks[i]);
	run();
	for (unsigned i = 0; i < COUNT_OF(places); i++)
		assert_int_equal(outlier_in(&rows_of.plan.experiments[i]),
		                 places[i] == 8    ? OUTLIER_YES
		                 : places[i] == 64 ? OUTLIER_NO
		                                   : OUTLIER_UNKNOWN);
}

/* The middle one of three, when one of them is another sweep's, or no neighbour. */
TEST(only_rows_of_one_sweep_that_were_measured_are_neighbours)
{
	static const char *const changes[] = {
		"none",    "op",  "variant", "param", "targets",        "cycles",
		"skipped", "few", "unit",    "swept", "as many targets"
	};

	for (unsigned i = 0; i < COUNT_OF(changes); i++) {
		const char *const change = changes[i];
		struct experiment *rows[3];

		begin(1);
		for (uint32_t k = 0; k < 3; k++) {
			rows[k] = add(k + 1, k == 1 ? 900 : 300);
			if (strcmp(change, "unit") == 0)
				rows[k]->spec.unit = "count";
			if (strcmp(change, "swept") == 0 ||
			    strcmp(change, "as many targets") == 0)
				rows[k]->spec.targets = rows[k]->spec.value;
			if (strcmp(change, "swept") == 0)
				rows[k]->spec.param = "targets";
		}
		if (strcmp(change, "op") == 0)
			rows[2]->spec.op = tlb_op_named("invlpg");
		if (strcmp(change, "variant") == 0)
			rows[0]->spec.variant[0] = 'x';
		if (strcmp(change, "param") == 0)
			rows[2]->spec.param = "pages";
		if (strcmp(change, "targets") == 0)
			rows[0]->spec.targets = 7;
		if (strcmp(change, "cycles") == 0)
			rows[2]->spec.clock = CLOCK_PMC;
		if (strcmp(change, "skipped") == 0)
			rows[0]->skip = "memory";
		if (strcmp(change, "few") == 0)
			rows[2]->samples.capacity = 7;
		run();

		const bool held =
			strcmp(change, "none") == 0 || strcmp(change, "swept") == 0;

		if (outlier_in(rows[1]) != (held ? OUTLIER_YES : OUTLIER_UNKNOWN))
			fail_msg("%s: %d", change, (int)outlier_in(rows[1]));
	}
}

static void assert_not_judged(const char *param, bool bends)
{
	const struct bench bench = { .name = "bent", .bends = bends };

	begin(1);
	rows_of.plan.bench = &bench;
	for (uint32_t i = 0; i < 3; i++)
		add(i, i == 1 ? 900 : 300)->spec.param = param;
	run();
	assert_int_equal(outlier_in(&rows_of.plan.experiments[1]), OUTLIER_UNKNOWN);
}

TEST(the_number_of_a_processor_is_nothing_that_is_swept)
{
	assert_not_judged("to", false);
}

TEST(what_may_fall_and_rise_again_in_truth_is_not_judged)
{
	assert_not_judged("initiators", false);
	assert_not_judged("working_set", true);
}

/* Its chunks differ by as much as it does from its neighbours. */
TEST(a_row_that_disagrees_with_itself_contradicts_no_other)
{
	for (unsigned changes = 0; changes < 2; changes++) {
		begin(3);
		for (uint32_t i = 0; i < 3; i++)
			(void)add(i, i == 1 ? 900 : 300);
		run();
		if (changes != 0) {
			struct experiment *const row = &rows_of.plan.experiments[1];

			for (uint32_t i = 0; i < 127; i++)
				row->samples.b[i] -= 600;
			row->outlier = OUTLIER_UNKNOWN;
			sweep_mark(&rows_of.plan, &rows_of.sampler);
		}
		assert_int_equal(outlier_in(&rows_of.plan.experiments[1]),
		                 changes != 0 ? OUTLIER_NO : OUTLIER_YES);
	}
}

/* Thousandths of a tick an operation, as the costs are. */
TEST(costs_are_held_against_each_other_divided)
{
	begin(1);
	for (uint32_t i = 0; i < 3; i++)
		add(i, 64 * (i == 1 ? 307 : 300))->spec.divisor = 64;
	run();
	assert_int_equal(outlier_in(&rows_of.plan.experiments[1]), OUTLIER_YES);
	begin(1);
	for (uint32_t i = 0; i < 3; i++)
		add(i, 64 * (i == 1 ? 305 : 300))->spec.divisor = 64;
	run();
	assert_int_equal(outlier_in(&rows_of.plan.experiments[1]), OUTLIER_NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_row_that_contradicts_both_neighbours_is_marked_though_it_converged),
		cmocka_unit_test(
			rows_that_rise_or_stay_or_differ_by_what_a_row_may_are_not),
		cmocka_unit_test(places_need_not_be_planned_in_their_order),
		cmocka_unit_test(
			only_rows_of_one_sweep_that_were_measured_are_neighbours),
		cmocka_unit_test(the_number_of_a_processor_is_nothing_that_is_swept),
		cmocka_unit_test(what_may_fall_and_rise_again_in_truth_is_not_judged),
		cmocka_unit_test(a_row_that_disagrees_with_itself_contradicts_no_other),
		cmocka_unit_test(costs_are_held_against_each_other_divided),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
