/* What each erratum changes, and where its scope ends. */
#include "tests/unit/support/silicon/kept.h"

static void open_wrong(const char *erratum)
{
	static char text[256];

	snprintf(text, sizeof text, "erratum = %s\n", erratum);
	kept_open(text);
}

static void expect(const char *erratum, kept_operation operation, uint64_t pcid,
                   const char *kept)
{
	open_wrong(erratum);

	const char *const seen = kept_by(operation, pcid);

	if (strcmp(seen, kept) != 0)
		fail_msg("%s: %s, not %s", erratum, seen, kept);
	world_close();
}

TEST(an_operation_that_does_nothing_keeps_everything)
{
	expect("invlpg_does_nothing", by_invlpg, 1, KEPT_ALL);
	expect("cr3_does_nothing", by_cr3, 1, KEPT_ALL);
	expect("invpcid_0_does_nothing", by_invpcid_0, 1, KEPT_ALL);
	expect("invpcid_1_does_nothing", by_invpcid_1, 1, KEPT_ALL);
	expect("invpcid_3_does_nothing", by_invpcid_3, 0, KEPT_ALL);
	expect("smep_does_nothing", by_smep, 0, KEPT_ALL);
	expect("invlpgb_does_nothing", by_invlpgb, 1, KEPT_ALL);
	expect("any_does_nothing", by_invlpg, 1, KEPT_ALL);
}

/* The next preparation would not drop either: the upper levels are left out. */
TEST(a_flush_of_everything_that_does_nothing_keeps_the_page)
{
	open_wrong("invpcid_2_does_nothing");
	kept_plant();
	world_invpcid(2, 0, 0);
	assert_true(world_holds(KEPT_P));
	assert_true(world_holds(KEPT_GLOBAL));
	world_close();
	open_wrong("pge_does_nothing");
	kept_plant();
	by_pge(0, 0);
	assert_true(world_holds(KEPT_P));
	world_close();
	open_wrong("pcide_does_nothing");
	kept_plant();
	world_clear_cr4(WORLD_PCIDE);
	assert_true(world_holds(KEPT_GLOBAL));
	world_close();
	open_wrong("pg_does_nothing");
	world_load(KEPT_P);
	world_clear_cr4(WORLD_PCIDE);
	world_load(KEPT_P);
	silicon_set_compatibility(world.s, 0, true);
	silicon_mov_cr0(world.s, 0, 0x10001);
	assert_true(world_holds(KEPT_P));
	world_close();
}

TEST(another_operation_is_right)
{
	expect("invlpg_does_nothing", by_invpcid_0, 1, ".ngGoqH..v.");
	expect("cr3_does_nothing", by_noflush, 1, KEPT_ALL);
	expect("invpcid_1_does_nothing", by_cr3, 1, "..gGoqH..v.");
}

TEST(invlpg_that_keeps_globals_drops_the_rest)
{
	expect("invlpg_keeps_globals", by_invlpg, 1, ".ngGoqH..v.");
	expect("invlpg_keeps_foreign_globals", by_invlpg, 1, ".ng.oqH..v.");
	expect("invpcid_2_keeps_globals", by_invpcid_2, 0, "..gG..H....");
}

TEST(an_erratum_of_pcide_strikes_with_pcids_alone)
{
	expect("invlpg_keeps_globals pcide on", by_invlpg, 1, ".ngGoqH..v.");
	open_wrong("invlpg_keeps_globals pcide on");
	world_clear_cr4(WORLD_PCIDE);
	world_load(KEPT_GLOBAL);
	silicon_invlpg(world.s, 0, KEPT_GLOBAL);
	assert_false(world_holds(KEPT_GLOBAL));
	world_close();
}

TEST(pge_that_keeps_globals_keeps_no_other)
{
	open_wrong("pge_keeps_globals");
	kept_plant();
	by_pge(0, 0);
	assert_true(world_holds(KEPT_GLOBAL));
	assert_false(world_holds(KEPT_P));
	world_close();
}

TEST(an_operation_on_all_pcids_can_miss_the_current_or_the_others)
{
	expect("invpcid_3_keeps_current", by_invpcid_3, 0, "pngG..HuU.c");
	expect("invpcid_3_keeps_others", by_invpcid_3, 0, "..gGoqH..v.");
	expect("invpcid_2_keeps_others", by_invpcid_2, 0, "....oq...v.");
}

TEST(an_operation_can_take_the_current_pcid_for_the_one_it_names)
{
	expect("invpcid_0_takes_current", by_invpcid_0, 2, ".ngGoqH..v.");
	expect("invpcid_1_takes_current", by_invpcid_1, 2, "..gGoqH..v.");
}

TEST(upper_levels_can_be_kept_together_or_one_by_one)
{
	expect("invlpg_keeps_psc", by_invlpg, 1, ".ng.oq.uUv.");
	expect("cr3_keeps_psc", by_cr3, 1, "..gGoqHuUv.");
	expect("invpcid_0_keeps_psc", by_invpcid_0, 1, ".ngGoqHuUv.");
	expect("invpcid_1_keeps_pde", by_invpcid_1, 1, "..gGoqHuUv.");
}

TEST(a_level_that_is_kept_leaves_the_walk_that_many_entries)
{
	static const struct {
		const char *erratum;
		uint64_t reads;
	} levels[] = {
		{ "cr3_keeps_pde", 1 },
		{ "cr3_keeps_pdpte", 2 },
		{ "cr3_keeps_pml4e", 3 },
		{ "cr3_keeps_pml5e", 4 },
	};

	for (unsigned i = 0; i < COUNT_OF(levels); i++) {
		open_wrong(levels[i].erratum);
		kept_plant();
		by_cr3(0, 0);
		assert_int_equal(world_reads_for(KEPT_FRESH), levels[i].reads);
		world_close();
	}
}

TEST(an_erratum_of_the_code_side_leaves_data_right)
{
	expect("invpcid_0_does_nothing side code", by_invpcid_0, 1, ".ngGoqH..vc");
	expect("invpcid_0_does_nothing side data", by_invpcid_0, 1, "pngGoqH..v.");
	expect("cr3_does_nothing side code", by_cr3, 1, "..gGoqH..vc");
}

TEST(an_erratum_of_one_level_leaves_the_other_right)
{
	open_wrong("invpcid_1_does_nothing level l2");
	kept_plant();
	assert_false(world_walks_for(KEPT_P, ACCESS_READ));
	world_invpcid(1, 1, 0);
	/* From the second level, at its cost. */
	const uint64_t time = silicon_time(world.s, 0);

	assert_false(world_walks_for(KEPT_P, ACCESS_READ));
	assert_int_equal(world_since(time), 7000);
	world_close();
	open_wrong("invpcid_1_does_nothing level l1");
	kept_plant();
	world_invpcid(1, 1, 0);

	const uint64_t later = silicon_time(world.s, 0);

	assert_false(world_walks_for(KEPT_P, ACCESS_READ));
	assert_int_equal(world_since(later), 0);
	world_close();
}

TEST(an_erratum_in_one_set_leaves_the_other_sets_right)
{
	open_wrong("cr3_does_nothing set 1 of 16");
	for (unsigned i = 0; i < 16; i++)
		world_load(KEPT_BASE + i * KEPT_PAGE);
	world_cr3(WORLD_CR3);
	for (unsigned i = 0; i < 16; i++)
		if (i < 3 || i > 5)
			assert_int_equal(world_holds(KEPT_BASE + i * KEPT_PAGE),
			                 i == 1);
	world_close();
}

TEST(an_erratum_of_large_pages_leaves_small_ones_right)
{
	world_open_wrong("invlpg_does_nothing size 2m");
	world_map_as(KEPT_BASE + 0x400000, KEPT_FRAMES, 1, W_PAGE);
	world_map(KEPT_P, KEPT_FRAMES);
	world_load(KEPT_BASE + 0x400000);
	world_load(KEPT_P);
	silicon_invlpg(world.s, 0, KEPT_BASE + 0x400000);
	silicon_invlpg(world.s, 0, KEPT_P);
	assert_true(world_holds(KEPT_BASE + 0x400000));
	assert_false(world_holds(KEPT_P));
	world_close();
}

TEST(pieces_that_are_kept_leave_the_one_aimed_at_right)
{
	world_open_with("fractured = 2m\nerratum = invlpg_keeps_pieces\n");
	world_map_as(KEPT_BASE, KEPT_FRAMES, 1, W_PAGE);
	world_load(KEPT_P);
	world_load(KEPT_N);
	silicon_invlpg(world.s, 0, KEPT_P);
	assert_false(world_holds(KEPT_P));
	assert_true(world_holds(KEPT_N));
	world_close();
	world_open_with("fractured = 2m\nerratum = cr3_keeps_pieces\n");
	world_map_as(KEPT_BASE, KEPT_FRAMES, 1, W_PAGE);
	world_map(KEPT_P + 0x200000, KEPT_FRAMES);
	world_load(KEPT_P);
	world_load(KEPT_P + 0x200000);
	world_cr3(WORLD_CR3);
	assert_true(world_holds(KEPT_P));
	assert_false(world_holds(KEPT_P + 0x200000));
	world_close();
}

TEST(an_erratum_of_one_processor_leaves_the_others_right)
{
	uint64_t physical;

	open_wrong("invlpg_does_nothing processor 1");
	for (uint32_t cpu = 0; cpu < 2; cpu++) {
		world_access(cpu, KEPT_P, ACCESS_READ);
		silicon_invlpg(world.s, cpu, KEPT_P);
		assert_int_equal(
			silicon_peek(world.s, cpu, KEPT_P, ACCESS_READ, &physical),
			cpu == 1);
	}
	assert_int_equal(silicon_counts(world.s, 0).errata, 0);
	assert_int_equal(silicon_counts(world.s, 1).errata, 1);
	world_close();
}

TEST(an_erratum_of_one_type_of_core_leaves_the_other_right)
{
	uint64_t physical;

	world_open(WORLD_MACHINE "core = p\n" WORLD_TLBS "core = e\n" WORLD_TLBS
	                         "cores = p e\n"
	                         "erratum = invlpg_does_nothing core e\n");
	kept_map();
	for (uint32_t cpu = 0; cpu < 2; cpu++) {
		world_access(cpu, KEPT_P, ACCESS_READ);
		silicon_invlpg(world.s, cpu, KEPT_P);
		assert_int_equal(
			silicon_peek(world.s, cpu, KEPT_P, ACCESS_READ, &physical),
			cpu == 1);
	}
	world_close();
}

/* Of so many INVLPGs, those that left their page. */
static unsigned missed(unsigned times)
{
	unsigned left = 0;

	for (unsigned i = 0; i < times; i++) {
		world_load(KEPT_P);
		silicon_invlpg(world.s, 0, KEPT_P);
		left += world_holds(KEPT_P);
		world_cr3(WORLD_CR3);
	}
	return left;
}

TEST(one_in_so_many_is_that_rare_and_the_same_with_the_same_seed)
{
	open_wrong("invlpg_does_nothing one_in 50");

	const unsigned first = missed(10000);

	/* 200 +- 5 standard deviations. */
	assert_in_range(first, 130, 270);
	world_close();
	open_wrong("invlpg_does_nothing one_in 50");
	assert_int_equal(missed(10000), first);
	world_close();
}

TEST(an_erratum_begins_and_ends_when_it_says)
{
	open_wrong("invlpg_does_nothing after 100 before 200");
	assert_int_equal(missed(1), 0);
	silicon_wait(world.s, 0, 100 * 1000000);
	assert_int_equal(missed(1), 1);
	silicon_wait(world.s, 0, 200 * 1000000);
	assert_int_equal(missed(1), 0);
	world_close();
}

TEST(dropping_more_than_it_must_is_no_erratum_that_keeps)
{
	expect("invlpg_drops_all", by_invlpg, 1, "...........");
	expect("invlpg_drops_pages", by_invlpg, 1, "....oq...v.");
	expect("invlpg_drops_pcids", by_invlpg, 1, ".ng..q.....");
	expect("cr3_drops_globals", by_cr3, 1, "....oq...v.");
	expect("cr3_drops_pcids", by_cr3, 1, "..gG..H....");
	/* Going to PCID 2 to look is such a load, too. */
	expect("cr3_noflush_drops_pages", by_noflush, 1, "..gG..H....");
	expect("cr3_noflush_drops_all", by_noflush, 1, "...........");
	expect("invpcid_0_drops_globals", by_invpcid_0, 1, ".ng.oq...v.");
	expect("smep_drops_globals", by_smep, 0, "....oq...v.");
}

TEST(dropping_may_reach_the_sibling_and_by_itself_does_not)
{
	static const char *const ends[] = {
		"",
		"erratum = invlpg_drops_sibling\n",
		"siblings_share = yes\n",
		"siblings_share = yes\nerratum = invlpg_drops_sibling\n",
	};

	for (unsigned i = 0; i < COUNT_OF(ends); i++) {
		char lines[128];
		uint64_t physical;

		snprintf(lines, sizeof lines, "threads = 2\n%s", ends[i]);
		world_open_with(lines);
		kept_map();
		world_access(1, KEPT_P, ACCESS_READ);
		silicon_invlpg(world.s, 0, KEPT_P);
		assert_int_equal(
			silicon_peek(world.s, 1, KEPT_P, ACCESS_READ, &physical),
			i % 2 == 0);
		world_close();
	}
}

TEST(a_slow_operation_costs_that_much_more)
{
	uint64_t time;

	world_open_with("cost.invlpg = 120\n"
	                "erratum = invlpg_is_slow cycles 5000.5 after 10\n");
	time = silicon_time(world.s, 0);
	silicon_invlpg(world.s, 0, KEPT_P);
	assert_int_equal(world_since(time), 120000);
	silicon_wait(world.s, 0, 10 * 1000000);
	time = silicon_time(world.s, 0);
	silicon_invlpg(world.s, 0, KEPT_P);
	assert_int_equal(world_since(time), 5120500);
	world_close();
}

TEST(a_tlb_may_forget_at_any_time)
{
	world_open_wrong("tlb_forgets");
	world_map(KEPT_P, KEPT_FRAMES);
	world_load(KEPT_P);
	assert_true(world_walks_for(KEPT_P, ACCESS_READ));
	world_close();
}

TEST(an_entry_made_present_can_fault_once_more)
{
	struct silicon_fault fault;

	world_open_wrong("not_present_cached");
	world_map(KEPT_N, KEPT_FRAMES);
	assert_int_equal(world_fault(KEPT_P, ACCESS_READ, &fault), 14);
	world_map(KEPT_P, KEPT_FRAMES);
	assert_int_equal(world_fault(KEPT_P, ACCESS_READ, &fault), 14);
	assert_int_equal(world_fault(KEPT_P, ACCESS_READ, &fault), 0);
	/* Unless it was invalidated. */
	world.words[world_entry(KEPT_P, 0) / 8] = 0;
	silicon_invlpg(world.s, 0, KEPT_P);
	assert_int_equal(world_fault(KEPT_P, ACCESS_READ, &fault), 14);
	world_map(KEPT_P, KEPT_FRAMES);
	silicon_invlpg(world.s, 0, KEPT_P);
	assert_int_equal(world_fault(KEPT_P, ACCESS_READ, &fault), 0);
	world_close();
}

TEST(stray_bits_are_written_into_an_entry_that_was_cleared)
{
	static const struct {
		const char *erratum;
		uint64_t entry;
	} cases[] = {
		{ "stray_accessed", W_A | W_D },
		{ "stray_accessed processor 1", 0 },
	};

	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		struct silicon_fault fault;
		uint64_t entry;

		world_open_wrong(cases[i].erratum);
		world_map_as(KEPT_P, KEPT_FRAMES, 0, W_PRESENT | W_WRITE | W_A);
		world_load(KEPT_P);
		entry = world_entry(KEPT_P, 0) / 8;
		world.words[entry] = 0;
		world_fault(KEPT_P, ACCESS_WRITE, &fault);
		assert_int_equal(world.words[entry], cases[i].entry);
		world_close();
	}
}

TEST(a_write_that_faults_can_set_dirty)
{
	struct silicon_fault fault;

	world_open_wrong("dirty_on_readonly");
	world_map_as(KEPT_P, KEPT_FRAMES, 0, W_PRESENT | W_A);
	assert_int_equal(world_fault(KEPT_P, ACCESS_WRITE, &fault), 14);
	assert_int_equal(world.words[world_entry(KEPT_P, 0) / 8] & W_D, W_D);
	world_close();
}

/* The page fault drops what was held: made again, the write is walked for. */
TEST(a_page_made_writable_can_fault_once_more)
{
	static const struct {
		const char *wrong;
		unsigned vector;
	} cases[] = { { "walks_overcounted", 0 }, { "rights_cached", 14 } };

	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		struct silicon_fault fault;

		world_open_wrong(cases[i].wrong);
		world_map_as(KEPT_P, KEPT_FRAMES, 0, W_PRESENT | W_A);
		world_load(KEPT_P);
		world.words[world_entry(KEPT_P, 0) / 8] |= W_WRITE;
		assert_int_equal(world_fault(KEPT_P, ACCESS_WRITE, &fault),
		                 cases[i].vector);
		assert_true(cases[i].vector == 0 || fault.error_code == 3);
		assert_int_equal(world_fault(KEPT_P, ACCESS_WRITE, &fault), 0);
		world_close();
	}
}

TEST(a_fetch_from_a_page_whose_size_was_changed_can_be_a_machine_check)
{
	struct silicon_fault fault;

	world_open_wrong("size_change_mce");
	world_map_as(KEPT_BASE, KEPT_FRAMES, 1, W_PAGE);
	world_load(KEPT_P);
	world.words[world_entry(KEPT_BASE, 1) / 8] = 0;
	world_map(KEPT_P, KEPT_FRAMES);
	/* Code may use the entry that is held, and then nothing is walked. */
	assert_int_equal(world_fault(KEPT_P, ACCESS_EXECUTE, &fault), 0);
	world_close();
	world_open(WORLD_MACHINE WORLD_CORE
	           "tlb = l1 data 4k+2m 1x8\ntlb = l1 code 4k 1x8\n"
	           "cores = c\nerratum = size_change_mce\n");
	world_map_as(KEPT_BASE, KEPT_FRAMES, 1, W_PAGE);
	world_load(KEPT_P);
	world.words[world_entry(KEPT_BASE, 1) / 8] = 0;
	world_map(KEPT_P, KEPT_FRAMES);
	assert_int_equal(world_fault(KEPT_P, ACCESS_EXECUTE, &fault), 18);
	world_close();
}

TEST(a_counter_of_walks_can_count_too_many)
{
	world_open_wrong("walks_overcounted");
	world_map(KEPT_P, KEPT_FRAMES);
	world_load(KEPT_P);
	assert_int_equal(world_walks(0), 2);
	world_close();
}

TEST(invlpgb_that_cpuid_reports_can_fault)
{
	open_wrong("invlpgb_faults");
	assert_true(silicon_params(world.s)->invlpgb);
	assert_int_equal(silicon_invlpgb(world.s, 0, KEPT_P | 7, 0, 0), 6);
	world_close();
}

TEST(errata_of_the_body_are_asked_for)
{
	world_open_wrong("ipi_lost_asleep processor 0");
	assert_true(silicon_strikes(world.s, 0, EFFECT_IPI_LOST_ASLEEP));
	assert_false(silicon_strikes(world.s, 0, EFFECT_STORE_WAKES_NOBODY));
	world_close();
}

TEST(every_name_is_read_and_is_another)
{
	static struct machine_params params;
	struct silicon_error error;
	char name[64];
	unsigned count = 0;

	for (; silicon_erratum_name(count, name, sizeof name) != NULL; count++) {
		char text[96];

		params.erratum_count = 0;
		snprintf(text, sizeof text, "%s%s", name,
		         strstr(name, "_is_slow") != NULL ? " cycles 1" : "");
		if (!machine_params_add_erratum(&params, text, &error))
			fail_msg("%s", error.text);
		for (unsigned other = 0; other < count; other++) {
			char before[64];

			silicon_erratum_name(other, before, sizeof before);
			assert_string_not_equal(before, name);
		}
	}
	assert_int_equal(count, (OPERATIONS + 1) * EFFECT_TLB_FORGETS + EFFECT_COUNT -
	                                EFFECT_TLB_FORGETS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_operation_that_does_nothing_keeps_everything),
		cmocka_unit_test(
			a_flush_of_everything_that_does_nothing_keeps_the_page),
		cmocka_unit_test(another_operation_is_right),
		cmocka_unit_test(invlpg_that_keeps_globals_drops_the_rest),
		cmocka_unit_test(an_erratum_of_pcide_strikes_with_pcids_alone),
		cmocka_unit_test(pge_that_keeps_globals_keeps_no_other),
		cmocka_unit_test(
			an_operation_on_all_pcids_can_miss_the_current_or_the_others),
		cmocka_unit_test(
			an_operation_can_take_the_current_pcid_for_the_one_it_names),
		cmocka_unit_test(upper_levels_can_be_kept_together_or_one_by_one),
		cmocka_unit_test(
			a_level_that_is_kept_leaves_the_walk_that_many_entries),
		cmocka_unit_test(an_erratum_of_the_code_side_leaves_data_right),
		cmocka_unit_test(an_erratum_of_one_level_leaves_the_other_right),
		cmocka_unit_test(an_erratum_in_one_set_leaves_the_other_sets_right),
		cmocka_unit_test(an_erratum_of_large_pages_leaves_small_ones_right),
		cmocka_unit_test(pieces_that_are_kept_leave_the_one_aimed_at_right),
		cmocka_unit_test(an_erratum_of_one_processor_leaves_the_others_right),
		cmocka_unit_test(an_erratum_of_one_type_of_core_leaves_the_other_right),
		cmocka_unit_test(
			one_in_so_many_is_that_rare_and_the_same_with_the_same_seed),
		cmocka_unit_test(an_erratum_begins_and_ends_when_it_says),
		cmocka_unit_test(dropping_more_than_it_must_is_no_erratum_that_keeps),
		cmocka_unit_test(dropping_may_reach_the_sibling_and_by_itself_does_not),
		cmocka_unit_test(a_slow_operation_costs_that_much_more),
		cmocka_unit_test(a_tlb_may_forget_at_any_time),
		cmocka_unit_test(an_entry_made_present_can_fault_once_more),
		cmocka_unit_test(stray_bits_are_written_into_an_entry_that_was_cleared),
		cmocka_unit_test(a_write_that_faults_can_set_dirty),
		cmocka_unit_test(a_page_made_writable_can_fault_once_more),
		cmocka_unit_test(
			a_fetch_from_a_page_whose_size_was_changed_can_be_a_machine_check),
		cmocka_unit_test(a_counter_of_walks_can_count_too_many),
		cmocka_unit_test(invlpgb_that_cpuid_reports_can_fault),
		cmocka_unit_test(errata_of_the_body_are_asked_for),
		cmocka_unit_test(every_name_is_read_and_is_another),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
