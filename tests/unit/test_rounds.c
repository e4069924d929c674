/* The order in which rows are measured, and when each is done. */
#include "tests/unit/support/rows.h"

#define LOG_MAX 256u

/* Never within 1 %, nor within a tick. */
#define NEVER_NARROW 1000000u

static struct {
	unsigned at[LOG_MAX];       /* index of the row of each chunk */
	unsigned finished[LOG_MAX]; /* how many rows were said to be done */
	uint32_t n[LOG_MAX];        /* pairs that the row had */
	unsigned count;
} chunks;

static uint32_t chunk_number;

static void note_chunk(void *context, struct experiment *experiment, unsigned finished)
{
	assert_ptr_equal(context, &chunks);
	assert_in_range(chunks.count, 0, LOG_MAX - 1);
	chunks.at[chunks.count] = (unsigned)(experiment - rows_of.plan.experiments);
	chunks.finished[chunks.count] = finished;
	chunks.n[chunks.count++] = experiment->samples.n;
}

static void run(uint64_t seed)
{
	chunks.count = 0;
	chunk_number = rows_run(seed, note_chunk, &chunks);
}

static void begin(unsigned rows, uint32_t rounds_at_least)
{
	rows_begin(rounds_at_least);
	for (unsigned i = 0; i < rows; i++)
		(void)rows_add(0);
}

static unsigned chunks_of(unsigned row)
{
	unsigned count = 0;

	for (unsigned i = 0; i < chunks.count; i++)
		count += chunks.at[i] == row;
	return count;
}

TEST(every_row_is_measured_and_done)
{
	begin(10, 1);
	run(1);
	for (unsigned i = 0; i < 10; i++) {
		const struct experiment *const row = &rows_of.plan.experiments[i];

		assert_true(row->finished && row->converged);
		assert_int_equal(chunks_of(i), 1);
		assert_int_equal(row->samples.n, 127);
		assert_in_range(
			sampler_summary(&rows_of.sampler, &row->samples, 1, STEP_NONE)
				.p50,
			(i + 1) * 100000 - 1000, (i + 1) * 100000 + 1000);
	}
}

TEST(no_row_is_done_before_the_rounds_of_the_profile)
{
	static const uint32_t pairs[] = { 127, 255, 511, 1023, 2047, 4095 };

	for (uint32_t rounds = 1; rounds <= COUNT_OF(pairs); rounds++) {
		begin(3, rounds);
		run(1);
		for (unsigned i = 0; i < 3; i++) {
			assert_int_equal(chunks_of(i), rounds);
			assert_int_equal(rows_of.plan.experiments[i].samples.n,
			                 pairs[rounds - 1]);
		}
	}
}

TEST(every_round_takes_each_row_once_in_an_order_of_its_own)
{
	unsigned moved = 0;

	begin(10, 3);
	run(1);
	assert_int_equal(chunks.count, 30);
	for (unsigned round = 0; round < 3; round++) {
		unsigned seen = 0;

		for (unsigned i = 0; i < 10; i++)
			seen |= 1u << chunks.at[10 * round + i];
		assert_int_equal(seen, (1u << 10) - 1);
	}
	for (unsigned i = 0; i < 10; i++) {
		moved += chunks.at[i] != i;
		moved += chunks.at[i] != chunks.at[20 + i];
	}
	assert_in_range(moved, 5, 20);
}

TEST(every_second_round_is_the_one_before_it_turned_round)
{
	for (unsigned rows = 1; rows <= ROWS_MAX; rows++) {
		begin(rows, 4);
		run(7);
		for (unsigned pair = 0; pair < 2; pair++)
			for (unsigned i = 0; i < rows; i++)
				assert_int_equal(
					chunks.at[2 * pair * rows + i],
					chunks.at[2 * (pair + 1) * rows - 1 - i]);
	}
}

TEST(the_same_seed_gives_the_same_order_and_another_another)
{
	unsigned first[30], other[30];

	begin(10, 3);
	run(42);
	memcpy(first, chunks.at, sizeof first);
	begin(10, 3);
	run(43);
	memcpy(other, chunks.at, sizeof other);
	begin(10, 3);
	run(42);
	assert_memory_equal(chunks.at, first, sizeof first);
	assert_memory_not_equal(chunks.at, other, sizeof other);
}

/* A place that comes back from so many pieces of work, and from no more. */
static struct {
	struct place place;
	unsigned done, most;
} elsewhere;

static bool run_elsewhere(const struct place *place, place_work *work, void *argument)
{
	assert_ptr_equal(place, &elsewhere.place);
	if (elsewhere.done == elsewhere.most)
		return false;
	elsewhere.done++;
	work(argument);
	return true;
}

static void measure_elsewhere(unsigned most)
{
	elsewhere.place.run = run_elsewhere;
	elsewhere.done = 0;
	elsewhere.most = most;
	rows_place = &elsewhere.place;
	run(1);
	rows_place = NULL;
}

TEST(what_another_processor_measures_comes_out_the_same)
{
	struct experiment here[5];

	begin(5, 2);
	run(1);
	memcpy(here, rows_of.plan.experiments, sizeof here);
	begin(5, 2);
	measure_elsewhere(1000);
	assert_int_equal(elsewhere.done, 10);
	assert_int_equal(chunks.count, 10);
	for (unsigned i = 0; i < 5; i++) {
		const struct experiment *const row = &rows_of.plan.experiments[i];

		assert_true(row->converged && !row->unanswered);
		assert_int_equal(row->order, here[i].order);
		assert_int_equal(row->samples.n, here[i].samples.n);
		assert_int_equal(row->frequency_probe_count,
		                 here[i].frequency_probe_count);
		assert_memory_equal(row->probes, here[i].probes, sizeof row->probes);
	}
}

/* The first round comes home, and one row of the second. */
TEST(rows_that_a_processor_did_not_come_back_from_have_nothing_and_are_done)
{
	unsigned unanswered = 0;

	begin(5, 2);
	measure_elsewhere(6);
	assert_int_equal(elsewhere.done, 6);
	for (unsigned i = 0; i < 5; i++) {
		const struct experiment *const row = &rows_of.plan.experiments[i];

		assert_true(row->finished);
		assert_true(row->unanswered == (row->samples.n == 0));
		assert_true(row->unanswered != row->converged);
		unanswered += row->unanswered;
	}
	assert_int_equal(unanswered, 4);
}

TEST(a_row_that_is_skipped_is_not_run)
{
	begin(5, 2);
	rows_of.plan.experiments[1].skip = "pge";
	rows_of.plan.experiments[4].skip = "memory";
	run(1);
	assert_int_equal(chunks.count, 6);
	for (unsigned i = 0; i < 5; i++) {
		const struct experiment *const row = &rows_of.plan.experiments[i];
		const bool skipped = i == 1 || i == 4;

		assert_int_equal(chunks_of(i), skipped ? 0 : 2);
		assert_int_equal(row->order == 0, skipped);
		assert_int_equal(row->samples.n == 0, skipped);
		/* Behind the two windows of the probe. */
		assert_int_equal(synthetic.windows[2 + 2 * i].runs == 0, skipped);
	}
}

static struct {
	unsigned begun, ended;
	uint64_t runs_at_begin, runs_at_end; /* of the row's first window */
} shape_log;

static uint64_t runs_of_first(void)
{
	return synthetic.windows[2].runs;
}

static void note_begin(struct experiment *experiment)
{
	(void)experiment;
	assert_int_equal(shape_log.begun, shape_log.ended);
	shape_log.begun++;
	shape_log.runs_at_begin = runs_of_first();
}

static void note_end(struct experiment *experiment)
{
	(void)experiment;
	assert_int_equal(shape_log.begun, shape_log.ended + 1);
	assert_true(runs_of_first() > shape_log.runs_at_begin);
	shape_log.ended++;
	shape_log.runs_at_end = runs_of_first();
}

/* The warm-up is inside of the first chunk. */
TEST(a_shape_is_told_around_every_chunk)
{
	static const struct shape shape = { .begin = note_begin, .end = note_end };

	begin(2, 3);
	memset(&shape_log, 0, sizeof shape_log);
	rows_of.plan.experiments[0].spec.shape = &shape;
	run(1);
	assert_int_equal(shape_log.begun, 3);
	assert_int_equal(shape_log.ended, 3);
	assert_int_equal(shape_log.runs_at_end, runs_of_first());
	assert_int_equal(runs_of_first(), 8 + 511);
}

TEST(a_plan_without_rows_to_run_ends_at_once)
{
	begin(2, 2);
	rows_of.plan.experiments[0].skip = rows_of.plan.experiments[1].skip = "pge";
	run(1);
	assert_int_equal(chunks.count, 0);
	rows_begin(2);
	run(1);
	assert_int_equal(chunks.count, 0);
}

TEST(a_row_that_never_converges_ends_with_its_pairs_and_holds_up_no_other)
{
	begin(3, 1);

	struct experiment *const wild = rows_add(NEVER_NARROW);

	wild->samples.capacity = 1000;
	run(1);
	assert_true(wild->finished);
	assert_false(wild->converged);
	assert_int_equal(wild->samples.n, 1000);
	/* 127, 255, 511 and what is left. */
	assert_int_equal(chunks_of(3), 4);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(chunks_of(i), 1);
}

/* Row 0 costs 100 ticks, of which 1 % are one. */
TEST(what_a_machine_does_not_repeat_has_not_converged_and_takes_no_longer)
{
	static const struct {
		uint32_t unrepeated; /* thousandths of a percent */
		bool converges;
	} known[] = {
		{ 0, true }, { 1001, false }, { 9948000, false }, { 1000, true }
	};

	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		begin(1, 2);
		rows_of.sampler.unrepeated = known[i].unrepeated;
		rows_of.sampler.unrepeated_ticks = INT64_MAX;
		run(1);
		assert_int_equal(rows_of.plan.experiments[0].converged,
		                 known[i].converges);
		assert_true(rows_of.plan.experiments[0].finished);
		assert_int_equal(rows_of.plan.experiments[0].samples.n, 255);
	}
}

/* 20 % of nothing, or of 5 ticks, are no more than a tick; of 6 they are. */
TEST(of_a_cost_that_is_small_enough_a_tick_is_as_much_as_is_not_repeated)
{
	for (uint32_t ticks = 0; ticks <= 8; ticks++) {
		begin(1, 1);
		rows_of.plan.experiments[0].pair =
			calibration_pair(&synthetic.source, CALIBRATION_NOP, ticks);
		synthetic.noise = 0;
		rows_of.sampler.unrepeated = 20000;
		rows_of.sampler.unrepeated_ticks = INT64_MAX;
		run(1);
		assert_int_equal(rows_of.plan.experiments[0].converged, ticks <= 5);
	}
}

/* Row 0 costs 100 ticks, of which 1.5 % are more than 1 %, and a tick is not. */
TEST(what_is_not_repeated_of_a_cheap_row_is_nothing_to_a_dear_one)
{
	for (int64_t milli = 999; milli <= 1001; milli++) {
		begin(1, 2);
		rows_of.sampler.unrepeated = 1500;
		rows_of.sampler.unrepeated_ticks = milli;
		run(1);
		assert_int_equal(rows_of.plan.experiments[0].converged, milli <= 1000);
	}
}

TEST(a_row_that_never_converges_ends_with_its_time)
{
	begin(0, 1);

	struct experiment *const wild = rows_add(NEVER_NARROW);

	rows_of.sampler.ticks_per_row = 100000;
	run(1);
	assert_true(wild->finished);
	assert_false(wild->converged);
	assert_in_range(wild->samples.n, 1, ROWS_PAIRS - 1);
	assert_true(wild->samples.ticks_used >= 100000);
}

TEST(a_row_whose_pairs_are_used_up_need_not_wait_for_the_rounds)
{
	begin(1, 6);
	rows_of.plan.experiments[0].samples.capacity = 31;
	run(1);
	assert_int_equal(chunks_of(0), 1);
	assert_true(rows_of.plan.experiments[0].finished);
	assert_true(rows_of.plan.experiments[0].converged);
}

TEST(chunks_of_a_row_grow_to_twice_and_one)
{
	begin(1, 1);

	(void)rows_add(NEVER_NARROW);
	run(1);

	uint32_t goal = 0;

	for (unsigned i = 0; i < chunks.count; i++) {
		if (chunks.at[i] != 1)
			continue;
		assert_int_equal(chunks.n[i], goal);
		goal = goal == 0 ? 127 : 2 * goal + 1;
	}
	assert_int_equal(rows_of.plan.experiments[1].samples.n, ROWS_PAIRS);
}

TEST(the_order_of_a_row_is_the_number_of_its_first_chunk)
{
	begin(6, 2);
	run(3);
	assert_int_equal(chunk_number, 12);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(rows_of.plan.experiments[chunks.at[i]].order, i + 1);
}

TEST(every_chunk_has_a_probe_of_its_own)
{
	begin(4, 2);
	run(3);
	assert_int_equal(rows_of.probe.count, 8);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(rows_of.probe.chunks[i], i + 1);
		/* 256 multiplications of 2.1 ticks. */
		assert_in_range(rows_of.probe.ticks[i], 535, 540);
	}
	for (unsigned i = 0; i < 4; i++) {
		const struct experiment *const row = &rows_of.plan.experiments[i];

		assert_int_equal(row->frequency_probe_count, 2);
		assert_int_equal(row->probes[0], rows_of.probe.ticks[row->order - 1]);
	}
}

TEST(a_row_is_warmed_up_once_only)
{
	begin(1, 3);
	run(1);
	assert_int_equal(synthetic.windows[2].runs, 8 + 511);
}

TEST(the_rows_said_to_be_done_are_those_that_are)
{
	begin(4, 1);
	rows_of.plan.experiments[2].skip = "pge";
	rows_add(NEVER_NARROW)->samples.capacity = 1000;
	run(1);
	for (unsigned i = 0; i < 4; i++) {
		unsigned done = 1; /* the row that is skipped */

		for (unsigned k = 0; k < i; k++)
			done += chunks.at[k] != 4;
		assert_int_equal(chunks.finished[i], done);
	}
	for (unsigned i = 4; i < chunks.count; i++)
		assert_int_equal(chunks.finished[i], 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_measured_and_done),
		cmocka_unit_test(no_row_is_done_before_the_rounds_of_the_profile),
		cmocka_unit_test(
			every_round_takes_each_row_once_in_an_order_of_its_own),
		cmocka_unit_test(every_second_round_is_the_one_before_it_turned_round),
		cmocka_unit_test(
			the_same_seed_gives_the_same_order_and_another_another),
		cmocka_unit_test(what_another_processor_measures_comes_out_the_same),
		cmocka_unit_test(
			rows_that_a_processor_did_not_come_back_from_have_nothing_and_are_done),
		cmocka_unit_test(a_row_that_is_skipped_is_not_run),
		cmocka_unit_test(a_shape_is_told_around_every_chunk),
		cmocka_unit_test(a_plan_without_rows_to_run_ends_at_once),
		cmocka_unit_test(
			a_row_that_never_converges_ends_with_its_pairs_and_holds_up_no_other),
		cmocka_unit_test(
			what_a_machine_does_not_repeat_has_not_converged_and_takes_no_longer),
		cmocka_unit_test(
			of_a_cost_that_is_small_enough_a_tick_is_as_much_as_is_not_repeated),
		cmocka_unit_test(
			what_is_not_repeated_of_a_cheap_row_is_nothing_to_a_dear_one),
		cmocka_unit_test(a_row_that_never_converges_ends_with_its_time),
		cmocka_unit_test(
			a_row_whose_pairs_are_used_up_need_not_wait_for_the_rounds),
		cmocka_unit_test(chunks_of_a_row_grow_to_twice_and_one),
		cmocka_unit_test(the_order_of_a_row_is_the_number_of_its_first_chunk),
		cmocka_unit_test(every_chunk_has_a_probe_of_its_own),
		cmocka_unit_test(a_row_is_warmed_up_once_only),
		cmocka_unit_test(the_rows_said_to_be_done_are_those_that_are),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
