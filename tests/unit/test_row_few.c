/* Rows of so few samples that there is no interval of the median. */
#include "lib/stream/row.h"

#include "tests/unit/support/unit.h"

static struct line line;

static struct row measured(uint32_t n)
{
	return (struct row){
		.key.bench = "single_op",
		.key.op = "invlpg",
		.key.variant = "marginal",
		.status = ROW_OK,
		.unit = "ticks",
		.cost = { .n = n,
		          .p50 = 5500,
		          .mad = 250,
		          .ci95_lo = 10,
		          .ci95_hi = 11,
		          .ci99_lo = 12,
		          .ci99_hi = 13 },
		.a_min = 100,
		.believed = BELIEVED_YES,
		.order = 7,
		.estimate = { ESTIMATOR_HUBER, 5250, 4875, 5750 },
	};
}

static void assert_csv_has(uint32_t n, const char *fields)
{
	const struct row row = measured(n);

	row_to_csv(&row, &line);
	assert_non_null(strstr(line_text(&line), fields));
}

/* mad, ci95_lo, ci95_hi, ci99_lo, ci99_hi, a_min */
TEST(too_few_values_have_no_interval)
{
	assert_csv_has(8, ",0.250,0.010,0.011,0.012,0.013,100,");
	assert_csv_has(7, ",0.250,0.010,0.011,,,100,");
	assert_csv_has(6, ",0.250,0.010,0.011,,,100,");
	assert_csv_has(5, ",0.250,,,,,100,");
	assert_csv_has(8, ",7,5.250,4.875,5.750,huber,");
	assert_csv_has(7, ",7,5.250,,,huber,");
}

TEST(the_summary_has_a_dash_for_each_end)
{
	struct row row = measured(7);

	row_to_summary(&row, &line);
	assert_non_null(strstr(line_text(&line), "5.250         -         -  yes"));
	row.cost.n = 8;
	row_to_summary(&row, &line);
	assert_non_null(strstr(line_text(&line), "5.250     4.875     5.750  yes"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_few_values_have_no_interval),
		cmocka_unit_test(the_summary_has_a_dash_for_each_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
