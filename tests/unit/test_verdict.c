/* Verdicts from counts, and the rows they become. */
#include "bench/harness/verify/verify.h"
#include "lib/stream/record.h"

#include "tests/unit/support/unit.h"

static enum verdict verdict(enum rule rule, uint32_t control, uint32_t after)
{
	const struct staleness staleness = {
		.trials = 200,
		.stale_control = control,
		.stale_after = after,
	};

	return verdict_of(rule, &staleness);
}

TEST(must_passes_with_a_stale_control_and_nothing_stale_after)
{
	assert_int_equal(verdict(RULE_MUST, 200, 0), VERDICT_PASS);
}

TEST(must_fails_with_a_single_stale_word)
{
	assert_int_equal(verdict(RULE_MUST, 200, 1), VERDICT_FAIL);
	assert_int_equal(verdict(RULE_MUST, 200, 200), VERDICT_FAIL);
}

TEST(may_is_kept_with_a_single_stale_word_and_dropped_without)
{
	assert_int_equal(verdict(RULE_MAY, 200, 0), VERDICT_DROPPED);
	assert_int_equal(verdict(RULE_MAY, 200, 1), VERDICT_KEPT);
	assert_int_equal(verdict(RULE_MAY, 200, 200), VERDICT_KEPT);
}

TEST(a_claim_is_refuted_by_a_single_stale_word_and_holds_without)
{
	assert_int_equal(verdict(RULE_CLAIMED, 200, 0), VERDICT_HOLDS);
	assert_int_equal(verdict(RULE_CLAIMED, 200, 1), VERDICT_REFUTED);
	assert_int_equal(verdict(RULE_CLAIMED, 189, 0), VERDICT_INCONCLUSIVE);
}

TEST(a_fresh_control_shows_nothing_whatever_the_rule)
{
	for (uint32_t after = 0; after <= 200; after += 100) {
		assert_int_equal(verdict(RULE_MUST, 0, after), VERDICT_INCONCLUSIVE);
		assert_int_equal(verdict(RULE_MAY, 0, after), VERDICT_INCONCLUSIVE);
		assert_int_equal(verdict(RULE_MUST, 189, after), VERDICT_INCONCLUSIVE);
		assert_int_equal(verdict(RULE_MAY, 189, after), VERDICT_INCONCLUSIVE);
	}
}

TEST(the_control_must_be_stale_in_95_percent_exactly)
{
	assert_int_equal(verdict(RULE_MUST, 190, 0), VERDICT_PASS);
	assert_int_equal(verdict(RULE_MUST, 190, 1), VERDICT_FAIL);
	assert_int_equal(verdict(RULE_MAY, 190, 0), VERDICT_DROPPED);
	assert_int_equal(verdict(RULE_MAY, 190, 1), VERDICT_KEPT);
}

TEST(one_unprepared_trial_makes_a_cell_inconclusive)
{
	const struct staleness staleness = {
		.trials = 200,
		.stale_control = 200,
		.stale_after = 7,
		.unprepared = 1,
	};

	assert_int_equal(verdict_of(RULE_MUST, &staleness), VERDICT_INCONCLUSIVE);
	assert_int_equal(verdict_of(RULE_MAY, &staleness), VERDICT_INCONCLUSIVE);
}

TEST(an_operation_is_believed_if_a_must_cell_passed_and_none_failed)
{
	struct tally tally = { 0 };

	tally_cell(&tally, VERDICT_KEPT);
	tally_cell(&tally, VERDICT_INCONCLUSIVE);
	assert_int_equal(tally_believed(&tally), BELIEVED_UNKNOWN);
	tally_cell(&tally, VERDICT_PASS);
	assert_int_equal(tally_believed(&tally), BELIEVED_YES);
	assert_int_equal(tally_failures(&tally), 0);
	tally_cell(&tally, VERDICT_FAIL);
	assert_int_equal(tally_believed(&tally), BELIEVED_NO);
	assert_int_equal(tally_failures(&tally), 1);
}

TEST(a_fault_that_does_not_come_fails_the_run_and_is_no_reason_not_to_believe)
{
	struct tally tally = { 0 }, sum = { 0 };

	tally_cell(&tally, VERDICT_PASS);
	tally_fault(&tally, VERDICT_PASS);
	tally_fault(&tally, VERDICT_FAIL);
	assert_int_equal(tally_failures(&tally), 1);
	assert_int_equal(tally_believed(&tally), BELIEVED_YES);
	tally_add(&sum, &tally);
	tally_add(&sum, &tally);
	assert_int_equal(tally_failures(&sum), 2);
	assert_int_equal(tally_believed(&sum), BELIEVED_YES);
	/* Nor one to believe. */
	sum = (struct tally){ 0 };
	tally_fault(&sum, VERDICT_PASS);
	assert_int_equal(tally_believed(&sum), BELIEVED_UNKNOWN);
}

TEST(no_trials_show_nothing)
{
	const struct staleness none = { 0 };

	assert_int_equal(verdict_of(RULE_MUST, &none), VERDICT_INCONCLUSIVE);
	assert_int_equal(verdict_of(RULE_MAY, &none), VERDICT_INCONCLUSIVE);
}

TEST(verdicts_have_the_names_of_verify_csv)
{
	assert_string_equal(verdict_name(VERDICT_PASS), "pass");
	assert_string_equal(verdict_name(VERDICT_FAIL), "fail");
	assert_string_equal(verdict_name(VERDICT_KEPT), "kept");
	assert_string_equal(verdict_name(VERDICT_DROPPED), "dropped");
	assert_string_equal(verdict_name(VERDICT_REFUTED), "refuted");
	assert_string_equal(verdict_name(VERDICT_HOLDS), "holds");
	assert_string_equal(verdict_name(VERDICT_INCONCLUSIVE), "inconclusive");
	assert_string_equal(verdict_name(VERDICT_SKIPPED), "skipped");
}

static unsigned commas(const char *text, size_t length)
{
	unsigned count = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] == ',';
	return count;
}

/* Column core_type of the next rows. */
static const char *core_type;
/* Column cpu. */
static const uint32_t *cpu;

static const char *csv_row(const struct verify_case *cell, bool has_tce,
                           enum verify_phase phase, const struct staleness *staleness)
{
	static char text[LINE_CAPACITY];
	const char *const columns = file_columns(FILE_VERIFY);
	struct line line;

	verify_to_csv(&line, cell,
	              &(struct verify_setting){ has_tce, phase, core_type, cpu },
	              staleness);
	assert_int_equal(commas(line.text, line.length),
	                 commas(columns, strlen(columns)));
	line_to_string(&line, text, sizeof text);
	return text;
}

static struct verify_case cell_of(const char *op, enum entry entry,
                                  struct tlb_mode mode)
{
	return (struct verify_case){ tlb_op_named(op), entry, mode, ORACLE_FRAME };
}

TEST(a_measured_cell_has_its_counts_and_its_verdict)
{
	const struct staleness staleness = { 200, 199, 3, 0 };
	const struct verify_case invlpg =
		cell_of("invlpg", ENTRY_PAGE_4K, (struct tlb_mode){ 0 });
	const struct verify_case cr3 =
		cell_of("cr3_reload", ENTRY_GLOBAL_4K, (struct tlb_mode){ 0 });

	assert_string_equal(csv_row(&invlpg, false, PHASE_BEFORE, &staleness),
	                    "invlpg,page_4k,0,,before,must,SDM 3A 5.10.4.1 Operations "
	                    "that Invalidate TLBs and Paging-Structure Caches,"
	                    "200,199,3,fail,,");
	assert_string_equal(
		csv_row(&cr3, false, PHASE_AFTER, &staleness),
		"cr3_reload,global_4k,0,,after,may,SDM 3A 5.10.2.4 Global Pages,"
		"200,199,3,kept,,");
}

TEST(what_the_accessed_bit_says_has_a_row_of_its_own)
{
	const struct staleness staleness = { 200, 200, 0, 0 };
	const struct verify_case witness = { tlb_op_named("cr4_pge_toggle"),
		                             ENTRY_OTHER_PCID_GLOBAL,
		                             { .pcide = true },
		                             ORACLE_ACCESSED };

	core_type = "efficient";
	assert_string_equal(csv_row(&witness, false, PHASE_BEFORE, &staleness),
	                    "cr4_pge_toggle,other_pcid_global_accessed,1,,before,must,"
	                    "SDM 3A 5.10.4.1 Operations that Invalidate TLBs and "
	                    "Paging-Structure Caches,200,200,0,pass,efficient,");
	core_type = NULL;
}

TEST(a_processor_that_is_only_verified_is_named)
{
	const struct staleness staleness = { 200, 200, 1, 0 };
	const struct verify_case invlpg =
		cell_of("invlpg", ENTRY_GLOBAL_4K, (struct tlb_mode){ 0 });
	const uint32_t fifth = 5;

	cpu = &fifth;
	assert_string_equal(csv_row(&invlpg, false, PHASE_BEFORE, &staleness),
	                    "invlpg,global_4k,0,,before,must,SDM 3A 5.10.4.1 "
	                    "Operations that Invalidate TLBs and Paging-Structure "
	                    "Caches,200,200,1,fail,,5");
	cpu = NULL;
}

TEST(a_claim_of_others_is_refuted_in_its_row)
{
	const struct staleness staleness = { 200, 200, 200, 0 };
	const struct verify_case seed =
		cell_of("invpcid_by_cr3_seed", ENTRY_TARGET_PCID,
	                (struct tlb_mode){ .pcide = true });

	assert_string_equal(csv_row(&seed, false, PHASE_BEFORE, &staleness),
	                    "invpcid_by_cr3_seed,target_pcid,1,,before,claimed,SDM 3A "
	                    "5.10.4.1 Operations that Invalidate TLBs and "
	                    "Paging-Structure Caches,200,200,200,refuted,,");
}

TEST(a_skipped_cell_has_its_rule_but_no_counts)
{
	const struct verify_case pge =
		cell_of("cr4_pge_toggle", ENTRY_PDE, (struct tlb_mode){ 0 });

	assert_string_equal(csv_row(&pge, false, PHASE_AFTER, NULL),
	                    "cr4_pge_toggle,pde,0,,after,must,SDM 3A 5.10.4.1 "
	                    "Operations that Invalidate TLBs and Paging-Structure "
	                    "Caches,,,,skipped,,");
}

TEST(where_the_cpu_has_tce_its_state_is_said)
{
	const struct tlb_mode with = { .tce = true, .amd = true };
	const struct tlb_mode without = { .amd = true };
	const struct verify_case on = cell_of("invlpg", ENTRY_PSC, with);
	const struct verify_case off = cell_of("invlpg", ENTRY_PSC, without);

	assert_string_equal(csv_row(&on, true, PHASE_AFTER, NULL),
	                    "invlpg,psc,0,1,after,may,APM 2 5.5 "
	                    "Translation-Lookaside Buffer (TLB),,,,skipped,,");
	assert_string_equal(csv_row(&off, true, PHASE_AFTER, NULL),
	                    "invlpg,psc,0,0,after,must,SDM 3A 5.10.4.1 Operations that "
	                    "Invalidate TLBs and Paging-Structure Caches,,,,skipped,,");
}

TEST(data_cells_of_an_operation_on_a_page_are_tried_as_often_as_is_asked)
{
	const struct tlb_mode mode = { .pcide = true };
	struct verify_case cell = cell_of("invlpg", ENTRY_PAGE_4K, mode);

	assert_int_equal(verify_trials(&cell, 100000), 100000);
	assert_int_equal(verify_trials(&cell, 1), 200);
	cell.oracle = ORACLE_ACCESSED;
	assert_int_equal(verify_trials(&cell, 100000), 200);
	cell = cell_of("invpcid_address", ENTRY_PSC, mode);
	assert_int_equal(verify_trials(&cell, 100000), 100000);
	cell = cell_of("invpcid_address", ENTRY_CODE_4K, mode);
	assert_int_equal(verify_trials(&cell, 100000), 200);
	cell = cell_of("invpcid_context", ENTRY_PAGE_4K, mode);
	assert_int_equal(verify_trials(&cell, 100000), 200);
}

TEST(entries_have_the_names_of_verify_csv)
{
	static const char *const names[] = {
		"page_4k",
		"page_2m",
		"page_1g",
		"neighbour",
		"global_4k",
		"global_neighbour",
		"target_pcid",
		"other_pcid",
		"other_pcid_global",
		"pde",
		"psc",
		"psc_pdpte",
		"psc_pml4e",
		"psc_pml5e",
		"code_4k",
		"code_2m",
		"code_global",
		"code_target_pcid",
		"code_other_pcid",
	};

	assert_int_equal(ENTRY_COUNT, COUNT_OF(names));
	for (unsigned i = 0; i < ENTRY_COUNT; i++)
		assert_string_equal(entry_name((enum entry)i), names[i]);
	assert_string_equal(rule_name(RULE_MAY), "may");
	assert_string_equal(rule_name(RULE_MUST), "must");
	assert_string_equal(rule_name(RULE_CLAIMED), "claimed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			must_passes_with_a_stale_control_and_nothing_stale_after),
		cmocka_unit_test(must_fails_with_a_single_stale_word),
		cmocka_unit_test(
			may_is_kept_with_a_single_stale_word_and_dropped_without),
		cmocka_unit_test(
			a_claim_is_refuted_by_a_single_stale_word_and_holds_without),
		cmocka_unit_test(a_fresh_control_shows_nothing_whatever_the_rule),
		cmocka_unit_test(the_control_must_be_stale_in_95_percent_exactly),
		cmocka_unit_test(one_unprepared_trial_makes_a_cell_inconclusive),
		cmocka_unit_test(
			an_operation_is_believed_if_a_must_cell_passed_and_none_failed),
		cmocka_unit_test(
			a_fault_that_does_not_come_fails_the_run_and_is_no_reason_not_to_believe),
		cmocka_unit_test(no_trials_show_nothing),
		cmocka_unit_test(verdicts_have_the_names_of_verify_csv),
		cmocka_unit_test(a_measured_cell_has_its_counts_and_its_verdict),
		cmocka_unit_test(what_the_accessed_bit_says_has_a_row_of_its_own),
		cmocka_unit_test(a_processor_that_is_only_verified_is_named),
		cmocka_unit_test(a_claim_of_others_is_refuted_in_its_row),
		cmocka_unit_test(a_skipped_cell_has_its_rule_but_no_counts),
		cmocka_unit_test(where_the_cpu_has_tce_its_state_is_said),
		cmocka_unit_test(
			data_cells_of_an_operation_on_a_page_are_tried_as_often_as_is_asked),
		cmocka_unit_test(entries_have_the_names_of_verify_csv),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
