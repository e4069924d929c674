/* Whether the pieces in which a row was measured agree. */
#include "tests/unit/support/rows.h"

static void run(void)
{
	(void)rows_run(1, NULL, NULL);
}

static uint32_t a[600], b[600];
static struct samples samples;
static struct chunks chunks;

/* Two chunks of 127 and 200 pairs, alternately a tick more and less than those costs.
 */
static struct spread spread_of(uint32_t first, uint32_t second, uint32_t divisor)
{
	const struct sampler sampler = synthetic_sampler();

	samples = (struct samples){ .a = a, .b = b, .n = 327 };
	chunks = (struct chunks){ 0 };
	for (uint32_t i = 0; i < samples.n; i++) {
		a[i] = 1000;
		b[i] = 1000 + (i < 127 ? first : second) - 1 + 2 * (i % 2);
	}
	chunks_note(&chunks, 127);
	chunks_note(&chunks, 327);
	return chunks_spread(&sampler, &samples, &chunks, divisor, STEP_NONE);
}

TEST(chunks_whose_intervals_overlap_agree)
{
	const struct spread spread = spread_of(100, 102, 1);

	assert_true(spread.known && spread.agree);
	assert_in_range(spread.size, 0, 4000);
}

TEST(chunks_that_differ_by_more_than_a_percent_do_not)
{
	const struct spread spread = spread_of(1000, 1200, 1);

	assert_true(spread.known);
	assert_false(spread.agree);
	assert_in_range(spread.size, 198000, 202000);
	assert_false(spread_of(1200, 1000, 1).agree);
}

TEST(chunks_that_differ_by_less_than_a_percent_agree)
{
	assert_true(spread_of(10000, 10080, 1).agree);
	assert_false(spread_of(10000, 10120, 1).agree);
}

TEST(the_spread_is_divided_like_the_cost)
{
	const struct spread spread = spread_of(1000, 1640, 64);

	assert_false(spread.agree);
	assert_in_range(spread.size, 9900, 10100);
	assert_true(spread_of(10000, 10080, 64).agree);
}

TEST(one_chunk_or_a_handful_of_samples_agree_with_all)
{
	const struct sampler sampler = synthetic_sampler();
	struct spread spread;

	(void)spread_of(1000, 1200, 1);
	chunks.ends[1] = 127 + 7;
	spread = chunks_spread(&sampler, &samples, &chunks, 1, STEP_NONE);
	assert_true(spread.agree);
	assert_false(spread.known);
	chunks.count = 1;
	assert_false(chunks_spread(&sampler, &samples, &chunks, 1, STEP_NONE).known);
}

TEST(more_chunks_than_are_kept_make_the_last_longer)
{
	chunks = (struct chunks){ 0 };
	for (uint32_t i = 1; i <= CHUNKS + 3; i++)
		chunks_note(&chunks, 10 * i);
	assert_int_equal(chunks.count, CHUNKS);
	assert_int_equal(chunks.ends[CHUNKS - 2], 10 * (CHUNKS - 1));
	assert_int_equal(chunks.ends[CHUNKS - 1], 10 * (CHUNKS + 3));
}

/* Narrow inside of each of the two chunks, which differ by 5 %. */
TEST(a_row_that_changes_between_its_chunks_is_not_converged)
{
	for (unsigned changes = 0; changes < 2; changes++) {
		rows_begin(2);

		struct experiment *const row = rows_add(0);

		/* So few in the second that the interval is within the first. */
		row->samples.capacity = 167;
		synthetic.slower_at = 14 + 16 + 2 * 127;
		synthetic.slower_by = changes != 0 ? 50 : 0;
		run();
		assert_int_equal(row->chunks.count, 2);
		assert_int_equal(row->chunks.ends[0], 127);
		assert_int_equal(row->chunks.ends[1], 167);
		assert_true(row->finished);
		assert_int_equal(row->converged, changes == 0);

		const struct row line = plan_row(&rows_of.plan, row, &rows_of.sampler,
		                                 BELIEVED_UNKNOWN);

		assert_true(line.has_spread);
		assert_in_range(line.spread, changes * 4000, changes * 6000 + 1000);
	}
}

/* Every sample is off by the same: more of them do not make the interval narrower. */
TEST(a_row_whose_samples_may_all_be_off_says_so_in_its_interval)
{
	static const unsigned ticks[] = { 0, 1, 40 }; /* of a cost of 100 */

	for (unsigned i = 0; i < COUNT_OF(ticks); i++) {
		rows_begin(2);

		struct experiment *const row = rows_add(0);

		row->samples.capacity = 167;
		row->off_by = ticks[i];
		run();

		const struct row line = plan_row(&rows_of.plan, row, &rows_of.sampler,
		                                 BELIEVED_UNKNOWN);
		const int64_t width = line.estimate.hi - line.estimate.lo;

		assert_true(row->converged);
		assert_int_equal(line.converged, ticks[i] == 0);
		assert_true(width >= 2000 * (int64_t)ticks[i]);
		assert_int_equal(line.cost.ci99_hi - line.cost.ci99_lo, width);
		assert_true(line.cost.ci95_hi - line.cost.ci95_lo <= width);
		assert_int_equal(line.estimate.cost, line.cost.p50);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_whose_intervals_overlap_agree),
		cmocka_unit_test(chunks_that_differ_by_more_than_a_percent_do_not),
		cmocka_unit_test(chunks_that_differ_by_less_than_a_percent_agree),
		cmocka_unit_test(the_spread_is_divided_like_the_cost),
		cmocka_unit_test(one_chunk_or_a_handful_of_samples_agree_with_all),
		cmocka_unit_test(more_chunks_than_are_kept_make_the_last_longer),
		cmocka_unit_test(
			a_row_that_changes_between_its_chunks_is_not_converged),
		cmocka_unit_test(
			a_row_whose_samples_may_all_be_off_says_so_in_its_interval),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
