/* Walks: what they read, set and cost, and when they fault. */
#include "tests/unit/support/silicon/world.h"

#define PAGE UINT64_C(0x1000)
#define BASE UINT64_C(0x40000000)
#define FRAMES UINT64_C(0x100000000)

static uint64_t entry_at(uint64_t va, unsigned level)
{
	return world.words[world_entry(va, level) / 8];
}

TEST(a_walk_reads_four_entries_and_then_as_many_as_are_not_cached)
{
	world_open_with("");
	world_map(BASE, FRAMES);
	world_map(BASE + PAGE, FRAMES);
	world_map(BASE + 0x200000, FRAMES);
	world_map(BASE + 0x40000000, FRAMES);
	world_map(BASE + 0x8000000000, FRAMES);
	assert_int_equal(world_reads_for(BASE), 4);
	assert_int_equal(world_reads_for(BASE + PAGE), 1);
	assert_int_equal(world_reads_for(BASE + 0x200000), 2);
	assert_int_equal(world_reads_for(BASE + 0x40000000), 3);
	assert_int_equal(world_reads_for(BASE + 0x8000000000), 4);
	assert_int_equal(world_reads_for(BASE), 0);
	world_close();
}

TEST(without_caches_of_upper_levels_every_walk_is_whole)
{
	world_open(WORLD_MACHINE WORLD_CORE WORLD_TLBS "cores = c\n");
	world_map(BASE, FRAMES);
	world_map(BASE + PAGE, FRAMES);
	assert_int_equal(world_reads_for(BASE), 4);
	assert_int_equal(world_reads_for(BASE + PAGE), 4);
	world_close();
}

TEST(five_levels_have_a_cache_of_their_own)
{
	world_open("features = pge nx la57\ntsc_khz = 1000000\ncore_khz = 1000000\n"
	           "core = c\n" WORLD_TLBS WORLD_PSC "cores = c\n");
	world.la57 = true;

	struct silicon_registers registers = silicon_registers(world.s, 0);

	registers.cr4 |= WORLD_LA57;
	silicon_set_registers(world.s, 0, &registers);
	world_map(UINT64_C(0x12345678000000), FRAMES);
	world_map(UINT64_C(0x12805678000000), FRAMES);
	assert_int_equal(world_reads_for(UINT64_C(0x12345678000000)), 5);
	/* Another PML4 entry below the same PML5 entry. */
	assert_int_equal(world_reads_for(UINT64_C(0x12805678000000)), 4);
	world_close();
}

TEST(an_upper_cache_lets_the_entry_used_longest_ago_go)
{
	world_open_with("");
	for (unsigned i = 0; i < 5; i++) {
		world_map(BASE + i * 0x200000, FRAMES);
		world_map(BASE + i * 0x200000 + PAGE, FRAMES);
	}
	for (unsigned i = 0; i < 4; i++)
		world_load(BASE + i * 0x200000);
	assert_int_equal(world_reads_for(BASE + PAGE), 1);
	world_load(BASE + 4 * 0x200000);
	/* Of PDEs four are kept: the second was used longest ago. */
	assert_int_equal(world_reads_for(BASE + 0x200000 + PAGE), 2);
	assert_int_equal(world_reads_for(BASE + 4 * 0x200000 + PAGE), 1);
	world_close();
}

TEST(a_stale_upper_entry_is_used_for_a_page_never_seen_before)
{
	world_open_with("");
	world_map(BASE, FRAMES);
	world_map(BASE + PAGE, FRAMES + PAGE);
	world_load(BASE);
	/* Another table in its place, with another frame in it. */
	world_map(BASE + 0x40200000 + PAGE, FRAMES + 0x9000);
	world.words[world_entry(BASE, 1) / 8] = entry_at(BASE + 0x40200000, 1);
	assert_int_equal(world_load(BASE + PAGE), FRAMES + PAGE);
	silicon_invlpg(world.s, 0, BASE + PAGE);
	assert_int_equal(world_load(BASE + PAGE), FRAMES + 0x9000);
	world_close();
}

TEST(a_walk_sets_accessed_on_its_way_and_dirty_for_a_write)
{
	world_open_with("");
	world_map_as(BASE, FRAMES, 0, W_PRESENT | W_WRITE);
	world.words[world_entry(BASE, 1) / 8] &= ~W_A;
	world_load(BASE);
	assert_int_equal(entry_at(BASE, 0) & (W_A | W_D), W_A);
	assert_int_equal(entry_at(BASE, 1) & W_A, W_A);
	world_access(0, BASE, ACCESS_WRITE);
	assert_int_equal(entry_at(BASE, 0) & (W_A | W_D), W_A | W_D);
	world_close();
}

/* Ticks of an access that finds no translation. */
static uint64_t walk_time(enum silicon_kind kind)
{
	silicon_invlpg(world.s, 0, BASE);

	const uint64_t time = silicon_time(world.s, 0);

	world_access(0, BASE, kind);
	return silicon_time(world.s, 0) - time;
}

TEST(a_walk_takes_longer_where_it_sets_bits_and_by_the_same_for_one_or_both)
{
	uint64_t plain;

	world_open_with("cost.walk_sets = 70\n");
	world_map_as(BASE, FRAMES, 0, W_PRESENT | W_WRITE | W_A | W_D);
	(void)walk_time(ACCESS_READ);
	plain = walk_time(ACCESS_READ);
	world.words[world_entry(BASE, 0) / 8] &= ~W_A;
	assert_int_equal(walk_time(ACCESS_READ), plain + 70000);
	assert_int_equal(walk_time(ACCESS_READ), plain);
	world.words[world_entry(BASE, 0) / 8] &= ~(W_A | W_D);
	assert_int_equal(walk_time(ACCESS_WRITE), plain + 70000);
	world_close();
}

TEST(accessed_is_not_set_again_while_the_page_is_held)
{
	world_open_with("");
	world_map(BASE, FRAMES);
	world_load(BASE);
	world.words[world_entry(BASE, 0) / 8] &= ~W_A;
	world_load(BASE);
	assert_int_equal(entry_at(BASE, 0) & W_A, 0);
	silicon_invlpg(world.s, 0, BASE);
	world_load(BASE);
	assert_int_equal(entry_at(BASE, 0) & W_A, W_A);
	world_close();
}

TEST(the_first_write_to_a_clean_page_takes_a_walk_and_the_second_none)
{
	world_open_with("cost.dirty = 60\n");
	world_map_as(BASE, FRAMES, 0, W_PRESENT | W_WRITE | W_A);
	world_load(BASE);

	const uint64_t time = silicon_time(world.s, 0);

	assert_true(world_walks_for(BASE, ACCESS_WRITE));
	assert_int_equal(world_since(time), 60000 + 5000);
	assert_false(world_walks_for(BASE, ACCESS_WRITE));
	assert_false(world_walks_for(BASE, ACCESS_READ));
	world_close();
}

TEST(an_entry_that_is_not_present_faults_and_is_not_cached)
{
	struct silicon_fault fault;

	world_open_with("");
	world_map(BASE, FRAMES);
	assert_int_equal(world_fault(BASE + PAGE, ACCESS_WRITE, &fault), 14);
	assert_int_equal(fault.error_code, 2);
	assert_int_equal(fault.address, BASE + PAGE);
	assert_int_equal(silicon_registers(world.s, 0).cr2, BASE + PAGE);
	world_map(BASE + PAGE, FRAMES);
	assert_int_equal(world_fault(BASE + PAGE, ACCESS_WRITE, &fault), 0);
	world_close();
}

TEST(a_fault_drops_the_page_and_the_upper_levels_of_its_address)
{
	struct silicon_fault fault;

	world_open_with("");
	world_map(BASE, FRAMES);
	world_load(BASE);
	assert_int_equal(world_fault(BASE + PAGE, ACCESS_READ, &fault), 14);
	assert_true(world_holds(BASE));
	world_map(BASE + PAGE, FRAMES);
	assert_int_equal(world_reads_for(BASE + PAGE), 4);
	world_close();
}

TEST(what_may_not_be_written_or_executed_faults)
{
	struct silicon_fault fault;

	world_open_with("");
	world_map_as(BASE, FRAMES, 0, W_PRESENT | W_A);
	world_map_as(BASE + PAGE, FRAMES, 0, W_PAGE | W_NX);
	world_map_as(BASE + 2 * PAGE, FRAMES, 0, W_PAGE | W_USER);
	assert_int_equal(world_fault(BASE, ACCESS_WRITE, &fault), 14);
	assert_int_equal(fault.error_code, 3);
	assert_int_equal(entry_at(BASE, 0) & W_D, 0);
	assert_int_equal(world_fault(BASE + PAGE, ACCESS_EXECUTE, &fault), 14);
	assert_int_equal(fault.error_code, 0x11);
	world_set_cr4(WORLD_SMEP);
	/* Of a user's page all levels say so. */
	for (unsigned level = 1; level <= 3; level++)
		world.words[world_entry(BASE, level) / 8] |= W_USER;
	silicon_mov_cr3(world.s, 0, WORLD_CR3);
	assert_int_equal(world_fault(BASE + 2 * PAGE, ACCESS_EXECUTE, &fault), 14);
	assert_int_equal(world_fault(BASE, ACCESS_READ, &fault), 0);
	world_close();
}

/* SDM 3A 5.6.1 "Determination of Access Rights", 5.7 "Page-Fault Exceptions". */
TEST(ring_3_executes_pages_of_the_user_alone)
{
	struct silicon_fault fault;

	world_open_with("");
	world_map(BASE, FRAMES);
	world_map_as(BASE + PAGE, FRAMES, 0, W_PAGE | W_USER);
	for (unsigned level = 1; level <= 3; level++)
		world.words[world_entry(BASE, level) / 8] |= W_USER;
	assert_int_equal(world_fault(BASE, ACCESS_EXECUTE_USER, &fault), 14);
	assert_int_equal(fault.error_code, 0x15);
	assert_int_equal(world_fault(BASE + PAGE, ACCESS_EXECUTE_USER, &fault), 0);
	/* By what the TLB holds, too, in each ring. */
	assert_int_equal(world_fault(BASE, ACCESS_EXECUTE, &fault), 0);
	assert_int_equal(world_fault(BASE, ACCESS_EXECUTE_USER, &fault), 14);
	world_set_cr4(WORLD_SMEP);
	assert_int_equal(world_fault(BASE + PAGE, ACCESS_EXECUTE_USER, &fault), 0);
	assert_int_equal(world_fault(BASE + PAGE, ACCESS_EXECUTE, &fault), 14);
	world_close();
}

TEST(what_an_upper_level_forbids_no_lower_one_allows)
{
	struct silicon_fault fault;

	world_open_with("");
	world_map(BASE, FRAMES);
	world_map(BASE + PAGE, FRAMES);
	world.words[world_entry(BASE, 1) / 8] &= ~W_WRITE;
	world.words[world_entry(BASE, 2) / 8] |= W_NX;
	assert_int_equal(world_fault(BASE, ACCESS_WRITE, &fault), 14);
	assert_int_equal(world_fault(BASE, ACCESS_EXECUTE, &fault), 14);
	/* Also of a walk that begins behind that level. */
	world_load(BASE);
	world_load(BASE + PAGE);
	assert_int_equal(world_reads_for(BASE + PAGE), 0);
	assert_int_equal(world_fault(BASE + PAGE, ACCESS_WRITE, &fault), 14);
	world_map(BASE + 2 * PAGE, FRAMES);
	world_load(BASE + 2 * PAGE);
	assert_int_equal(world_fault(BASE + PAGE, ACCESS_EXECUTE, &fault), 14);
	world_close();
}

TEST(without_write_protection_the_supervisor_writes_everywhere)
{
	struct silicon_fault fault;

	world_open_with("");
	world_map_as(BASE, FRAMES, 0, W_PRESENT | W_A);
	silicon_mov_cr0(world.s, 0,
	                silicon_registers(world.s, 0).cr0 & ~(UINT64_C(1) << 16));
	assert_int_equal(world_fault(BASE, ACCESS_WRITE, &fault), 0);
	world_close();
}

TEST(rights_that_were_widened_are_seen_at_once_and_those_taken_are_not)
{
	struct silicon_fault fault;

	world_open_with("");
	world_map_as(BASE, FRAMES, 0, W_PRESENT | W_A);
	world_load(BASE);
	world_map(BASE, FRAMES);
	assert_int_equal(world_fault(BASE, ACCESS_WRITE, &fault), 0);
	world_map_as(BASE, FRAMES, 0, W_PRESENT | W_A);
	assert_int_equal(world_fault(BASE, ACCESS_WRITE, &fault), 0);
	silicon_invlpg(world.s, 0, BASE);
	assert_int_equal(world_fault(BASE, ACCESS_WRITE, &fault), 14);
	world_close();
}

TEST(reserved_bits_fault)
{
	struct silicon_fault fault;

	world_open_with("");
	world_map_as(BASE, FRAMES + 0x4000, 1, W_PAGE);
	assert_int_equal(world_fault(BASE, ACCESS_READ, &fault), 14);
	assert_int_equal(fault.error_code, 9);
	/* The lowest of them is the PAT bit of a large page. */
	world_map_as(BASE, FRAMES + 0x1000, 1, W_PAGE);
	assert_int_equal(world_load(BASE + 0x5000), FRAMES + 0x5000);
	world_close();
}

TEST(an_address_that_is_none_is_a_general_protection_fault)
{
	struct silicon_fault fault;

	world_open_with("");
	assert_int_equal(world_fault(UINT64_C(0x800000000000), ACCESS_READ, &fault),
	                 13);
	world_map(UINT64_C(0xffff800000000000), FRAMES);
	assert_int_equal(world_load(UINT64_C(0xffff800000000abc)), FRAMES + 0xabc);
	world_close();
}

TEST(each_level_costs_what_the_cache_does_that_has_its_entry)
{
	world_open_with("l1 = 2x1\nl2 = 64x8\n"
	                "cost.walk_l1 = 5\ncost.walk_l2 = 14\ncost.walk_l3 = 50\n"
	                "cost.walk_memory = 200\ncost.data_memory = 300\n"
	                "cost.data_l2 = 11\n");
	world_map(BASE, FRAMES);

	uint64_t time = silicon_time(world.s, 0);

	world_access(0, BASE, ACCESS_EXECUTE);
	assert_int_equal(world_since(time), 4 * 200000);
	/* All four lines are in the second level, of two lines is the first. */
	silicon_mov_cr3(world.s, 0, WORLD_CR3);
	time = silicon_time(world.s, 0);
	world_access(0, BASE, ACCESS_EXECUTE);
	assert_in_range(world_since(time), 3 * 14000 + 5000, 4 * 14000);
	time = silicon_time(world.s, 0);
	world_load(BASE);
	assert_int_equal(world_since(time), 300000 + 7000);
	time = silicon_time(world.s, 0);
	world_load(BASE);
	assert_int_equal(world_since(time), 0);
	world_close();
}

TEST(a_line_that_another_core_wrote_comes_from_there_once)
{
	world_open(WORLD_MACHINE "core = c\n" WORLD_TLBS WORLD_PSC
	                         "l1 = 64x8\nl2 = 512x8\ncost.line_package = 70\n"
	                         "cost.line_far = 300\ncost.data_memory = 250\n"
	                         "cores = c*3\ncores_per_package = 2\nl3 = 1024x16\n");
	world_map(BASE, FRAMES);
	for (uint32_t cpu = 0; cpu < 3; cpu++)
		world_access(cpu, BASE, ACCESS_READ);
	world_access(1, BASE, ACCESS_WRITE);

	uint64_t time = silicon_time(world.s, 0);

	world_load(BASE);
	assert_int_equal(world_since(time), 70000);
	world_load(BASE);
	assert_int_equal(world_since(time), 70000);
	world_access(2, BASE, ACCESS_WRITE);
	time = silicon_time(world.s, 0);
	world_load(BASE);
	assert_int_equal(world_since(time), 300000);
	world_close();
}

TEST(a_line_that_was_read_from_its_writer_is_in_the_third_level)
{
	uint64_t time;

	world_open(WORLD_MACHINE "core = c\n" WORLD_TLBS WORLD_PSC
	                         "l1 = 64x8\nl2 = 512x8\ncost.line_package = 70\n"
	                         "cost.data_l3 = 45\ncores = c*3\nl3 = 1024x16\n");
	world_map(BASE, FRAMES);
	world_access(2, BASE, ACCESS_READ);
	world_access(1, BASE, ACCESS_WRITE);
	world_access(0, BASE, ACCESS_READ);
	time = silicon_time(world.s, 2);
	world_access(2, BASE, ACCESS_READ);
	assert_int_equal(silicon_time(world.s, 2) - time, 45000);
	world_close();
}

TEST(the_line_used_longest_ago_leaves_the_cache)
{
	uint64_t time;

	world_open_with("l1 = 1x2\ncost.data_memory = 250\n");
	world_map(BASE, FRAMES);
	for (unsigned i = 0; i < 2; i++)
		world_load(BASE + i * 64);
	world_load(BASE);
	world_load(BASE + 128);
	time = silicon_time(world.s, 0);
	world_load(BASE);
	assert_int_equal(world_since(time), 0);
	world_load(BASE + 64);
	assert_int_equal(world_since(time), 250000);
	world_close();
}

TEST(a_line_that_was_flushed_comes_from_memory_for_every_core)
{
	world_open(WORLD_MACHINE "core = c\n" WORLD_TLBS WORLD_PSC
	                         "l1 = 64x8\nl2 = 512x8\ncost.line_package = 70\n"
	                         "cost.data_memory = 250\ncores = c*2\nl3 = 1024x16\n");
	world_map(BASE, FRAMES);
	world_load(BASE);
	world_access(1, BASE, ACCESS_WRITE);
	silicon_flush_line(world.s, FRAMES + 8);
	for (uint32_t cpu = 0; cpu < 2; cpu++) {
		const uint64_t time = silicon_time(world.s, cpu);

		world_access(cpu, BASE, ACCESS_READ);
		/* The first brings it into the third level, from there it is next. */
		assert_int_equal(silicon_time(world.s, cpu) - time,
		                 cpu == 0 ? 250000 : 45000);
	}
	world_close();
}

TEST(with_paging_off_addresses_are_physical)
{
	world_open_with("");
	silicon_set_compatibility(world.s, 0, true);
	assert_int_equal(silicon_mov_cr0(world.s, 0, 1), 0);
	assert_int_equal(world_load(0x12345678), 0x12345678);
	world_close();
}

TEST(a_large_page_ends_the_walk_early)
{
	world_open_with("");
	world_map_as(BASE, FRAMES, 1, W_PAGE);
	assert_int_equal(world_reads_for(BASE), 3);
	world_map_as(BASE + 0x40000000, FRAMES, 2, W_PAGE);
	silicon_invlpg(world.s, 0, BASE);
	assert_int_equal(world_reads_for(BASE + 0x40000000), 2);
	world_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_walk_reads_four_entries_and_then_as_many_as_are_not_cached),
		cmocka_unit_test(without_caches_of_upper_levels_every_walk_is_whole),
		cmocka_unit_test(five_levels_have_a_cache_of_their_own),
		cmocka_unit_test(an_upper_cache_lets_the_entry_used_longest_ago_go),
		cmocka_unit_test(
			a_stale_upper_entry_is_used_for_a_page_never_seen_before),
		cmocka_unit_test(a_walk_sets_accessed_on_its_way_and_dirty_for_a_write),
		cmocka_unit_test(
			a_walk_takes_longer_where_it_sets_bits_and_by_the_same_for_one_or_both),
		cmocka_unit_test(accessed_is_not_set_again_while_the_page_is_held),
		cmocka_unit_test(
			the_first_write_to_a_clean_page_takes_a_walk_and_the_second_none),
		cmocka_unit_test(an_entry_that_is_not_present_faults_and_is_not_cached),
		cmocka_unit_test(
			a_fault_drops_the_page_and_the_upper_levels_of_its_address),
		cmocka_unit_test(what_may_not_be_written_or_executed_faults),
		cmocka_unit_test(ring_3_executes_pages_of_the_user_alone),
		cmocka_unit_test(what_an_upper_level_forbids_no_lower_one_allows),
		cmocka_unit_test(
			without_write_protection_the_supervisor_writes_everywhere),
		cmocka_unit_test(
			rights_that_were_widened_are_seen_at_once_and_those_taken_are_not),
		cmocka_unit_test(reserved_bits_fault),
		cmocka_unit_test(an_address_that_is_none_is_a_general_protection_fault),
		cmocka_unit_test(
			each_level_costs_what_the_cache_does_that_has_its_entry),
		cmocka_unit_test(a_line_that_another_core_wrote_comes_from_there_once),
		cmocka_unit_test(
			a_line_that_was_read_from_its_writer_is_in_the_third_level),
		cmocka_unit_test(the_line_used_longest_ago_leaves_the_cache),
		cmocka_unit_test(
			a_line_that_was_flushed_comes_from_memory_for_every_core),
		cmocka_unit_test(with_paging_off_addresses_are_physical),
		cmocka_unit_test(a_large_page_ends_the_walk_early),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
