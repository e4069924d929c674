/* What is said of a run in a few lines, from its files. */
#include "lib/stream/outcome.h"
#include "tests/unit/support/unit.h"

TEST(rows_are_counted_by_their_status)
{
	static const char results[] = "bench,op,variant,param,value,targets,status\n"
				      "a,b,c,,,,ok,\na,b,c,d,1,2,skipped,pcid\n"
				      "a,b,c,,,,ok,\na,b,c,,,,timeout,\nstatus\n";
	struct outcome outcome = { 0 };

	outcome_rows(&outcome, (struct text_slice){ results, sizeof results - 1 });
	assert_int_equal(outcome.measured, 2);
	assert_int_equal(outcome.skipped, 1);
	assert_int_equal(outcome.failed, 2);
}

TEST(verifications_that_failed_are_counted)
{
	static const char verify[] = "op,pcide,entry,phase,n,rule,a,b,c,d,verdict\n"
				     "x,0,4k,after,9,must,,,,,fail\n"
				     "x,0,4k,after,9,must,,,,,pass\n"
				     "x,0,4k,after,9,may,,,,,fail\n"
				     "x,0,4k,must,fail,may,,,,fail,kept\n"
				     "x,0,4k,after,9,must,,,,,fail\n";
	struct outcome outcome = { 0 };

	outcome_verify(&outcome, (struct text_slice){ verify, sizeof verify - 1 });
	assert_int_equal(outcome.refused, 2);
}

/* As many as a screen has lines for; the array ends there, and the sanitizer knows. */
TEST(the_first_cost_of_each_operation_is_kept)
{
	static const char few[] = "a  first 1\na  marginal 2\nab first 3\nb  first 4\n";
	struct outcome outcome = { 0 };

	outcome_costs(&outcome, (struct text_slice){ few, sizeof few - 1 });
	assert_int_equal(outcome.costs.count, 3);
	assert_string_equal(outcome.costs.lines[0], "a  first 1");
	assert_string_equal(outcome.costs.lines[1], "ab first 3");
	assert_string_equal(outcome.costs.lines[2], "b  first 4");
	outcome.costs.count = 0;
	for (int c = 'a'; c <= 'z'; c++) {
		const char line[] = { (char)c, ' ', '1', '\n' };

		outcome_costs(&outcome, (struct text_slice){ line, sizeof line });
	}
	assert_int_equal(outcome.costs.count, COSTS_MOST);
	assert_string_equal(outcome.costs.lines[COSTS_MOST - 1], "r 1");
}

TEST(an_outcome_is_two_lines)
{
	static const char machine[] = "key,value\ntiming_valid,0\n"
				      "timing_reason,env is tcg\nx,1\n";
	struct outcome outcome = { .measured = 3, .skipped = 2, .refused = 1 };
	struct line line;
	char text[200];

	outcome_timing(&outcome, (struct text_slice){ machine, sizeof machine - 1 });
	outcome_write(&outcome, &line);
	line_to_string(&line, text, sizeof text);
	assert_string_equal(text, "3 rows measured, 2 skipped, 0 failed; 1 "
	                          "verifications failed\n"
	                          "timing: NOT valid, env is tcg\n");
	outcome = (struct outcome){ .timing_valid = true };
	outcome_write(&outcome, &line);
	line_to_string(&line, text, sizeof text);
	assert_string_equal(text, "0 rows measured, 0 skipped, 0 failed; 0 "
	                          "verifications failed\n"
	                          "timing: valid\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_counted_by_their_status),
		cmocka_unit_test(verifications_that_failed_are_counted),
		cmocka_unit_test(the_first_cost_of_each_operation_is_kept),
		cmocka_unit_test(an_outcome_is_two_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
