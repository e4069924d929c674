/* Arrays of the TLB: sets, ways, replacement, pieces and groups of pages, PCIDs. */
#include "tests/unit/support/silicon/world.h"

#define PAGE UINT64_C(0x1000)
#define BASE UINT64_C(0x40000000)
#define FRAMES UINT64_C(0x100000000)

/* Pages of BASE, four sets apart: all in the same set of a 4x4 array. */
static uint64_t in_set(unsigned n)
{
	return BASE + n * 4 * PAGE;
}

static void map_pages(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		world_map(BASE + i * PAGE, FRAMES + i * PAGE);
}

/* Without a second level, so that what is held is in the one set. */
static void open_one_level(const char *options)
{
	static char text[1024];

	snprintf(text, sizeof text,
	         WORLD_MACHINE WORLD_CORE "tlb = l1 data 4k 4x4 %s\n"
	                                  "tlb = l1 code 4k 4x4\n" WORLD_PSC
	                                  "cores = c\n",
	         options);
	world_open(text);
	map_pages(64);
}

TEST(a_page_that_was_used_is_held)
{
	open_one_level("");
	assert_int_equal(world_load(BASE + 0x123), FRAMES + 0x123);
	assert_true(world_holds(BASE));
	assert_false(world_walks_for(BASE + 0xff8, ACCESS_READ));
	world_close();
}

TEST(an_entry_that_was_changed_is_not_seen_while_the_old_one_is_held)
{
	open_one_level("");
	world_load(BASE);
	world_map(BASE, FRAMES + 0x7000);
	assert_int_equal(world_load(BASE), FRAMES);
	silicon_invlpg(world.s, 0, BASE);
	assert_int_equal(world_load(BASE), FRAMES + 0x7000);
	world_close();
}

TEST(a_page_beyond_the_ways_of_its_set_evicts_the_least_recently_used)
{
	open_one_level("lru");
	for (unsigned i = 0; i < 4; i++)
		world_load(in_set(i));
	world_load(in_set(0));
	world_load(in_set(4));
	assert_true(world_holds(in_set(0)));
	assert_false(world_holds(in_set(1)));
	assert_true(world_holds(in_set(2)));
	world_close();
}

TEST(in_turn_the_first_filled_goes_whether_it_was_used_or_not)
{
	open_one_level("fifo");
	for (unsigned i = 0; i < 4; i++)
		world_load(in_set(i));
	world_load(in_set(0));
	world_load(in_set(4));
	assert_false(world_holds(in_set(0)));
	assert_true(world_holds(in_set(1)));
	world_close();
}

TEST(a_tree_evicts_from_the_half_that_was_used_longer_ago)
{
	open_one_level("plru");
	for (unsigned i = 0; i < 4; i++)
		world_load(in_set(i));
	/* Ways 2 and 3 were filled last; 0 is used, so 2 of the other half goes. */
	world_load(in_set(0));
	world_load(in_set(4));
	assert_true(world_holds(in_set(0)));
	assert_true(world_holds(in_set(1)));
	assert_false(world_holds(in_set(2)));
	assert_true(world_holds(in_set(3)));
	world_close();
}

TEST(pages_of_other_sets_evict_nothing)
{
	open_one_level("");
	for (unsigned i = 0; i < 16; i++)
		world_load(BASE + i * PAGE);
	for (unsigned i = 0; i < 16; i++)
		assert_true(world_holds(BASE + i * PAGE));
	world_close();
}

TEST(sets_need_not_be_a_power_of_two)
{
	world_open(WORLD_MACHINE WORLD_CORE "tlb = l1 data 4k 6x1\n"
	                                    "tlb = l1 code 4k 6x1\n" WORLD_PSC
	                                    "cores = c\n");
	map_pages(64);
	for (unsigned i = 0; i < 6; i++)
		world_load(BASE + i * PAGE);
	for (unsigned i = 0; i < 6; i++)
		assert_true(world_holds(BASE + i * PAGE));
	world_load(BASE + 6 * PAGE);
	assert_false(world_holds(BASE));
	assert_true(world_holds(BASE + PAGE));
	world_close();
}

TEST(a_hashed_index_spreads_pages_that_are_sets_apart)
{
	open_one_level("hashed");
	for (unsigned i = 0; i < 4; i++)
		for (unsigned k = 0; k < 4; k++)
			world_load(in_set(i) + k * PAGE);
	for (unsigned i = 0; i < 4; i++)
		for (unsigned k = 0; k < 4; k++)
			assert_true(world_holds(in_set(i) + k * PAGE));
	/* Of a plain index these five have one set, of this one they have not. */
	silicon_mov_cr3(world.s, 0, WORLD_CR3);
	for (unsigned i = 0; i < 5; i++)
		world_load(in_set(i));
	for (unsigned i = 0; i < 5; i++)
		assert_true(world_holds(in_set(i)));
	world_close();
}

TEST(what_falls_out_of_the_first_level_is_in_the_second_and_costs_a_hit)
{
	world_open_with("cost.l2_hit = 7\n");
	map_pages(64);
	for (unsigned i = 0; i < 5; i++)
		world_load(in_set(i));

	const uint64_t time = silicon_time(world.s, 0);

	assert_false(world_walks_for(in_set(0), ACCESS_READ));
	assert_int_equal(world_since(time), 7000);
	assert_false(world_walks_for(in_set(0), ACCESS_READ));
	assert_int_equal(world_since(time), 7000);
	world_close();
}

TEST(code_and_data_have_first_levels_of_their_own_and_share_the_second)
{
	world_open_with("");
	map_pages(1);
	world_load(BASE);
	assert_false(world_walks_for(BASE, ACCESS_EXECUTE));
	assert_int_equal(silicon_counts(world.s, 0).l1_misses[SILICON_CODE], 1);
	world_close();
}

TEST(split_second_levels_do_not_serve_the_other_side)
{
	world_open(WORLD_MACHINE WORLD_CORE
	           "tlb = l1 data 4k 4x4\ntlb = l1 code 4k 4x4\n"
	           "tlb = l2 data 4k 16x4\ntlb = l2 code 4k 16x4\n" WORLD_PSC
	           "cores = c\n");
	map_pages(1);
	world_load(BASE);
	assert_true(world_walks_for(BASE, ACCESS_EXECUTE));
	world_close();
}

TEST(two_arrays_that_hold_a_size_hold_as_much_as_both)
{
	world_open(WORLD_MACHINE WORLD_CORE
	           "tlb = l1 data 4k 4x2\ntlb = l1 data 4k 4x2\n"
	           "tlb = l1 code 4k 4x4\n" WORLD_PSC "cores = c\n");
	map_pages(64);
	for (unsigned i = 0; i < 16; i++)
		world_load(BASE + i * PAGE);
	for (unsigned i = 0; i < 16; i++)
		assert_true(world_holds(BASE + i * PAGE));
	world_close();
}

TEST(a_large_page_is_one_entry)
{
	world_open_with("");
	world_map_as(BASE, FRAMES, 1, W_PAGE);
	assert_int_equal(world_load(BASE + 0x123456), FRAMES + 0x123456);
	assert_false(world_walks_for(BASE + 0x1ff000, ACCESS_READ));
	world_map_as(BASE + 0x40000000, FRAMES, 2, W_PAGE);
	assert_int_equal(world_load(BASE + 0x40000000 + 0x23456789),
	                 FRAMES + 0x23456789);
	assert_false(world_walks_for(BASE + 0x7ffff000, ACCESS_READ));
	world_close();
}

TEST(a_size_that_no_array_holds_is_held_in_pieces_of_the_next)
{
	world_open(WORLD_MACHINE WORLD_CORE
	           "tlb = l1 data 4k+2m 1x16\ntlb = l1 code 4k 1x16\n" WORLD_PSC
	           "cores = c\n");
	world_map_as(BASE, FRAMES, 2, W_PAGE);
	assert_int_equal(world_load(BASE + 0x200000), FRAMES + 0x200000);
	assert_false(world_walks_for(BASE + 0x3ff000, ACCESS_READ));
	assert_true(world_walks_for(BASE + 0x400000, ACCESS_READ));
	world_close();
}

TEST(a_fractured_2m_page_is_dropped_whole_by_invlpg)
{
	world_open_with("fractured = 2m\n");
	world_map_as(BASE, FRAMES, 1, W_PAGE);
	for (unsigned i = 0; i < 8; i++)
		assert_true(world_walks_for(BASE + i * PAGE, ACCESS_READ));
	silicon_invlpg(world.s, 0, BASE + 3 * PAGE);
	for (unsigned i = 0; i < 8; i++)
		assert_false(world_holds(BASE + i * PAGE));
	world_close();
}

TEST(pages_in_a_row_are_one_entry_and_others_are_not)
{
	open_one_level("coalesce 4");
	world_load(BASE);
	assert_false(world_walks_for(BASE + 3 * PAGE, ACCESS_READ));
	assert_int_equal(world_load(BASE + 3 * PAGE + 5), FRAMES + 3 * PAGE + 5);
	assert_true(world_walks_for(BASE + 4 * PAGE, ACCESS_READ));
	/* One frame of four that is elsewhere. */
	world_map(BASE + 9 * PAGE, FRAMES + 40 * PAGE);
	world_load(BASE + 8 * PAGE);
	assert_true(world_walks_for(BASE + 9 * PAGE, ACCESS_READ));
	assert_int_equal(world_load(BASE + 9 * PAGE), FRAMES + 40 * PAGE);
	world_close();
}

TEST(frames_in_a_row_that_begin_amid_a_group_are_no_group)
{
	open_one_level("coalesce 4");
	for (unsigned i = 0; i < 4; i++)
		world_map(BASE + i * PAGE, FRAMES + (i + 1) * PAGE);
	world_load(BASE);
	assert_true(world_walks_for(BASE + PAGE, ACCESS_READ));
	assert_int_equal(world_load(BASE + PAGE), FRAMES + 2 * PAGE);
	world_close();
}

TEST(a_page_that_was_never_accessed_is_in_no_group)
{
	open_one_level("coalesce 4");
	world_map_as(BASE + 2 * PAGE, FRAMES + 2 * PAGE, 0, W_PRESENT | W_WRITE | W_D);
	world_load(BASE);
	assert_true(world_walks_for(BASE + 2 * PAGE, ACCESS_READ));
	world_close();
}

TEST(invlpg_of_one_page_drops_the_group_it_is_in)
{
	open_one_level("coalesce 8");
	world_load(BASE + 5 * PAGE);
	assert_true(world_holds(BASE));
	silicon_invlpg(world.s, 0, BASE + PAGE);
	for (unsigned i = 0; i < 8; i++)
		assert_false(world_holds(BASE + i * PAGE));
	world_close();
}

TEST(no_more_pcids_are_kept_than_the_array_does)
{
	open_one_level("pcids 3");
	world_set_cr4(WORLD_PCIDE);
	for (unsigned pcid = 1; pcid <= 3; pcid++) {
		world_pcid(pcid);
		world_load(BASE + pcid * PAGE);
	}
	world_pcid(1);
	assert_true(world_holds(BASE + PAGE));
	world_pcid(4);
	world_pcid(1);
	assert_true(world_holds(BASE + PAGE));
	/* 2 was left longest ago when 4 came. */
	world_pcid(2);
	assert_false(world_holds(BASE + 2 * PAGE));
	world_close();
}

TEST(an_array_that_keeps_no_pcid_drops_at_every_load_of_cr3)
{
	open_one_level("pcids 0");
	world_set_cr4(WORLD_PCIDE);
	world_load(BASE);
	world_map_as(BASE + PAGE, FRAMES, 0, W_PAGE | W_GLOBAL);
	world_load(BASE + PAGE);
	world_pcid(0);
	assert_false(world_holds(BASE));
	assert_true(world_holds(BASE + PAGE));
	world_close();
}

TEST(each_level_has_its_own_limit_of_pcids)
{
	world_open(WORLD_MACHINE WORLD_CORE
	           "tlb = l1 data 4k 4x4 pcids 1\ntlb = l1 code 4k 4x4\n"
	           "tlb = l2 data+code 4k 16x4 pcids 2\n" WORLD_PSC
	           "cost.l2_hit = 9\ncores = c\n");
	map_pages(4);
	world_set_cr4(WORLD_PCIDE);
	world_pcid(1);
	world_load(BASE);
	world_pcid(2);
	world_pcid(1);

	const uint64_t time = silicon_time(world.s, 0);

	assert_false(world_walks_for(BASE, ACCESS_READ));
	assert_int_equal(world_since(time), 9000);
	world_pcid(2);
	world_pcid(3);
	world_pcid(1);
	assert_true(world_walks_for(BASE, ACCESS_READ));
	world_close();
}

TEST(a_page_ahead_is_fetched_into_the_second_level)
{
	world_open_with("prefetch = next\ncost.l2_hit = 7\n");
	map_pages(8);
	world_map_as(BASE + PAGE, FRAMES + PAGE, 0, W_PRESENT | W_WRITE);
	world_load(BASE);
	assert_int_equal(world.words[world_entry(BASE + PAGE, 0) / 8] & W_A, W_A);

	const uint64_t time = silicon_time(world.s, 0);

	assert_false(world_walks_for(BASE + PAGE, ACCESS_READ));
	assert_int_equal(world_since(time), 7000);
	assert_true(world_walks_for(BASE + 2 * PAGE, ACCESS_READ));
	world_close();
}

TEST(siblings_that_share_have_half_of_an_array_each_and_never_the_others_entries)
{
	world_open(WORLD_MACHINE WORLD_CORE
	           "threads = 2\nsiblings_share = yes\n"
	           "tlb = l1 data 4k 1x4\ntlb = l1 code 4k 4x4\n" WORLD_PSC
	           "cores = c\n");
	map_pages(8);
	world_access(0, BASE, ACCESS_READ);

	const uint64_t walks = world_walks(1);

	world_access(1, BASE, ACCESS_READ);
	assert_int_equal(world_walks(1), walks + 1);
	for (unsigned i = 1; i < 4; i++)
		world_access(1, BASE + i * PAGE, ACCESS_READ);
	assert_false(world_holds(BASE));
	world_close();
}

TEST(siblings_that_do_not_share_evict_nothing_of_the_other)
{
	world_open(WORLD_MACHINE WORLD_CORE
	           "threads = 2\n"
	           "tlb = l1 data 4k 1x4\ntlb = l1 code 4k 4x4\n" WORLD_PSC
	           "cores = c\n");
	map_pages(8);
	world_access(0, BASE, ACCESS_READ);
	for (unsigned i = 0; i < 8; i++)
		world_access(1, BASE + i * PAGE, ACCESS_READ);
	assert_true(world_holds(BASE));
	world_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_that_was_used_is_held),
		cmocka_unit_test(
			an_entry_that_was_changed_is_not_seen_while_the_old_one_is_held),
		cmocka_unit_test(
			a_page_beyond_the_ways_of_its_set_evicts_the_least_recently_used),
		cmocka_unit_test(
			in_turn_the_first_filled_goes_whether_it_was_used_or_not),
		cmocka_unit_test(a_tree_evicts_from_the_half_that_was_used_longer_ago),
		cmocka_unit_test(pages_of_other_sets_evict_nothing),
		cmocka_unit_test(sets_need_not_be_a_power_of_two),
		cmocka_unit_test(a_hashed_index_spreads_pages_that_are_sets_apart),
		cmocka_unit_test(
			what_falls_out_of_the_first_level_is_in_the_second_and_costs_a_hit),
		cmocka_unit_test(
			code_and_data_have_first_levels_of_their_own_and_share_the_second),
		cmocka_unit_test(split_second_levels_do_not_serve_the_other_side),
		cmocka_unit_test(two_arrays_that_hold_a_size_hold_as_much_as_both),
		cmocka_unit_test(a_large_page_is_one_entry),
		cmocka_unit_test(
			a_size_that_no_array_holds_is_held_in_pieces_of_the_next),
		cmocka_unit_test(a_fractured_2m_page_is_dropped_whole_by_invlpg),
		cmocka_unit_test(pages_in_a_row_are_one_entry_and_others_are_not),
		cmocka_unit_test(frames_in_a_row_that_begin_amid_a_group_are_no_group),
		cmocka_unit_test(a_page_that_was_never_accessed_is_in_no_group),
		cmocka_unit_test(invlpg_of_one_page_drops_the_group_it_is_in),
		cmocka_unit_test(no_more_pcids_are_kept_than_the_array_does),
		cmocka_unit_test(
			an_array_that_keeps_no_pcid_drops_at_every_load_of_cr3),
		cmocka_unit_test(each_level_has_its_own_limit_of_pcids),
		cmocka_unit_test(a_page_ahead_is_fetched_into_the_second_level),
		cmocka_unit_test(
			siblings_that_share_have_half_of_an_array_each_and_never_the_others_entries),
		cmocka_unit_test(siblings_that_do_not_share_evict_nothing_of_the_other),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
