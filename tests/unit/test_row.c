/* Rows of results.csv and of the summary. */
#include "lib/stream/record.h"
#include "lib/stream/row.h"
#include "paging/tlb_op.h"

#include "tests/unit/support/unit.h"

static struct line line;

static struct row measured(void)
{
	return (struct row){
		.key.bench = "single_op",
		.key.op = "invlpg",
		.key.variant = "first-bare-4k",
		.key.param = "pages",
		.key.value = 64,
		.status = ROW_OK,
		.unit = "ticks",
		.cost = {
			.n = 255, .far = 3, .min = 1000, .p01 = 2000, .p05 = 3000,
			.p25 = 4000, .p50 = 5500, .p75 = 6000, .p95 = 7000, .p99 = 8000,
			.max = 9000, .mean = -1250, .mad = 250, .ci95_lo = 10, .ci95_hi = 11,
			.ci99_lo = 12, .ci99_hi = 13,
		},
		.discard_irq = 32,
		.discard_tsc = 1,
		.a_min = 100,
		.a_p50 = 101,
		.b_min = 200,
		.b_p50 = 201,
		.converged = true,
		.believed = BELIEVED_YES,
		.quantum = 2,
		.canary = 700,
		.order = 7,
		.estimate = { ESTIMATOR_HUBER, 5250, 4875, 5750 },
		.has_spread = true,
		.spread = 125,
		.outlier = OUTLIER_NO,
		.farthest = "machine",
		.farthest_package = 1,
		.slowest_target = 800,
		.fastest_target = 1250,
		.slept_known = true,
		.slept = 97500,
		.memory_node_known = true,
		.key.core_type = "efficient",
	};
}

static const char *csv_of(const struct row *row)
{
	row_to_csv(row, &line);
	return line_text(&line);
}

static unsigned fields(const char *text)
{
	unsigned count = 1;

	for (; *text != '\0'; text++)
		count += *text == ',';
	return count;
}

/* The field under a column, to be used before the next one is asked for. */
static const char *under(const struct row *row, const char *column)
{
	static char text[LINE_CAPACITY], columns[1024];
	char *rest_of_row = text, *rest = columns;
	const char *name;

	strcpy(columns, file_columns(FILE_RESULTS));
	strcpy(text, csv_of(row));
	while ((name = strsep(&rest, ",")) != NULL) {
		const char *const field = strsep(&rest_of_row, ",");

		assert_non_null(field);
		if (strcmp(name, column) == 0)
			return field;
	}
	fail_msg("no column %s", column);
	return "";
}

TEST(a_measured_row_has_every_number_in_its_place)
{
	const struct row row = measured();

	assert_string_equal(
		csv_of(&row),
		"single_op,invlpg,first-bare-4k,pages,64,,ok,,ticks,255,32,"
		",1,3,1.000,2.000,3.000,4.000,5.500,6.000,7.000,8.000,9.000,"
		"-1.250,0.250,0.010,0.011,0.012,0.013,100,101,200,201,1,1,2,"
		"700,7,5.250,4.875,5.750,huber,0.125,0,machine,1,0.800,1.250,97.500,,,"
		"0,efficient");
}

TEST(numbers_stand_under_the_columns_of_their_names)
{
	static const char *const expected[][2] = {
		{ "bench", "single_op" },
		{ "status", "ok" },
		{ "n", "255" },
		{ "discard_irq", "32" },
		{ "discard_smi", "" },
		{ "discard_tsc", "1" },
		{ "far", "3" },
		{ "p50", "5.500" },
		{ "mean", "-1.250" },
		{ "mad", "0.250" },
		{ "ci95_lo", "0.010" },
		{ "ci99_hi", "0.013" },
		{ "a_min", "100" },
		{ "b_p50", "201" },
		{ "converged", "1" },
		{ "believed", "1" },
		{ "quantum", "2" },
		{ "canary", "700" },
		{ "order", "7" },
		{ "targets", "" },
		{ "cost", "5.250" },
		{ "cost_lo", "4.875" },
		{ "cost_hi", "5.750" },
		{ "estimator", "huber" },
		{ "spread", "0.125" },
		{ "outlier", "0" },
		{ "farthest", "machine" },
		{ "farthest_package", "1" },
		{ "slowest_target", "0.800" },
		{ "fastest_target", "1.250" },
		{ "slept", "97.500" },
		{ "slept_deep", "" },
		{ "farthest_node", "" },
		{ "memory_node", "0" },
		{ "core_type", "efficient" },
	};
	const struct row row = measured();
	for (unsigned i = 0; i < COUNT_OF(expected); i++)
		assert_string_equal(under(&row, expected[i][0]), expected[i][1]);
}

TEST(what_no_sample_shows_is_in_every_interval)
{
	static const char *const expected[][2] = {
		{ "p50", "5.500" },      { "cost", "5.250" },
		{ "ci95_lo", "-1.990" }, { "ci95_hi", "2.011" },
		{ "ci99_lo", "-1.988" }, { "ci99_hi", "2.013" },
		{ "cost_lo", "2.875" },  { "cost_hi", "7.750" },
	};
	struct row row = measured();

	row_widen(&row, 2000);
	for (unsigned i = 0; i < COUNT_OF(expected); i++)
		assert_string_equal(under(&row, expected[i][0]), expected[i][1]);
}

TEST(the_columns_are_the_53_of_the_interface)
{
	assert_int_equal(fields(file_columns(FILE_RESULTS)), 53);
}

TEST(every_kind_of_row_has_as_many_fields_as_there_are_columns)
{
	for (unsigned kind = 0; kind < 16; kind++) {
		struct row row = measured();

		row.status = (enum row_status)(kind % 4);
		row.reason = row.status == ROW_OK ? NULL : "memory";
		if (kind & 4)
			row.cost.n = 0, row.estimate.estimator = ESTIMATOR_NONE;
		if (kind & 8) {
			row.key.param = NULL;
			row.order = 0;
			row.believed = BELIEVED_UNKNOWN;
		}
		assert_int_equal(fields(csv_of(&row)), 53);
	}
}

TEST(a_skipped_row_has_its_reason_and_no_numbers)
{
	struct row row = measured();

	row.status = ROW_SKIPPED;
	row.reason = "pge";
	row.cost = (struct summary){ 0 };
	row.estimate = (struct estimate){ 0 };
	row.believed = BELIEVED_UNKNOWN;
	row.order = 0;
	assert_string_equal(csv_of(&row),
	                    "single_op,invlpg,first-bare-4k,pages,64,,skipped,pge,ticks"
	                    ",,,,,,,,,,,,,,,,,,,,," /* n ... ci99_hi and one more */
	                    ",,,,,,2,,,,,,,,,machine,1,0.800,1.250,97.500,,,0,"
	                    "efficient");
}

TEST(belief_is_1_or_0_or_empty)
{
	struct row row = measured();

	assert_string_equal(under(&row, "believed"), "1");
	row.believed = BELIEVED_NO;
	assert_string_equal(under(&row, "believed"), "0");
	row.believed = BELIEVED_UNKNOWN;
	assert_string_equal(under(&row, "believed"), "");
}

TEST(an_outlier_is_1_and_what_has_no_two_neighbours_is_empty)
{
	struct row row = measured();

	row.outlier = OUTLIER_YES;
	assert_string_equal(under(&row, "outlier"), "1");
	row.outlier = OUTLIER_UNKNOWN;
	assert_string_equal(under(&row, "outlier"), "");
}

TEST(a_row_that_did_not_converge_says_0)
{
	struct row row = measured();

	row.converged = false;
	assert_string_equal(under(&row, "converged"), "0");
}

TEST(remote_processors_are_counted)
{
	struct row row = measured();

	row.key.targets = 3;
	assert_string_equal(under(&row, "targets"), "3");
}

TEST(without_a_sweep_param_and_value_are_empty)
{
	struct row row = measured();

	row.key.param = NULL;
	assert_string_equal(under(&row, "param"), "");
	assert_string_equal(under(&row, "value"), "");
}

TEST(states_have_the_names_of_the_interface)
{
	assert_string_equal(row_status_name(ROW_OK), "ok");
	assert_string_equal(row_status_name(ROW_SKIPPED), "skipped");
	assert_string_equal(row_status_name(ROW_FAILED), "failed");
	assert_string_equal(row_status_name(ROW_TIMEOUT), "timeout");
}

static const char *summary_of(const struct row *row)
{
	row_to_summary(row, &line);
	return line_text(&line);
}

TEST(a_line_of_the_summary_has_its_numbers_under_the_heading)
{
	const struct row row = measured();

	assert_string_equal(summary_of(&row),
	                    "         5.250     4.875     5.750  yes     "
	                    "invlpg first-bare-4k");
	row_summary_heading("single_op", NULL, &line);
	assert_string_equal(line_text(&line),
	                    "  at      cost  99% from        to  belief  "
	                    "single_op");
	row_summary_heading("single_op", "efficient-2", &line);
	assert_string_equal(line_text(&line),
	                    "  at      cost  99% from        to  belief  "
	                    "single_op on efficient-2");
}

TEST(a_point_of_a_sweep_is_in_the_summary_but_for_the_usual_pages)
{
	struct row row = measured();

	row.key.param = "touched";
	row.key.value = 16;
	assert_memory_equal(summary_of(&row), "  16     5.250 ", 15);
	row.key.param = NULL;
	assert_memory_equal(summary_of(&row), "         5.250 ", 15);
	row.key.param = "pages";
	assert_memory_equal(summary_of(&row), "         5.250 ", 15);
	row.key.bench = "range";
	assert_memory_equal(summary_of(&row), "  16     5.250 ", 15);
}

TEST(a_name_is_whole_however_long)
{
	struct row row = measured();

	row.key.variant = "first-bare-4k-and-then-much-more-than-fits-in-a-line";
	assert_string_equal(
		summary_of(&row) + 44,
		"invlpg first-bare-4k-and-then-much-more-than-fits-in-a-line");
}

TEST(a_name_has_its_targets_where_the_value_is_another)
{
	struct row row = measured();

	row.key.targets = 3;
	assert_string_equal(summary_of(&row) + 44, "invlpg first-bare-4k targets=3");
	row.key.param = NULL;
	assert_string_equal(summary_of(&row) + 44, "invlpg first-bare-4k targets=3");
	row.key.param = "targets";
	assert_string_equal(summary_of(&row) + 44, "invlpg first-bare-4k");
}

TEST(a_row_without_numbers_gives_its_reason_in_the_summary)
{
	struct row row = measured();

	row.status = ROW_SKIPPED;
	row.reason = "pge";
	assert_string_equal(summary_of(&row),
	                    "      skipped: pge                          "
	                    "invlpg first-bare-4k");
}

TEST(disbelief_is_loud_in_the_summary)
{
	struct row row = measured();

	row.believed = BELIEVED_NO;
	assert_memory_equal(summary_of(&row) + 34, "  NO ", 5);
	row.believed = BELIEVED_UNKNOWN;
	assert_memory_equal(summary_of(&row) + 34, "  -  ", 5);
}

TEST(no_number_of_the_summary_moves_the_names)
{
	for (unsigned kind = 0; kind < 2; kind++) {
		struct row row = measured();

		row.status = kind == 0 ? ROW_OK : ROW_FAILED;
		row.reason = "every sample was discarded";
		row.estimate.cost = row.estimate.lo = -12345678;
		row.estimate.hi = 1234567890;
		assert_string_equal(strstr(summary_of(&row), "  invlpg "),
		                    "  invlpg first-bare-4k");
		assert_in_range(strlen(summary_of(&row)), 64, 66);
	}
}

TEST(smis_that_nobody_counted_are_empty_and_none_counted_is_0)
{
	struct row row = measured();

	row.discard_smi = 64;
	assert_string_equal(under(&row, "discard_smi"), "");
	row.smis_counted = true;
	assert_string_equal(under(&row, "discard_smi"), "64");
	row.discard_smi = 0;
	assert_string_equal(under(&row, "discard_smi"), "0");
}

TEST(a_row_that_never_ran_has_neither_canary_nor_order)
{
	struct row row = measured();

	assert_string_equal(under(&row, "canary"), "700");
	assert_string_equal(under(&row, "order"), "7");
	row.order = 0;
	assert_string_equal(under(&row, "canary"), "");
	assert_string_equal(under(&row, "order"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_measured_row_has_every_number_in_its_place),
		cmocka_unit_test(numbers_stand_under_the_columns_of_their_names),
		cmocka_unit_test(what_no_sample_shows_is_in_every_interval),
		cmocka_unit_test(the_columns_are_the_53_of_the_interface),
		cmocka_unit_test(
			every_kind_of_row_has_as_many_fields_as_there_are_columns),
		cmocka_unit_test(a_skipped_row_has_its_reason_and_no_numbers),
		cmocka_unit_test(belief_is_1_or_0_or_empty),
		cmocka_unit_test(
			an_outlier_is_1_and_what_has_no_two_neighbours_is_empty),
		cmocka_unit_test(a_row_that_did_not_converge_says_0),
		cmocka_unit_test(remote_processors_are_counted),
		cmocka_unit_test(without_a_sweep_param_and_value_are_empty),
		cmocka_unit_test(states_have_the_names_of_the_interface),
		cmocka_unit_test(
			a_line_of_the_summary_has_its_numbers_under_the_heading),
		cmocka_unit_test(a_name_is_whole_however_long),
		cmocka_unit_test(a_name_has_its_targets_where_the_value_is_another),
		cmocka_unit_test(a_row_without_numbers_gives_its_reason_in_the_summary),
		cmocka_unit_test(disbelief_is_loud_in_the_summary),
		cmocka_unit_test(no_number_of_the_summary_moves_the_names),
		cmocka_unit_test(
			a_point_of_a_sweep_is_in_the_summary_but_for_the_usual_pages),
		cmocka_unit_test(
			smis_that_nobody_counted_are_empty_and_none_counted_is_0),
		cmocka_unit_test(a_row_that_never_ran_has_neither_canary_nor_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
