/* Walking and mapping: where a walk ends, what is built on the way, what is refused. */
#include "paging/walk.h"

#include "tests/unit/support/arena.h"

/* PML4 36, PDPT 209, PD 179, PT 393. */
#define VA UINT64_C(0x1234567891a8)
#define TABLE_FLAGS UINT64_C(0x27) /* present, writable, user, accessed */

static struct frame_pool pool;
static uint64_t root;

/* A pool with so many frames besides the root. */
static int fresh(uint64_t frames)
{
	pool = arena_pool(frames + 1);
	root = frame_alloc(&pool);
	return root == ARENA_BASE ? 0 : -1;
}

TEST(index_takes_nine_bits_per_level)
{
	assert_int_equal(level_index(VA, LEVEL_PML4), 36);
	assert_int_equal(level_index(VA, LEVEL_PDPT), 209);
	assert_int_equal(level_index(VA, LEVEL_PD), 179);
	assert_int_equal(level_index(VA, LEVEL_PT), 393);
}

TEST(index_of_the_upper_half_begins_at_256)
{
	assert_int_equal(level_index(UINT64_C(0xffff800000000000), LEVEL_PML4), 256);
	assert_int_equal(level_index(UINT64_MAX, LEVEL_PML4), 511);
	assert_int_equal(level_index(UINT64_MAX, LEVEL_PT), 511);
}

TEST(spans_are_4k_2m_1g_512g)
{
	assert_int_equal(level_span(LEVEL_PT), 0x1000);
	assert_int_equal(level_span(LEVEL_PD), 0x200000);
	assert_int_equal(level_span(LEVEL_PDPT), 0x40000000);
	assert_int_equal(level_span(LEVEL_PML4), 0x8000000000);
}

TEST(ps_makes_a_leaf_of_a_pde_and_a_pdpte_but_never_of_a_pml4e)
{
	assert_true(pte_is_leaf(0, LEVEL_PT));
	assert_false(pte_is_leaf(0x7f, LEVEL_PD));
	assert_true(pte_is_leaf(0x80, LEVEL_PD));
	assert_true(pte_is_leaf(0x80, LEVEL_PDPT));
	assert_false(pte_is_leaf(0x80, LEVEL_PML4));
}

TEST(walk_of_an_empty_root_ends_at_the_pml4)
{
	fresh(0);

	const struct walk walk = walk_find(&pool, root, VA, LEVEL_PT);

	assert_int_equal(walk.level, LEVEL_PML4);
	assert_ptr_equal(walk.entry, &arena[0][36]);
}

TEST(map_4k_builds_three_tables_and_one_leaf)
{
	fresh(3);
	assert_int_equal(
		walk_map(&pool, root, VA, 0xabc000, PTE_WRITABLE | PTE_NX, LEVEL_PT),
		ERR_NONE);
	assert_int_equal(pool.next, pool.limit);
	assert_int_equal(arena[0][36], (ARENA_BASE + 0x1000) | TABLE_FLAGS);
	assert_int_equal(arena[1][209], (ARENA_BASE + 0x2000) | TABLE_FLAGS);
	assert_int_equal(arena[2][179], (ARENA_BASE + 0x3000) | TABLE_FLAGS);
	assert_int_equal(arena[3][393], UINT64_C(0x8000000000abc003));
}

TEST(map_writes_no_other_entry)
{
	unsigned used = 0;

	fresh(3);
	assert_int_equal(walk_map(&pool, root, VA, 0xabc000, 0, LEVEL_PT), ERR_NONE);
	for (unsigned table = 0; table < 4; table++)
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			used += arena[table][i] != 0;
	assert_int_equal(used, 4);
}

TEST(map_2m_sets_ps_and_ends_the_walk_at_the_pd)
{
	fresh(2);
	assert_int_equal(walk_map(&pool, root, VA, 0x7fe00000, PTE_GLOBAL, LEVEL_PD),
	                 ERR_NONE);
	assert_int_equal(pool.next, pool.limit);

	const struct walk walk = walk_find(&pool, root, VA, LEVEL_PT);

	assert_int_equal(walk.level, LEVEL_PD);
	assert_int_equal(*walk.entry, 0x7fe00181);
}

TEST(map_1g_sets_ps_and_ends_the_walk_at_the_pdpt)
{
	fresh(1);
	assert_int_equal(
		walk_map(&pool, root, VA, 0x80000000, PTE_WRITABLE, LEVEL_PDPT),
		ERR_NONE);
	assert_int_equal(pool.next, pool.limit);

	const struct walk walk = walk_find(&pool, root, VA, LEVEL_PT);

	assert_int_equal(walk.level, LEVEL_PDPT);
	assert_int_equal(*walk.entry, 0x80000083);
}

TEST(second_page_of_a_table_takes_no_frame)
{
	fresh(3);
	assert_int_equal(walk_map(&pool, root, VA, 0x1000, 0, LEVEL_PT), ERR_NONE);
	assert_int_equal(walk_map(&pool, root, VA + 0x1000, 0x2000, 0, LEVEL_PT),
	                 ERR_NONE);
	assert_int_equal(arena[3][393], 0x1001);
	assert_int_equal(arena[3][394], 0x2001);
}

TEST(map_replaces_the_leaf_that_is_there)
{
	fresh(3);
	assert_int_equal(walk_map(&pool, root, VA, 0x1000, PTE_WRITABLE, LEVEL_PT),
	                 ERR_NONE);
	assert_int_equal(walk_map(&pool, root, VA, 0x2000, 0, LEVEL_PT), ERR_NONE);
	assert_int_equal(arena[3][393], 0x2001);
}

TEST(map_refuses_to_split_a_2m_page)
{
	fresh(8);
	assert_int_equal(walk_map(&pool, root, VA, 0x200000, 0, LEVEL_PD), ERR_NONE);

	const uint64_t next = pool.next;

	assert_int_equal(walk_map(&pool, root, VA, 0x1000, 0, LEVEL_PT),
	                 ERR_LARGER_PAGE);
	assert_int_equal(pool.next, next);
	assert_int_equal(*walk_find(&pool, root, VA, LEVEL_PT).entry, 0x200081);
}

TEST(map_refuses_to_split_a_1g_page)
{
	fresh(8);
	assert_int_equal(walk_map(&pool, root, VA, 0x40000000, 0, LEVEL_PDPT),
	                 ERR_NONE);
	assert_int_equal(walk_map(&pool, root, VA, 0x1000, 0, LEVEL_PT),
	                 ERR_LARGER_PAGE);
	assert_int_equal(walk_map(&pool, root, VA, 0x200000, 0, LEVEL_PD),
	                 ERR_LARGER_PAGE);
	assert_int_equal(*walk_find(&pool, root, VA, LEVEL_PT).entry, 0x40000081);
}

TEST(map_reports_an_empty_pool_at_every_level)
{
	for (uint64_t frames = 0; frames < 3; frames++) {
		fresh(frames);
		assert_int_equal(walk_map(&pool, root, VA, 0x1000, 0, LEVEL_PT),
		                 ERR_NO_MEMORY);
	}
}

TEST(map_goes_on_where_an_empty_pool_stopped_it)
{
	fresh(2);
	assert_int_equal(walk_map(&pool, root, VA, 0x1000, 0, LEVEL_PT), ERR_NO_MEMORY);
	pool.limit += PAGE_BYTES;
	assert_int_equal(walk_map(&pool, root, VA, 0x1000, 0, LEVEL_PT), ERR_NONE);
	assert_int_equal(arena_frames_taken(&pool), 4);
}

TEST(walk_stops_at_the_lowest_level_asked_for)
{
	fresh(3);
	assert_int_equal(walk_map(&pool, root, VA, 0x1000, 0, LEVEL_PT), ERR_NONE);

	const struct walk walk = walk_find(&pool, root, VA, LEVEL_PD);

	assert_int_equal(walk.level, LEVEL_PD);
	assert_ptr_equal(walk.entry, &arena[2][179]);
}

TEST(walk_ends_at_a_leaf_that_is_not_present)
{
	fresh(3);
	assert_int_equal(walk_map(&pool, root, VA, 0x1000, 0, LEVEL_PT), ERR_NONE);

	const struct walk walk = walk_find(&pool, root, VA + 0x1000, LEVEL_PT);

	assert_int_equal(walk.level, LEVEL_PT);
	assert_int_equal(*walk.entry, 0);
}

TEST(walk_ignores_the_flags_around_a_tables_frame)
{
	fresh(3);
	assert_int_equal(walk_map(&pool, root, VA, 0x1000, 0, LEVEL_PT), ERR_NONE);
	for (unsigned table = 0; table < 3; table++)
		arena[table][(unsigned[]){ 36, 209, 179 }[table]] |=
			PTE_NX | PTE_DIRTY | PTE_GLOBAL | PTE_PWT | UINT64_C(7) << 52;
	assert_ptr_equal(walk_find(&pool, root, VA, LEVEL_PT).entry, &arena[3][393]);
}

TEST(with_five_levels_the_root_is_a_pml5)
{
	const uint64_t va = UINT64_C(0x00ab) << 48 | VA;

	fresh(4);
	pool.la57 = true;
	assert_int_equal(level_index(va, LEVEL_PML5), 0xab);
	assert_int_equal(level_span(LEVEL_PML5), UINT64_C(1) << 48);
	assert_false(pte_is_leaf(0x80, LEVEL_PML5));
	assert_int_equal(walk_map(&pool, root, va, 0x1000, 0, LEVEL_PT), ERR_NONE);
	assert_int_equal(arena_frames_taken(&pool), 5);
	assert_ptr_equal(walk_find(&pool, root, va, LEVEL_PML5).entry, &arena[0][0xab]);
	assert_ptr_equal(walk_find(&pool, root, va, LEVEL_PT).entry, &arena[4][393]);
	assert_int_equal(walk_find(&pool, root, VA, LEVEL_PT).level, LEVEL_PML5);
}

TEST(an_entry_is_made_without_a_page)
{
	uint64_t *entry = NULL;

	fresh(2);
	assert_int_equal(walk_make(&pool, root, VA, LEVEL_PD, &entry), ERR_NONE);
	assert_ptr_equal(entry, &arena[2][179]);
	assert_int_equal(*entry, 0);
	assert_int_equal(walk_make(&pool, root, VA, LEVEL_PT, &entry), ERR_NO_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_takes_nine_bits_per_level),
		cmocka_unit_test(index_of_the_upper_half_begins_at_256),
		cmocka_unit_test(spans_are_4k_2m_1g_512g),
		cmocka_unit_test(
			ps_makes_a_leaf_of_a_pde_and_a_pdpte_but_never_of_a_pml4e),
		cmocka_unit_test(walk_of_an_empty_root_ends_at_the_pml4),
		cmocka_unit_test(map_4k_builds_three_tables_and_one_leaf),
		cmocka_unit_test(map_writes_no_other_entry),
		cmocka_unit_test(map_2m_sets_ps_and_ends_the_walk_at_the_pd),
		cmocka_unit_test(map_1g_sets_ps_and_ends_the_walk_at_the_pdpt),
		cmocka_unit_test(second_page_of_a_table_takes_no_frame),
		cmocka_unit_test(map_replaces_the_leaf_that_is_there),
		cmocka_unit_test(map_refuses_to_split_a_2m_page),
		cmocka_unit_test(map_refuses_to_split_a_1g_page),
		cmocka_unit_test(map_reports_an_empty_pool_at_every_level),
		cmocka_unit_test(map_goes_on_where_an_empty_pool_stopped_it),
		cmocka_unit_test(walk_stops_at_the_lowest_level_asked_for),
		cmocka_unit_test(walk_ends_at_a_leaf_that_is_not_present),
		cmocka_unit_test(walk_ignores_the_flags_around_a_tables_frame),
		cmocka_unit_test(with_five_levels_the_root_is_a_pml5),
		cmocka_unit_test(an_entry_is_made_without_a_page),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
