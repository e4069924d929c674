/* Offsets of clocks by causality alone, against clocks whose offset is known. */
#include "bench/harness/smp/tsc_offset.h"
#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

/* One exchange at that time: B is ahead by offset, both ways take as long as said. */
static void exchange(struct tsc_offset *known, uint64_t at, int64_t offset,
                     uint64_t there, uint64_t back)
{
	tsc_offset_add(known, at, at + there + (uint64_t)offset, at + there + back);
}

TEST(one_round_bounds_by_both_ways)
{
	struct tsc_offset known = { 0 };

	assert_false(tsc_offset_valid(&known));
	exchange(&known, 1000, 50, 30, 70);
	assert_true(tsc_offset_valid(&known));
	assert_int_equal(known.lo, 50 - 70);
	assert_int_equal(known.hi, 50 + 30);
}

TEST(a_quicker_way_narrows_and_a_slower_one_changes_nothing)
{
	struct tsc_offset known = { 0 };

	exchange(&known, 1000, -7, 100, 100);
	exchange(&known, 2000, -7, 20, 500);
	exchange(&known, 3000, -7, 500, 10);
	exchange(&known, 4000, -7, 900, 900);
	assert_int_equal(known.rounds, 4);
	assert_int_equal(known.lo, -7 - 10);
	assert_int_equal(known.hi, -7 + 20);
}

TEST(the_true_offset_is_never_left_out)
{
	struct random random = { 5 };

	for (unsigned trial = 0; trial < 200; trial++) {
		const int64_t offset =
			(int64_t)random_below(&random, 2000000) - 1000000;
		struct tsc_offset known = { 0 };

		for (unsigned round = 0; round < 100; round++)
			exchange(&known, random_next(&random), offset,
			         random_below(&random, 500) + 1,
			         random_below(&random, 500) + 1);
		assert_true(tsc_offset_valid(&known));
		assert_true(known.lo <= offset && offset <= known.hi);
		assert_true(known.hi - known.lo < 200);
	}
}

TEST(clocks_that_drift_apart_leave_an_empty_interval)
{
	struct tsc_offset known = { 0 };

	exchange(&known, 1000, 0, 10, 10);
	assert_true(tsc_offset_valid(&known));
	exchange(&known, 2000, 100, 10, 10);
	assert_false(tsc_offset_valid(&known));
}

TEST(stamps_around_the_end_of_64_bits_are_as_good)
{
	struct tsc_offset known = { 0 };

	exchange(&known, UINT64_MAX - 5, 3, 10, 10);
	assert_int_equal(known.lo, -7);
	assert_int_equal(known.hi, 13);
}

TEST(two_offsets_give_a_third_as_wide_as_both)
{
	const struct tsc_offset a = { .rounds = 9, .lo = -5, .hi = 5 };
	const struct tsc_offset b = { .rounds = 4, .lo = 100, .hi = 120 };
	const struct tsc_offset none = { 0 };
	const struct tsc_offset empty = { .rounds = 4, .lo = 1, .hi = 0 };
	const struct tsc_offset between = tsc_offset_between(&a, &b);

	assert_int_equal(between.rounds, 4);
	assert_int_equal(between.lo, 95);
	assert_int_equal(between.hi, 125);
	assert_int_equal(tsc_offset_between(&a, &none).rounds, 0);
	assert_int_equal(tsc_offset_between(&empty, &b).rounds, 0);
}

TEST(the_truth_is_within_half_of_the_interval_around_its_middle)
{
	static const int64_t ends[][2] = {
		{ -5, 5 }, { -5, 6 }, { 95, 126 }, { -8, -1 }, { 3, 3 }
	};

	for (unsigned i = 0; i < COUNT_OF(ends); i++) {
		const struct tsc_offset offset = { 1, ends[i][0], ends[i][1] };
		const int64_t middle = tsc_offset_middle(&offset);
		const int64_t half = (int64_t)tsc_offset_half(&offset);

		assert_true(middle - half <= offset.lo && middle + half >= offset.hi);
		assert_in_range(2 * half, offset.hi - offset.lo,
		                offset.hi - offset.lo + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_round_bounds_by_both_ways),
		cmocka_unit_test(
			a_quicker_way_narrows_and_a_slower_one_changes_nothing),
		cmocka_unit_test(the_true_offset_is_never_left_out),
		cmocka_unit_test(clocks_that_drift_apart_leave_an_empty_interval),
		cmocka_unit_test(stamps_around_the_end_of_64_bits_are_as_good),
		cmocka_unit_test(two_offsets_give_a_third_as_wide_as_both),
		cmocka_unit_test(
			the_truth_is_within_half_of_the_interval_around_its_middle),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
