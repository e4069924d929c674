/*
 * A CPU that drops more than it must: every CPU may, so no cell ever fails.  What it
 * drops shows as dropped, and where the control loses its entry too nothing is said.
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

TEST(no_way_to_drop_more_ever_fails)
{
	for (enum quirk quirk = QUIRKS_THAT_DROP_MORE; quirk < QUIRKS; quirk++) {
		const char *const text = model_differences(quirk_bit(quirk));

		if (strstr(text, "fail") != NULL)
			fail_msg("%s", text);
	}
}

TEST(all_ways_to_drop_more_together_never_fail)
{
	uint64_t quirks = 0;

	for (enum quirk quirk = DROPS_NOW_AND_THEN + 1; quirk < QUIRKS; quirk++)
		quirks |= quirk_bit(quirk);
	assert_null(strstr(model_differences(quirks), "fail"));
}

TEST(a_cpu_without_a_tlb_is_inconclusive_everywhere)
{
	for (unsigned i = 0; i < TLB_OPS * 2; i++) {
		const struct tlb_op *const op = &tlb_ops[i / 2];
		const struct tlb_mode mode = { .pcide = i % 2 == 1 };

		for (enum entry entry = 0; entry < ENTRY_COUNT; entry++)
			if (model_can(op, mode) &&
			    tlb_op_rule(op, entry, mode).rule != RULE_NONE)
				assert_int_equal(model_verdict(op, entry, mode,
				                               quirk_bit(DROPS_ALWAYS)),
				                 VERDICT_INCONCLUSIVE);
	}
}

/* A real TLB evicts; 95 stale controls of a hundred are asked for, not all. */
TEST(a_tlb_that_evicts_now_and_then_changes_nothing)
{
	shows(DROPS_NOW_AND_THEN, "");
}

TEST(fractured_larger_pages_change_nothing)
{
	shows(LARGE_IS_FRACTURED, "");
}

TEST(an_invlpg_that_drops_the_whole_pcid_shows_in_the_neighbours)
{
	shows(INVLPG_DROPS_CURRENT, "invlpg off dropped: neighbour global_neighbour\n"
	                            "invlpg on dropped: neighbour global_neighbour\n");
}

TEST(an_invlpg_that_ignores_pcids_shows_in_the_others)
{
	shows(INVLPG_DROPS_PAGE_EVERYWHERE,
	      "invlpg on dropped:" OTHERS CODE_OTHERS "\n");
}

TEST(an_invpcid_that_drops_globals_shows_in_these)
{
	shows(INVPCID_DROPS_GLOBALS,
	      "invpcid_address off dropped: global_4k code_global\n"
	      "invpcid_address on dropped: global_4k other_pcid_global code_global\n"
	      "invpcid_context off dropped:" GLOBALS " code_global\n"
	      "invpcid_context on dropped:" GLOBALS " other_pcid_global code_global\n"
	      "invpcid_all_non_global off dropped:" GLOBALS " code_global\n"
	      "invpcid_all_non_global on dropped:" GLOBALS
	      " other_pcid_global code_global\n");
}

TEST(an_invpcid_that_ignores_pcids_shows_in_the_third)
{
	shows(INVPCID_DROPS_ALL_PCIDS,
	      "invpcid_address on dropped: other_pcid code_other_pcid\n"
	      "invpcid_context on dropped: other_pcid code_other_pcid\n");
}

/* As QEMU's TCG does. */
TEST(a_cr3_load_that_drops_globals_shows_in_these)
{
	shows(CR3_DROPS_GLOBALS,
	      "cr3_reload off dropped:" GLOBALS " code_global\n"
	      "cr3_pcid_flush on dropped:" GLOBALS " other_pcid_global code_global\n"
	      "invpcid_by_cr3 on dropped:" GLOBALS " other_pcid_global code_global\n"
	      "invpcid_by_cr3_seed on dropped:" GLOBALS
	      " other_pcid_global code_global\n"
	      "cr3_pti_deferred on dropped:" GLOBALS
	      " other_pcid_global code_global\n");
}

/*
 * As Bochs does.  The switch to another PCID and back is such a load: nothing can be
 * said of what another PCID holds, and the published routine is not refuted.
 */
#define NOTHING_KEPT_OVER_A_SWITCH                                                     \
	"none on inconclusive:" OTHERS CODE_OTHERS "\n"                                \
	"cr3_pcid_flush on inconclusive:" OTHERS CODE_OTHERS "\n"                      \
	"cr3_pcid_noflush on dropped:" PAGES " neighbour" UPPER CODE "\n"              \
	"cr3_pcid_noflush on inconclusive:" OTHERS CODE_OTHERS "\n"                    \
	"invlpg on inconclusive:" OTHERS CODE_OTHERS "\n"                              \
	"invpcid_address on inconclusive:" OTHERS CODE_OTHERS "\n"                     \
	"invpcid_context on inconclusive:" OTHERS CODE_OTHERS "\n"                     \
	"invpcid_all_global on inconclusive:" OTHERS CODE_OTHERS "\n"                  \
	"invpcid_all_non_global on inconclusive:" OTHERS CODE_OTHERS "\n"              \
	"invpcid_by_cr3 on dropped:" PAGES " neighbour" UPPER CODE "\n"                \
	"invpcid_by_cr3 on inconclusive:" OTHERS CODE_OTHERS "\n"                      \
	"invpcid_by_cr3_seed on inconclusive:" OTHERS CODE_OTHERS "\n"                 \
	"cr3_pti_deferred on inconclusive:" OTHERS CODE_OTHERS "\n"                    \
	"cr4_pge_toggle on inconclusive:" OTHERS CODE_OTHERS "\n"                      \
	"cr4_smep_set on inconclusive:" OTHERS CODE_OTHERS "\n"

TEST(a_cr3_load_that_ignores_bit_63_leaves_nothing_to_say_of_other_pcids)
{
	shows(CR3_ALWAYS_DROPS, NOTHING_KEPT_OVER_A_SWITCH);
	shows(CR3_DROPS_ALL_PCIDS, NOTHING_KEPT_OVER_A_SWITCH);
}

TEST(a_set_smep_that_drops_globals_shows_in_these)
{
	shows(SMEP_DROPS_GLOBALS,
	      "cr4_smep_set off dropped:" GLOBALS " code_global\n"
	      "cr4_smep_set on dropped:" GLOBALS " other_pcid_global code_global\n");
}

TEST(an_invalidation_that_drops_everything_leaves_no_may_cell_kept)
{
	for (unsigned i = 0; i < TLB_OPS * 2; i++) {
		const struct tlb_op *const op = &tlb_ops[i / 2];
		const struct tlb_mode mode = { .pcide = i % 2 == 1 };

		/* A load with bit 63 is no invalidation, and drops nothing here. */
		if (!model_can(op, mode) || op == tlb_op_none ||
		    op == tlb_op_named("cr3_pcid_noflush"))
			continue;
		for (enum entry entry = 0; entry < ENTRY_COUNT; entry++)
			assert_int_not_equal(
				model_verdict(op, entry, mode,
			                      quirk_bit(INVALIDATION_DROPS_ALL)),
				VERDICT_KEPT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_way_to_drop_more_ever_fails),
		cmocka_unit_test(all_ways_to_drop_more_together_never_fail),
		cmocka_unit_test(a_cpu_without_a_tlb_is_inconclusive_everywhere),
		cmocka_unit_test(a_tlb_that_evicts_now_and_then_changes_nothing),
		cmocka_unit_test(fractured_larger_pages_change_nothing),
		cmocka_unit_test(
			an_invlpg_that_drops_the_whole_pcid_shows_in_the_neighbours),
		cmocka_unit_test(an_invlpg_that_ignores_pcids_shows_in_the_others),
		cmocka_unit_test(an_invpcid_that_drops_globals_shows_in_these),
		cmocka_unit_test(an_invpcid_that_ignores_pcids_shows_in_the_third),
		cmocka_unit_test(a_cr3_load_that_drops_globals_shows_in_these),
		cmocka_unit_test(
			a_cr3_load_that_ignores_bit_63_leaves_nothing_to_say_of_other_pcids),
		cmocka_unit_test(a_set_smep_that_drops_globals_shows_in_these),
		cmocka_unit_test(
			an_invalidation_that_drops_everything_leaves_no_may_cell_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
