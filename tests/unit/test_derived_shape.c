/* Rows that read another row's samples again. */
#include "bench/harness/experiment/derived_shape.h"
#include "tests/unit/support/rows.h"

static unsigned chunks[ROWS_MAX];

/* cppcheck-suppress constParameter ; rounds_run() hands out what it may change */
static void note_chunk(void *context, struct experiment *experiment, unsigned finished)
{
	(void)context;
	(void)finished;
	chunks[experiment - rows_of.plan.experiments]++;
}

static void run(uint64_t seed)
{
	memset(chunks, 0, sizeof chunks);
	(void)rows_run(seed, note_chunk, NULL);
}

static void begin(unsigned rows, uint32_t rounds_at_least)
{
	rows_begin(rounds_at_least);
	for (unsigned i = 0; i < rows; i++)
		(void)rows_add(0);
}

TEST(a_row_that_reads_another_one_again_is_not_run_and_has_its_samples)
{
	begin(4, 2);

	struct experiment *const again = &rows_of.plan.experiments[3];
	const struct experiment *const read = &rows_of.plan.experiments[1];

	again->spec.shape = &shape_derived;
	again->spec.back = 2;
	assert_null(shape_derived.equip(&rows_of.plan, again));
	run(1);
	assert_int_equal(chunks[3], 0);
	assert_int_equal(chunks[1], 2);
	assert_ptr_equal(again->samples.b, read->samples.b);
	assert_int_equal(again->samples.n, read->samples.n);
	assert_int_equal(again->order, read->order);
	assert_int_equal(again->converged, read->converged);
	assert_int_equal(again->frequency_probe_count, read->frequency_probe_count);
	assert_memory_equal(again->probes, read->probes, sizeof again->probes);
	assert_int_equal(rows_of.plan.experiments[0].samples.n, read->samples.n);
	assert_ptr_not_equal(rows_of.plan.experiments[0].samples.b, read->samples.b);
}

TEST(a_row_that_reads_one_that_is_skipped_is_skipped_for_the_same_reason)
{
	begin(2, 1);
	rows_of.plan.experiments[0].skip = "memory";
	rows_of.plan.experiments[1].spec.back = 1;
	assert_string_equal(
		shape_derived.equip(&rows_of.plan, &rows_of.plan.experiments[1]),
		"memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_row_that_reads_another_one_again_is_not_run_and_has_its_samples),
		cmocka_unit_test(
			a_row_that_reads_one_that_is_skipped_is_skipped_for_the_same_reason),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
