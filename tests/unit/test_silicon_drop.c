/*
 * What each operation drops, and when it faults (SDM 3A 5.10.4.1, SDM 2A "INVPCID", APM
 * 2 5.5.3, APM 3 "INVLPGB").  The model keeps everything that it may.
 */
#include "tests/unit/support/silicon/kept.h"

static void expect(kept_operation operation, uint64_t pcid, const char *kept)
{
	assert_string_equal(kept_by(operation, pcid), kept);
}

TEST(a_load_of_cr3_drops_its_pcid_but_globals)
{
	kept_open("");
	expect(by_cr3, 1, "..gGoqH..v.");
	world_close();
}

TEST(a_load_of_cr3_with_bit_63_drops_nothing)
{
	kept_open("");
	expect(by_noflush, 1, KEPT_ALL);
	world_close();
}

TEST(a_load_of_cr3_drops_the_pcid_that_comes_not_the_one_that_goes)
{
	kept_open("");
	kept_plant();
	world_cr3(WORLD_CR3 | 2);
	assert_false(world_holds(KEPT_P));
	world_pcid(1);
	assert_true(world_holds(KEPT_P));
	world_close();
}

TEST(invlpg_drops_its_page_globals_of_every_pcid_and_all_upper_levels_of_its_own)
{
	kept_open("");
	expect(by_invlpg, 1, ".ng.oq...v.");
	world_close();
}

TEST(with_tce_invlpg_drops_the_upper_levels_of_its_address_alone)
{
	uint64_t efer;

	kept_open("");
	silicon_rdmsr(world.s, 0, 0xc0000080, &efer);
	assert_int_equal(silicon_wrmsr(world.s, 0, 0xc0000080, efer | WORLD_TCE),
	                 MSR_DONE);
	expect(by_invlpg, 1, ".ng.oq..Uv.");
	expect(by_invpcid_0, 1, ".ngGoqH.Uv.");
	world_close();
}

TEST(invpcid_0_drops_a_page_of_the_pcid_that_it_names)
{
	kept_open("");
	/* EFER.TCE is clear: of AMD all upper levels go with it. */
	expect(by_invpcid_0, 1, ".ngGoqH..v.");
	expect(by_invpcid_0, 2, "pngG.qHuU.c");
	world_close();
}

TEST(invpcid_0_without_tce_drops_the_upper_levels_of_its_address_alone)
{
	world_open_with("");
	kept_map();
	world_set_cr4(WORLD_PCIDE);
	world_pcid(1);
	world_load(KEPT_P);
	world_load(KEPT_FAR);
	world_invpcid(0, 1, KEPT_P);
	assert_int_equal(world_reads_for(KEPT_FAR + KEPT_PAGE), 1);
	assert_int_equal(world_reads_for(KEPT_FRESH), 4);
	world_close();
}

TEST(invpcid_1_of_another_pcid_leaves_this_ones)
{
	kept_open("");
	expect(by_invpcid_1, 1, "..gGoqH..v.");
	expect(by_invpcid_1, 2, "pngG..HuU.c");
	world_close();
}

TEST(invpcid_2_drops_everything)
{
	kept_open("");
	expect(by_invpcid_2, 0, "...........");
	world_close();
}

TEST(invpcid_3_leaves_globals_alone)
{
	kept_open("");
	expect(by_invpcid_3, 0, "..gG..H....");
	world_close();
}

TEST(a_change_of_pge_drops_everything)
{
	kept_open("");
	expect(by_pge, 0, "...........");
	world_close();
}

TEST(setting_smep_drops_the_current_pcid_and_clearing_it_nothing)
{
	kept_open("");
	expect(by_smep, 0, "..gGoqH..v.");
	kept_plant();
	world_set_cr4(WORLD_SMEP);
	world_load(KEPT_P);
	world_clear_cr4(WORLD_SMEP);
	assert_true(world_holds(KEPT_P));
	world_close();
}

TEST(where_the_manual_says_less_of_smep_it_drops_nothing)
{
	world_open("features = pge smep\nsmep_drops = no\ntsc_khz = 1000000\n"
	           "core_khz = 1000000\ncore = c\n" WORLD_TLBS "cores = c\n");
	kept_map();
	world_load(KEPT_P);
	world_set_cr4(WORLD_SMEP);
	assert_true(world_holds(KEPT_P));
	world_close();
}

TEST(clearing_pcide_drops_everything_and_setting_it_nothing)
{
	kept_open("");
	expect(by_pcide, 0, "...........");
	world_clear_cr4(WORLD_PCIDE);
	world_cr3(WORLD_CR3);
	world_load(KEPT_P);
	world_set_cr4(WORLD_PCIDE);
	assert_true(world_holds(KEPT_P));
	world_close();
}

TEST(turning_paging_off_drops_everything)
{
	const uint64_t cr0 = UINT64_C(0x80010001);

	world_open_with("");
	kept_map();
	world_load(KEPT_P);
	world_load(KEPT_GLOBAL);
	assert_int_equal(silicon_mov_cr0(world.s, 0, 0x10001), 13);
	silicon_set_compatibility(world.s, 0, true);
	assert_int_equal(silicon_mov_cr0(world.s, 0, 0x10001), 0);
	assert_int_equal(silicon_registers(world.s, 0).efer >> 10 & 1, 0);
	assert_int_equal(silicon_mov_cr0(world.s, 0, cr0), 0);
	assert_int_equal(silicon_registers(world.s, 0).efer >> 10 & 1, 1);
	assert_false(world_holds(KEPT_P));
	assert_false(world_holds(KEPT_GLOBAL));
	world_close();
}

TEST(invlpgb_drops_what_its_operands_say)
{
	kept_open("");
	expect(by_invlpgb, 1, ".ngGoqH.Uv.");
	expect(by_invlpgb, 2, "pngG.qHuU.c");
	/* Of globals those that its PCID filled. */
	expect(by_invlpgb_globals, 1, ".ng.oqH.Uv.");
	expect(by_invlpgb_leaves, 1, ".ngGoqHuUv.");
	/* Without an address all of the PCID; without that everything. */
	expect(by_invlpgb_pcid, 1, "..gGoqH..v.");
	expect(by_invlpgb_pcid, 2, "pngG..HuU.c");
	expect(by_invlpgb_everything, 1, "...........");
	world_close();
}

TEST(invlpgb_drops_nothing_before_tlbsync_and_then_everywhere)
{
	uint64_t physical;

	kept_open("");
	world_cr3(WORLD_CR3 | 1);
	silicon_mov_cr3(world.s, 1, WORLD_CR3 | 1);
	world_load(KEPT_P);
	world_access(1, KEPT_P, ACCESS_READ);
	world_access(1, KEPT_N, ACCESS_READ);
	assert_int_equal(silicon_invlpgb(world.s, 0, KEPT_P | 7, 0, 1u << 16), 0);
	assert_true(world_holds(KEPT_P));
	/* Another processor's waits for that one's own. */
	assert_int_equal(silicon_tlbsync(world.s, 1), 0);
	assert_true(world_holds(KEPT_P));
	assert_int_equal(silicon_tlbsync(world.s, 0), 0);
	assert_false(world_holds(KEPT_P));
	assert_false(silicon_peek(world.s, 1, KEPT_P, ACCESS_READ, &physical));
	assert_true(silicon_peek(world.s, 1, KEPT_N, ACCESS_READ, &physical));
	world_close();
}

TEST(invlpgb_takes_several_pages_and_no_more_than_it_says)
{
	kept_open("");
	kept_plant();
	assert_int_equal(silicon_invlpgb(world.s, 0, KEPT_P | 7, 1, 1u << 16), 0);
	assert_int_equal(silicon_tlbsync(world.s, 0), 0);
	assert_false(world_holds(KEPT_P));
	assert_false(world_holds(KEPT_N));
	assert_int_equal(silicon_invlpgb(world.s, 0, KEPT_P | 7, 7, 1u << 16), 0);
	assert_int_equal(silicon_invlpgb(world.s, 0, KEPT_P | 7, 8, 1u << 16), 13);
	world_close();
}

TEST(more_broadcasts_than_can_be_kept_apart_drop_everything)
{
	kept_open("");
	kept_plant();
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(silicon_invlpgb(world.s, 0, KEPT_FAR | 7, 0, 1u << 16),
		                 0);
	assert_int_equal(silicon_tlbsync(world.s, 0), 0);
	assert_false(world_holds(KEPT_P));
	world_close();
}

TEST(an_address_that_is_none_is_ignored_by_invlpg_and_refused_by_invpcid_0)
{
	const uint64_t none = UINT64_C(0x800000000000);

	kept_open("");
	expect(by_noflush, 0, KEPT_ALL);
	kept_plant();
	silicon_invlpg(world.s, 0, none);
	assert_true(world_holds(KEPT_P));
	assert_int_equal(silicon_invpcid(world.s, 0, 0, 1, none), 13);
	assert_int_equal(silicon_invpcid(world.s, 0, 1, 1, none), 0);
	world_close();
}

TEST(invpcid_refuses_what_the_manual_does)
{
	kept_open("");
	kept_plant();

	const uint64_t time = silicon_time(world.s, 0);

	assert_int_equal(silicon_invpcid(world.s, 0, 4, 0, 0), 13);
	assert_int_equal(silicon_invpcid(world.s, 0, 1, 0x1000, 0), 13);
	assert_int_equal(world_since(time), 0);
	world_clear_cr4(WORLD_PCIDE);
	assert_int_equal(silicon_invpcid(world.s, 0, 0, 1, KEPT_P), 13);
	assert_int_equal(silicon_invpcid(world.s, 0, 1, 1, 0), 13);
	assert_int_equal(silicon_invpcid(world.s, 0, 3, 1, 0), 0);
	world_close();
}

TEST(what_the_machine_has_not_raises_invalid_opcode)
{
	world_open("features = pge\ntsc_khz = 1000000\ncore_khz = 1000000\n"
	           "core = c\n" WORLD_TLBS "cores = c\n");
	assert_int_equal(silicon_invpcid(world.s, 0, 2, 0, 0), 6);
	assert_int_equal(silicon_invlpgb(world.s, 0, 7, 0, 0), 6);
	assert_int_equal(silicon_tlbsync(world.s, 0), 6);
	world_close();
}

TEST(control_registers_refuse_what_the_manual_does)
{
	const uint64_t cr4 = UINT64_C(0xa0);

	world_open("features = pge pcid\ntsc_khz = 1000000\ncore_khz = 1000000\n"
	           "core = c\n" WORLD_TLBS "cores = c\n");
	assert_int_equal(silicon_mov_cr3(world.s, 0, WORLD_CR3 | WORLD_KEEP), 13);
	assert_int_equal(silicon_mov_cr3(world.s, 0, WORLD_CR3 | UINT64_C(1) << 62),
	                 13);
	assert_int_equal(silicon_mov_cr4(world.s, 0, cr4 | WORLD_SMEP), 13);
	assert_int_equal(silicon_mov_cr4(world.s, 0, cr4 | WORLD_LA57), 13);
	assert_int_equal(silicon_mov_cr4(world.s, 0, 0x80), 13);
	world_cr3(WORLD_CR3 | 0x18);
	assert_int_equal(silicon_mov_cr4(world.s, 0, cr4 | WORLD_PCIDE), 13);
	world_cr3(WORLD_CR3);
	assert_int_equal(silicon_mov_cr4(world.s, 0, cr4 | WORLD_PCIDE), 0);
	world_pcid(5);
	assert_int_equal(silicon_registers(world.s, 0).cr3, WORLD_CR3 | 5);
	silicon_set_compatibility(world.s, 0, true);
	assert_int_equal(silicon_mov_cr0(world.s, 0, 1), 13);
	world_close();
}

TEST(reset_drops_everything_of_one_processor)
{
	uint64_t physical;

	kept_open("");
	world_load(KEPT_P);
	world_access(1, KEPT_P, ACCESS_READ);
	silicon_reset(world.s, 0);
	assert_false(world_holds(KEPT_P));
	assert_int_equal(silicon_registers(world.s, 0).cr3, 0);
	assert_true(silicon_peek(world.s, 1, KEPT_P, ACCESS_READ, &physical));
	world_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_load_of_cr3_drops_its_pcid_but_globals),
		cmocka_unit_test(a_load_of_cr3_with_bit_63_drops_nothing),
		cmocka_unit_test(
			a_load_of_cr3_drops_the_pcid_that_comes_not_the_one_that_goes),
		cmocka_unit_test(
			invlpg_drops_its_page_globals_of_every_pcid_and_all_upper_levels_of_its_own),
		cmocka_unit_test(
			with_tce_invlpg_drops_the_upper_levels_of_its_address_alone),
		cmocka_unit_test(invpcid_0_drops_a_page_of_the_pcid_that_it_names),
		cmocka_unit_test(
			invpcid_0_without_tce_drops_the_upper_levels_of_its_address_alone),
		cmocka_unit_test(invpcid_1_of_another_pcid_leaves_this_ones),
		cmocka_unit_test(invpcid_2_drops_everything),
		cmocka_unit_test(invpcid_3_leaves_globals_alone),
		cmocka_unit_test(a_change_of_pge_drops_everything),
		cmocka_unit_test(
			setting_smep_drops_the_current_pcid_and_clearing_it_nothing),
		cmocka_unit_test(where_the_manual_says_less_of_smep_it_drops_nothing),
		cmocka_unit_test(
			clearing_pcide_drops_everything_and_setting_it_nothing),
		cmocka_unit_test(turning_paging_off_drops_everything),
		cmocka_unit_test(invlpgb_drops_what_its_operands_say),
		cmocka_unit_test(
			invlpgb_drops_nothing_before_tlbsync_and_then_everywhere),
		cmocka_unit_test(invlpgb_takes_several_pages_and_no_more_than_it_says),
		cmocka_unit_test(
			more_broadcasts_than_can_be_kept_apart_drop_everything),
		cmocka_unit_test(
			an_address_that_is_none_is_ignored_by_invlpg_and_refused_by_invpcid_0),
		cmocka_unit_test(invpcid_refuses_what_the_manual_does),
		cmocka_unit_test(what_the_machine_has_not_raises_invalid_opcode),
		cmocka_unit_test(control_registers_refuse_what_the_manual_does),
		cmocka_unit_test(reset_drops_everything_of_one_processor),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
