/* The pool of frames: runs, alignment, zeroing, and an end that is reported. */
#include "tests/unit/support/arena.h"

TEST(frames_come_one_after_the_other)
{
	struct frame_pool pool = arena_pool(3);

	assert_int_equal(frame_alloc(&pool), ARENA_BASE);
	assert_int_equal(frame_alloc(&pool), ARENA_BASE + 0x1000);
	assert_int_equal(frame_alloc(&pool), ARENA_BASE + 0x2000);
}

TEST(an_empty_pool_gives_0_and_stays_empty)
{
	struct frame_pool pool = arena_pool(1);

	assert_int_equal(frame_alloc(&pool), ARENA_BASE);
	assert_int_equal(frame_alloc(&pool), 0);
	assert_int_equal(frame_alloc(&pool), 0);
	assert_int_equal(pool.next, pool.limit);
}

TEST(every_word_of_a_run_is_zero_and_none_behind_it)
{
	struct frame_pool pool = arena_pool(8);

	assert_int_equal(frame_alloc_run(&pool, 3, PAGE_BYTES), ARENA_BASE);
	for (unsigned frame = 0; frame < 8; frame++)
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			assert_int_equal(arena[frame][i],
			                 frame < 3 ? 0 : ARENA_RUBBISH);
}

TEST(a_run_begins_at_its_alignment_and_what_is_skipped_is_lost)
{
	struct frame_pool pool = arena_pool(2048);

	assert_int_equal(frame_alloc(&pool), ARENA_BASE);
	assert_int_equal(frame_alloc_run(&pool, 512, 0x200000), ARENA_BASE + 0x200000);
	assert_int_equal(frame_alloc(&pool), ARENA_BASE + 0x400000);
}

TEST(a_run_that_is_aligned_already_skips_nothing)
{
	struct frame_pool pool = arena_pool(512);

	assert_int_equal(frame_alloc_run(&pool, 512, 0x200000), ARENA_BASE);
	assert_int_equal(pool.next, pool.limit);
}

TEST(a_run_may_take_the_last_frame_but_not_one_more)
{
	struct frame_pool pool = arena_pool(4);

	assert_int_equal(frame_alloc_run(&pool, 5, PAGE_BYTES), 0);
	assert_int_equal(pool.next, ARENA_BASE);
	assert_int_equal(frame_alloc_run(&pool, 4, PAGE_BYTES), ARENA_BASE);
}

TEST(a_run_whose_alignment_lies_behind_the_pool_takes_nothing)
{
	struct frame_pool pool = arena_pool(4);

	assert_int_equal(frame_alloc(&pool), ARENA_BASE);
	assert_int_equal(frame_alloc_run(&pool, 1, 0x200000), 0);
	assert_int_equal(pool.next, ARENA_BASE + 0x1000);
}

TEST(a_count_whose_bytes_exceed_64_bits_takes_nothing)
{
	struct frame_pool pool = arena_pool(4);

	assert_int_equal(frame_alloc_run(&pool, UINT64_C(1) << 52, PAGE_BYTES), 0);
	assert_int_equal(frame_alloc_run(&pool, (UINT64_C(1) << 52) + 1, PAGE_BYTES),
	                 0);
	assert_int_equal(frame_alloc_run(&pool, UINT64_MAX, PAGE_BYTES), 0);
	assert_int_equal(pool.next, ARENA_BASE);
}

TEST(aligning_the_last_addresses_does_not_wrap_to_0)
{
	struct frame_pool pool = {
		.next = UINT64_C(0xfffffffffffff000),
		.limit = UINT64_C(0xfffffffffffff000),
		.table_at = arena_table_at,
	};

	assert_int_equal(frame_alloc_run(&pool, 1, 0x200000), 0);
	assert_int_equal(pool.next, UINT64_C(0xfffffffffffff000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_one_after_the_other),
		cmocka_unit_test(an_empty_pool_gives_0_and_stays_empty),
		cmocka_unit_test(every_word_of_a_run_is_zero_and_none_behind_it),
		cmocka_unit_test(
			a_run_begins_at_its_alignment_and_what_is_skipped_is_lost),
		cmocka_unit_test(a_run_that_is_aligned_already_skips_nothing),
		cmocka_unit_test(a_run_may_take_the_last_frame_but_not_one_more),
		cmocka_unit_test(
			a_run_whose_alignment_lies_behind_the_pool_takes_nothing),
		cmocka_unit_test(a_count_whose_bytes_exceed_64_bits_takes_nothing),
		cmocka_unit_test(aligning_the_last_addresses_does_not_wrap_to_0),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
