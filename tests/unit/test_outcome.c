/* What is said of a run in a few lines, from its files. */
#include "lib/stream/outcome.h"
#include "lib/stream/row.h"
#include "tests/unit/support/unit.h"

TEST(rows_are_counted_by_their_status)
{
	static const char results[] = "bench,op,variant,param,value,targets,status\n"
				      "a,b,c,,,,ok,\na,b,c,d,1,2,skipped,pcid\n"
				      "a,b,c,,,,ok,\na,b,c,,,,timeout,\nstatus\n";
	struct outcome outcome = { 0 };

	outcome_file(&outcome, FILE_RESULTS,
	             (struct text_slice){ results, sizeof results - 1 });
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

	outcome_file(&outcome, FILE_VERIFY,
	             (struct text_slice){ verify, sizeof verify - 1 });
	assert_int_equal(outcome.refused, 2);
}

static void hear_summary(struct outcome *outcome, const struct line *line)
{
	outcome_file(outcome, FILE_SUMMARY,
	             (struct text_slice){ line->text, line->length });
}

/* As the program writes it. */
static void hear_row(struct outcome *outcome, const char *op, const char *variant,
                     enum row_status status)
{
	const struct row row = {
		.key = { .bench = "single_op", .op = op, .variant = variant },
		.status = status,
		.reason = "its reason reaches behind the column",
	};
	struct line line;

	row_to_summary(&row, &line);
	hear_summary(outcome, &line);
}

static void is_of(const char *line, const char *name)
{
	const size_t length = strlen(line);

	assert_true(length >= strlen(name));
	assert_string_equal(line + length - strlen(name), name);
}

static void hear_heading(struct outcome *outcome, const char *bench)
{
	struct line line;

	row_summary_heading(bench, NULL, &line);
	hear_summary(outcome, &line);
}

TEST(the_heading_and_the_first_cost_of_each_operation_are_kept)
{
	struct outcome outcome = { 0 };
	struct line line;

	hear_heading(&outcome, "single_op");
	hear_row(&outcome, "invlpg", "first-4k", ROW_OK);
	hear_row(&outcome, "invlpg", "marginal-4k", ROW_OK);
	hear_row(&outcome, "invlpgb", "first-4k", ROW_FAILED);
	hear_row(&outcome, "mov_cr3", "first", ROW_OK);
	line_clear(&line);
	hear_summary(&outcome, &line);
	assert_int_equal(outcome.costs.count, 4);
	is_of(outcome.costs.lines[0], "  single_op");
	is_of(outcome.costs.lines[1], "  invlpg first-4k");
	is_of(outcome.costs.lines[2], "  invlpgb first-4k");
	is_of(outcome.costs.lines[3], "  mov_cr3 first");
}

TEST(what_was_skipped_is_left_out_and_a_heading_without_a_row)
{
	struct outcome outcome = { 0 };

	hear_heading(&outcome, "single_op");
	hear_row(&outcome, "invlpg", "first-4k", ROW_SKIPPED);
	hear_row(&outcome, "invlpg", "marginal-4k", ROW_OK);
	hear_heading(&outcome, "range");
	hear_row(&outcome, "invlpgb", "first-4k", ROW_SKIPPED);
	hear_heading(&outcome, "refill");
	hear_row(&outcome, "invlpg", "4k", ROW_OK);
	assert_int_equal(outcome.costs.count, 4);
	is_of(outcome.costs.lines[0], "  single_op");
	is_of(outcome.costs.lines[1], "  invlpg marginal-4k");
	is_of(outcome.costs.lines[2], "  refill");
	is_of(outcome.costs.lines[3], "  invlpg 4k");
}

TEST(a_row_of_a_long_sweep_was_skipped_too)
{
	static const char row[] =
		"16384  skipped: memory                  none data-4k\n";
	struct outcome outcome = { 0 };

	outcome_file(&outcome, FILE_SUMMARY,
	             (struct text_slice){ row, sizeof row - 1 });
	assert_int_equal(outcome.costs.count, 0);
}

TEST(no_heading_is_the_last_line)
{
	struct outcome outcome = { 0 };

	for (int c = 'a'; c < 'a' + (int)COSTS_MOST - 1; c++)
		hear_row(&outcome, (const char[]){ (char)c, '\0' }, "first", ROW_OK);
	hear_heading(&outcome, "range");
	hear_row(&outcome, "invlpg", "4k", ROW_OK);
	assert_int_equal(outcome.costs.count, COSTS_MOST - 1);
}

/* The array ends there, and the sanitizer knows. */
TEST(as_many_costs_are_kept_as_a_screen_has_lines_for)
{
	struct outcome outcome = { 0 };

	for (int c = 'a'; c <= 'z'; c++)
		hear_row(&outcome, (const char[]){ (char)c, '\0' }, "first", ROW_OK);
	assert_int_equal(outcome.costs.count, COSTS_MOST);
	is_of(outcome.costs.lines[COSTS_MOST - 1], "  r first");
}

TEST(an_outcome_is_two_lines)
{
	static const char machine[] = "key,value\ntiming_valid,0\n"
				      "timing_reason,env is tcg\nx,1\n";
	static const char guest[] = "timing_valid,vm";
	static const char quoted[] = "timing_reason,\"no, not hardware\"";
	struct outcome outcome = { .measured = 3, .skipped = 2, .refused = 1 };
	struct line line;
	char text[200];

	outcome_file(&outcome, FILE_MACHINE,
	             (struct text_slice){ machine, sizeof machine - 1 });
	outcome_write(&outcome, &line);
	line_to_string(&line, text, sizeof text);
	assert_string_equal(text, "3 rows measured, 2 skipped, 0 failed; 1 "
	                          "verifications failed\n"
	                          "timing: NOT valid, env is tcg\n");
	outcome_row(&outcome, FILE_MACHINE,
	            (struct text_slice){ quoted, sizeof quoted - 1 });
	assert_string_equal(outcome.timing_reason, "no, not hardware");
	outcome_row(&outcome, FILE_MACHINE,
	            (struct text_slice){ guest, sizeof guest - 1 });
	assert_string_equal(outcome_timing(&outcome), "valid for this guest");
	assert_false(outcome.timing_valid);
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
		cmocka_unit_test(
			the_heading_and_the_first_cost_of_each_operation_are_kept),
		cmocka_unit_test(
			what_was_skipped_is_left_out_and_a_heading_without_a_row),
		cmocka_unit_test(a_row_of_a_long_sweep_was_skipped_too),
		cmocka_unit_test(no_heading_is_the_last_line),
		cmocka_unit_test(as_many_costs_are_kept_as_a_screen_has_lines_for),
		cmocka_unit_test(an_outcome_is_two_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
