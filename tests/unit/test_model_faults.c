/*
 * A CPU that keeps what it must drop: every fault turns the cells to fail that it
 * should, and no other.
 */
#include "tests/model/differences.h"
#include "tests/unit/support/unit.h"

#define PAGES " page_4k page_2m page_1g"
#define GLOBALS " global_4k global_neighbour"
#define OTHERS " target_pcid other_pcid"
#define PSC " psc psc_pdpte psc_pml4e"
#define UPPER " pde" PSC
#define CODE " code_4k code_2m"
#define CODE_OTHERS " code_target_pcid code_other_pcid"

static void shows(enum quirk quirk, const char *expected)
{
	assert_string_equal(model_differences(quirk_bit(quirk)), expected);
}

TEST(an_invlpg_that_does_nothing_fails_its_cells)
{
	shows(INVLPG_DOES_NOTHING,
	      "invlpg off fail:" PAGES " global_4k" UPPER CODE " code_global\n"
	      "invlpg on fail:" PAGES " global_4k other_pcid_global" UPPER CODE
	      " code_global\n");
}

TEST(an_invlpg_that_keeps_globals_fails_the_globals_aimed_at_with_pcids_on)
{
	shows(INVLPG_KEEPS_GLOBALS,
	      "invlpg on fail: global_4k other_pcid_global code_global\n");
}

TEST(an_invlpg_that_leaves_upper_levels_fails_pde_and_psc)
{
	shows(INVLPG_KEEPS_PSC, "invlpg off fail:" UPPER "\n"
	                        "invlpg on fail:" UPPER "\n");
}

TEST(an_invlpg_that_leaves_upper_levels_elsewhere_fails_psc_alone)
{
	shows(INVLPG_KEEPS_PSC_ELSEWHERE, "invlpg off fail:" PSC "\n"
	                                  "invlpg on fail:" PSC "\n");
}

TEST(an_invlpg_that_leaves_the_instruction_side_fails_code)
{
	shows(INVLPG_KEEPS_CODE, "invlpg off fail:" CODE " code_global\n"
	                         "invlpg on fail:" CODE " code_global\n");
}

TEST(an_invlpg_that_leaves_larger_pages_fails_these)
{
	shows(INVLPG_KEEPS_LARGE, "invlpg off fail: page_2m page_1g code_2m\n"
	                          "invlpg on fail: page_2m page_1g code_2m\n");
}

/* Seen in the middle of the page alone: the piece aimed at is gone. */
TEST(a_cpu_that_forgets_pieces_of_larger_pages_fails_these_where_an_address_is_named)
{
	shows(PIECES_ARE_FORGOTTEN,
	      "invlpg off fail: page_2m page_1g code_2m\n"
	      "invlpg on fail: page_2m page_1g code_2m\n"
	      "invpcid_address off fail: page_2m page_1g code_2m\n"
	      "invpcid_address on fail: page_2m page_1g code_2m\n");
}

TEST(an_invpcid_of_one_type_that_does_nothing_fails_the_cells_of_that_type)
{
	shows(INVPCID_0_DOES_NOTHING, "invpcid_address off fail:" PAGES UPPER CODE "\n"
	                              "invpcid_address on fail:" PAGES
	                              " target_pcid" UPPER CODE " code_target_pcid\n");
	shows(INVPCID_1_DOES_NOTHING,
	      "invpcid_context off fail:" PAGES " neighbour" UPPER CODE "\n"
	      "invpcid_context on fail:" PAGES " neighbour target_pcid" UPPER CODE
	      " code_target_pcid\n");
	shows(INVPCID_2_DOES_NOTHING,
	      "invpcid_all_global off fail:" PAGES " neighbour" GLOBALS UPPER CODE
	      " code_global\n"
	      "invpcid_all_global on fail:" PAGES " neighbour" GLOBALS OTHERS
	      " other_pcid_global" UPPER CODE " code_global" CODE_OTHERS "\n");
	shows(INVPCID_3_DOES_NOTHING,
	      "invpcid_all_non_global off fail:" PAGES " neighbour" UPPER CODE "\n"
	      "invpcid_all_non_global on fail:" PAGES
	      " neighbour" OTHERS UPPER CODE CODE_OTHERS "\n");
}

TEST(an_invpcid_that_leaves_upper_levels_fails_pde_and_psc)
{
	shows(INVPCID_0_KEEPS_PSC, "invpcid_address off fail:" UPPER "\n"
	                           "invpcid_address on fail:" UPPER "\n");
	shows(INVPCID_1_KEEPS_PSC, "invpcid_context off fail:" UPPER "\n"
	                           "invpcid_context on fail:" UPPER "\n");
}

TEST(an_invpcid_that_takes_the_current_pcid_fails_target_pcid)
{
	shows(INVPCID_TAKES_CURRENT,
	      "invpcid_address on fail: target_pcid code_target_pcid\n"
	      "invpcid_context on fail: target_pcid code_target_pcid\n");
}

TEST(an_invpcid_of_all_that_forgets_globals_fails_these)
{
	shows(INVPCID_2_KEEPS_GLOBALS,
	      "invpcid_all_global off fail:" GLOBALS " code_global\n"
	      "invpcid_all_global on fail:" GLOBALS " other_pcid_global code_global\n");
}

TEST(an_invpcid_of_all_that_drops_the_current_pcid_only_fails_the_others)
{
	shows(INVPCID_2_ONLY_CURRENT,
	      "invpcid_all_global on fail:" OTHERS CODE_OTHERS "\n");
	shows(INVPCID_3_ONLY_CURRENT,
	      "invpcid_all_non_global on fail:" OTHERS CODE_OTHERS "\n");
}

TEST(a_cr3_load_that_takes_bit_63_for_set_fails_all_that_load_it_clear)
{
	shows(CR3_NEVER_DROPS,
	      "cr3_pcid_flush on fail:" PAGES " neighbour target_pcid" UPPER CODE
	      " code_target_pcid\n"
	      "invpcid_by_cr3 on fail: target_pcid code_target_pcid\n"
	      "invpcid_by_cr3_seed on fail:" PAGES " neighbour" UPPER CODE "\n"
	      "cr3_pti_deferred on fail:" PAGES " neighbour target_pcid" UPPER CODE
	      " code_target_pcid\n");
}

TEST(a_cr3_load_that_drops_what_it_leaves_fails_where_another_is_loaded)
{
	shows(CR3_DROPS_LEFT,
	      "invpcid_by_cr3 on fail: target_pcid code_target_pcid\n"
	      "invpcid_by_cr3 on dropped:" PAGES " neighbour" UPPER CODE "\n"
	      "invpcid_by_cr3_seed on fail:" PAGES " neighbour" UPPER CODE "\n"
	      "invpcid_by_cr3_seed on holds: target_pcid code_target_pcid\n"
	      "cr3_pti_deferred on fail:" PAGES " neighbour" UPPER CODE "\n");
}

TEST(a_cr3_load_that_leaves_upper_levels_fails_pde_and_psc)
{
	shows(CR3_KEEPS_PSC, "cr3_reload off fail:" UPPER "\n"
	                     "cr3_pcid_flush on fail:" UPPER "\n"
	                     "invpcid_by_cr3_seed on fail:" UPPER "\n"
	                     "cr3_pti_deferred on fail:" UPPER "\n");
}

TEST(a_cr3_load_that_leaves_the_instruction_side_fails_code)
{
	shows(CR3_KEEPS_CODE, "cr3_reload off fail:" CODE "\n"
	                      "cr3_pcid_flush on fail:" CODE " code_target_pcid\n"
	                      "invpcid_by_cr3 on fail: code_target_pcid\n"
	                      "invpcid_by_cr3_seed on fail:" CODE "\n"
	                      "cr3_pti_deferred on fail:" CODE " code_target_pcid\n");
}

TEST(a_pge_toggle_that_drops_nothing_fails_everything_of_its_own)
{
	shows(PGE_DOES_NOTHING,
	      "cr4_pge_toggle off fail:" PAGES " neighbour" GLOBALS UPPER CODE
	      " code_global\n"
	      "cr4_pge_toggle on fail:" PAGES " neighbour" GLOBALS OTHERS
	      " other_pcid_global" UPPER CODE " code_global" CODE_OTHERS "\n");
}

TEST(a_pge_toggle_that_keeps_globals_fails_these)
{
	shows(PGE_KEEPS_GLOBALS,
	      "cr4_pge_toggle off fail:" GLOBALS " code_global\n"
	      "cr4_pge_toggle on fail:" GLOBALS " other_pcid_global code_global\n");
}

TEST(a_pge_toggle_that_drops_the_current_pcid_only_fails_the_others)
{
	shows(PGE_ONLY_CURRENT, "cr4_pge_toggle on fail:" OTHERS CODE_OTHERS "\n");
}

TEST(a_set_smep_that_drops_nothing_fails_the_current_pcid)
{
	shows(SMEP_DOES_NOTHING,
	      "cr4_smep_set off fail:" PAGES " neighbour" UPPER CODE "\n"
	      "cr4_smep_set on fail:" PAGES " neighbour" UPPER CODE "\n");
}

TEST(paging_off_that_drops_nothing_fails_everything_of_its_own)
{
	shows(PG_DOES_NOTHING, "cr0_pg_toggle off fail:" PAGES
	                       " neighbour" GLOBALS UPPER CODE " code_global\n");
}

TEST(paging_off_that_keeps_globals_fails_these)
{
	shows(PG_KEEPS_GLOBALS, "cr0_pg_toggle off fail:" GLOBALS " code_global\n");
}

/* Of data all is right: cells of code alone can say so. */
TEST(an_instruction_side_that_keeps_something_fails_the_cell_of_that)
{
	shows(INVLPG_KEEPS_LARGE_CODE, "invlpg off fail: code_2m\n"
	                               "invlpg on fail: code_2m\n");
	shows(INVPCID_0_KEEPS_CODE,
	      "invpcid_address off fail:" CODE "\n"
	      "invpcid_address on fail:" CODE " code_target_pcid\n");
	shows(INVPCID_1_KEEPS_CODE,
	      "invpcid_context off fail:" CODE "\n"
	      "invpcid_context on fail:" CODE " code_target_pcid\n");
	shows(INVPCID_2_KEEPS_GLOBAL_CODE, "invpcid_all_global off fail: code_global\n"
	                                   "invpcid_all_global on fail: code_global\n");
	shows(INVPCID_3_KEEPS_CODE_OF_OTHERS,
	      "invpcid_all_non_global on fail: code_target_pcid code_other_pcid\n");
	shows(PGE_KEEPS_GLOBAL_CODE, "cr4_pge_toggle off fail: code_global\n"
	                             "cr4_pge_toggle on fail: code_global\n");
	shows(PG_KEEPS_GLOBAL_CODE, "cr0_pg_toggle off fail: code_global\n");
}

/* The same as a program in which the operation was left out. */
TEST(an_operation_that_is_left_out_fails_every_must_cell_and_no_other)
{
	for (unsigned i = 0; i < TLB_OPS * 2; i++) {
		const struct tlb_op *const op = &tlb_ops[i / 2];
		const struct tlb_mode mode = { .pcide = i % 2 == 1 };

		for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
			const enum rule rule = tlb_op_rule(op, entry, mode).rule;

			if (model_can(op, mode))
				assert_int_equal(
					model_verdict(op, entry, mode,
				                      quirk_bit(OPERATION_IS_NOTHING)),
					rule == RULE_MUST ? VERDICT_FAIL
							  : verdict_for(rule));
		}
	}
}

TEST(a_cpu_without_faults_shows_no_difference)
{
	assert_string_equal(model_differences(0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_invlpg_that_does_nothing_fails_its_cells),
		cmocka_unit_test(
			an_invlpg_that_keeps_globals_fails_the_globals_aimed_at_with_pcids_on),
		cmocka_unit_test(an_invlpg_that_leaves_upper_levels_fails_pde_and_psc),
		cmocka_unit_test(
			an_invlpg_that_leaves_upper_levels_elsewhere_fails_psc_alone),
		cmocka_unit_test(an_invlpg_that_leaves_the_instruction_side_fails_code),
		cmocka_unit_test(an_invlpg_that_leaves_larger_pages_fails_these),
		cmocka_unit_test(
			a_cpu_that_forgets_pieces_of_larger_pages_fails_these_where_an_address_is_named),
		cmocka_unit_test(
			an_invpcid_of_one_type_that_does_nothing_fails_the_cells_of_that_type),
		cmocka_unit_test(an_invpcid_that_leaves_upper_levels_fails_pde_and_psc),
		cmocka_unit_test(
			an_invpcid_that_takes_the_current_pcid_fails_target_pcid),
		cmocka_unit_test(an_invpcid_of_all_that_forgets_globals_fails_these),
		cmocka_unit_test(
			an_invpcid_of_all_that_drops_the_current_pcid_only_fails_the_others),
		cmocka_unit_test(
			a_cr3_load_that_takes_bit_63_for_set_fails_all_that_load_it_clear),
		cmocka_unit_test(
			a_cr3_load_that_drops_what_it_leaves_fails_where_another_is_loaded),
		cmocka_unit_test(a_cr3_load_that_leaves_upper_levels_fails_pde_and_psc),
		cmocka_unit_test(
			a_cr3_load_that_leaves_the_instruction_side_fails_code),
		cmocka_unit_test(
			a_pge_toggle_that_drops_nothing_fails_everything_of_its_own),
		cmocka_unit_test(a_pge_toggle_that_keeps_globals_fails_these),
		cmocka_unit_test(
			a_pge_toggle_that_drops_the_current_pcid_only_fails_the_others),
		cmocka_unit_test(a_set_smep_that_drops_nothing_fails_the_current_pcid),
		cmocka_unit_test(
			paging_off_that_drops_nothing_fails_everything_of_its_own),
		cmocka_unit_test(paging_off_that_keeps_globals_fails_these),
		cmocka_unit_test(
			an_instruction_side_that_keeps_something_fails_the_cell_of_that),
		cmocka_unit_test(
			an_operation_that_is_left_out_fails_every_must_cell_and_no_other),
		cmocka_unit_test(a_cpu_without_faults_shows_no_difference),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
