/* The 1:1 map: coats of paint, sizes of leaves, what is left out. */
#include "paging/identity.h"

#include "tests/unit/support/arena.h"

#define KIB4 UINT64_C(0x1000)
#define MIB2 UINT64_C(0x200000)
#define GIB UINT64_C(0x40000000)
#define RO PTE_ACCESSED
#define RW (PTE_ACCESSED | PTE_DIRTY | PTE_WRITABLE)

static struct frame_pool pool;
static uint64_t root;

static void map(const struct paint *paints, unsigned count, enum level largest)
{
	const struct identity identity = { paints, count, largest, false };

	pool = arena_pool(ARENA_FRAMES);
	root = frame_alloc(&pool);
	assert_int_equal(identity_map(&identity, &pool, root), ERR_NONE);
	assert_int_equal(identity_tables(&identity), arena_frames_taken(&pool));
}

static void assert_leaf(uint64_t va, enum level level, uint64_t entry)
{
	const struct walk walk = walk_find(&pool, root, va, LEVEL_PT);

	assert_int_equal(walk.level, level);
	assert_int_equal(*walk.entry, entry);
}

static void assert_absent(uint64_t va)
{
	assert_int_equal(*walk_find(&pool, root, va, LEVEL_PT).entry & PTE_PRESENT, 0);
}

TEST(nothing_painted_maps_nothing_and_needs_the_root_alone)
{
	map(NULL, 0, LEVEL_PDPT);
	assert_int_equal(arena_frames_taken(&pool), 1);
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		assert_int_equal(arena[0][i], 0);
}

TEST(a_whole_gib_is_one_leaf)
{
	map((const struct paint[]){ { 2 * GIB, 3 * GIB, RW } }, 1, LEVEL_PDPT);
	assert_leaf(2 * GIB + 5, LEVEL_PDPT, 0x800000e3);
	assert_absent(2 * GIB - 1);
	assert_absent(3 * GIB);
	assert_int_equal(arena_frames_taken(&pool), 2);
}

TEST(a_whole_gib_is_512_leaves_where_there_are_no_1g_pages)
{
	map((const struct paint[]){ { 2 * GIB, 3 * GIB, RW } }, 1, LEVEL_PD);
	assert_leaf(2 * GIB, LEVEL_PD, 0x800000e3);
	assert_leaf(3 * GIB - 1, LEVEL_PD, 0xbfe000e3);
	assert_int_equal(arena_frames_taken(&pool), 3);
}

TEST(two_mib_are_512_leaves_where_only_4k_pages_are_allowed)
{
	map((const struct paint[]){ { MIB2, 2 * MIB2, RO } }, 1, LEVEL_PT);
	assert_leaf(MIB2, LEVEL_PT, 0x200021);
	assert_leaf(2 * MIB2 - 1, LEVEL_PT, 0x3ff021);
}

TEST(a_gib_less_its_last_page_has_leaves_of_2m_and_4k)
{
	map((const struct paint[]){ { GIB, 2 * GIB - KIB4, RO } }, 1, LEVEL_PDPT);
	assert_leaf(GIB, LEVEL_PD, 0x400000a1);
	assert_leaf(2 * GIB - MIB2, LEVEL_PT, 0x7fe00021);
	assert_leaf(2 * GIB - 2 * KIB4, LEVEL_PT, 0x7fffe021);
	assert_absent(2 * GIB - KIB4);
}

TEST(paint_across_a_boundary_of_2m_has_no_2m_leaf)
{
	map((const struct paint[]){ { MIB2 - KIB4, MIB2 + KIB4, RO } }, 1, LEVEL_PDPT);
	assert_leaf(MIB2 - KIB4, LEVEL_PT, 0x1ff021);
	assert_leaf(MIB2, LEVEL_PT, 0x200021);
	assert_absent(MIB2 - KIB4 - 1);
	assert_absent(MIB2 + KIB4);
}

TEST(a_later_coat_covers_an_earlier_one)
{
	map((const struct paint[]){ { 0, GIB, RO }, { MIB2, MIB2 + KIB4, RW } }, 2,
	    LEVEL_PDPT);
	assert_leaf(0, LEVEL_PD, 0x0000a1);
	assert_leaf(MIB2, LEVEL_PT, 0x200063);
	assert_leaf(MIB2 + KIB4, LEVEL_PT, 0x201021);
	assert_leaf(2 * MIB2, LEVEL_PD, 0x4000a1);
}

TEST(an_earlier_coat_does_not_show_through_a_later_one)
{
	map((const struct paint[]){ { MIB2, MIB2 + KIB4, RW }, { 0, GIB, RO } }, 2,
	    LEVEL_PDPT);
	assert_leaf(MIB2, LEVEL_PDPT, 0xa1);
}

TEST(a_coat_without_flags_takes_the_mapping_away)
{
	map((const struct paint[]){ { 0, 2 * MIB2, RW }, { MIB2, 2 * MIB2, 0 } }, 2,
	    LEVEL_PDPT);
	assert_leaf(0, LEVEL_PD, 0xe3);
	assert_absent(MIB2);
	assert_absent(2 * MIB2 - 1);
}

TEST(page_0_can_be_left_out)
{
	map((const struct paint[]){ { 0, MIB2, RW }, { 0, KIB4, 0 } }, 2, LEVEL_PDPT);
	assert_absent(0);
	assert_absent(KIB4 - 1);
	assert_leaf(KIB4, LEVEL_PT, 0x1063);
}

TEST(what_is_taken_away_can_be_painted_again)
{
	map((const struct paint[]){ { 0, MIB2, RO },
	                            { 0, MIB2, 0 },
	                            { KIB4, 2 * KIB4, RW } },
	    3, LEVEL_PDPT);
	assert_absent(0);
	assert_leaf(KIB4, LEVEL_PT, 0x1063);
	assert_absent(2 * KIB4);
}

TEST(a_hole_between_two_coats_is_not_present)
{
	map((const struct paint[]){ { 0, KIB4, RO }, { 2 * KIB4, 3 * KIB4, RO } }, 2,
	    LEVEL_PDPT);
	assert_leaf(0, LEVEL_PT, 0x21);
	assert_absent(KIB4);
	assert_leaf(2 * KIB4, LEVEL_PT, 0x2021);
}

TEST(flags_reach_the_leaf_as_they_are)
{
	map((const struct paint[]){ { MIB2, 2 * MIB2, PTE_NX | PTE_PCD | PTE_PWT } }, 1,
	    LEVEL_PDPT);
	assert_leaf(MIB2, LEVEL_PD, UINT64_C(0x8000000000200099));
}

TEST(tables_leave_the_access_rights_to_the_leaf)
{
	map((const struct paint[]){ { 0, KIB4, RO } }, 1, LEVEL_PDPT);
	for (unsigned table = 0; table < 3; table++)
		assert_int_equal(arena[table][0] & ~PTE_FRAME, 0x27);
}

TEST(the_map_ends_at_the_lower_half)
{
	map((const struct paint[]){ { IDENTITY_END - GIB, 2 * IDENTITY_END, RW } }, 1,
	    LEVEL_PDPT);
	assert_leaf(IDENTITY_END - 1, LEVEL_PDPT, UINT64_C(0x7fffc00000e3));
	for (unsigned i = 256; i < TABLE_ENTRIES; i++)
		assert_int_equal(arena[0][i], 0);
}

TEST(every_pool_that_is_too_small_is_reported)
{
	const struct paint paints[] = {
		{ 0, GIB, RO },
		{ MIB2 + KIB4, 3 * MIB2, RW },
		{ 700 * GIB, 701 * GIB - KIB4, RW },
	};
	const struct identity identity = { paints, 3, LEVEL_PDPT, false };
	const uint64_t needed = identity_tables(&identity);

	assert_int_equal(needed, 7);
	for (uint64_t frames = 1; frames <= needed; frames++) {
		pool = arena_pool(frames);
		root = frame_alloc(&pool);
		assert_int_equal(identity_map(&identity, &pool, root),
		                 frames < needed ? ERR_NO_MEMORY : ERR_NONE);
	}
	assert_int_equal(pool.next, pool.limit);
}

TEST(with_five_levels_one_more_table_is_above_it)
{
	const struct paint paints[] = { { 2 * GIB, 3 * GIB, RW },
		                        { IDENTITY_END - GIB, IDENTITY_END, RW } };
	const struct identity identity = { paints, 2, LEVEL_PDPT, true };

	pool = arena_pool(ARENA_FRAMES);
	pool.la57 = true;
	root = frame_alloc(&pool);
	assert_int_equal(identity_map(&identity, &pool, root), ERR_NONE);
	assert_int_equal(identity_tables(&identity), arena_frames_taken(&pool));
	assert_int_equal(arena_frames_taken(&pool), 4);
	assert_leaf(2 * GIB + 5, LEVEL_PDPT, 0x800000e3);
	assert_leaf(IDENTITY_END - 1, LEVEL_PDPT, UINT64_C(0x7fffc00000e3));
	for (unsigned i = 1; i < TABLE_ENTRIES; i++)
		assert_int_equal(arena[0][i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_painted_maps_nothing_and_needs_the_root_alone),
		cmocka_unit_test(with_five_levels_one_more_table_is_above_it),
		cmocka_unit_test(a_whole_gib_is_one_leaf),
		cmocka_unit_test(a_whole_gib_is_512_leaves_where_there_are_no_1g_pages),
		cmocka_unit_test(
			two_mib_are_512_leaves_where_only_4k_pages_are_allowed),
		cmocka_unit_test(a_gib_less_its_last_page_has_leaves_of_2m_and_4k),
		cmocka_unit_test(paint_across_a_boundary_of_2m_has_no_2m_leaf),
		cmocka_unit_test(a_later_coat_covers_an_earlier_one),
		cmocka_unit_test(an_earlier_coat_does_not_show_through_a_later_one),
		cmocka_unit_test(a_coat_without_flags_takes_the_mapping_away),
		cmocka_unit_test(page_0_can_be_left_out),
		cmocka_unit_test(what_is_taken_away_can_be_painted_again),
		cmocka_unit_test(a_hole_between_two_coats_is_not_present),
		cmocka_unit_test(flags_reach_the_leaf_as_they_are),
		cmocka_unit_test(tables_leave_the_access_rights_to_the_leaf),
		cmocka_unit_test(the_map_ends_at_the_lower_half),
		cmocka_unit_test(every_pool_that_is_too_small_is_reported),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
