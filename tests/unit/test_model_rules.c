/*
 * What every operation must drop and may keep, written down from the manuals a second
 * time, cell by cell; and that a CPU which keeps all it may gives the verdict that goes
 * with the rule in every cell, so none is inconclusive.
 */
#include "tests/model/differences.h"
#include "tests/unit/support/manual.h"

/* In the letters of manual.h. */
struct matrix_row {
	const char *op;
	const char *off; /* CR4.PCIDE = 0; NULL: no such operation there */
	const char *on;
};

/* APM 2 5.5.3 "TLB Management": nothing is said of SMEP; INVLPG by EFER.TCE. */
static const struct matrix_row amd_without_tce[] = {
	{ "invlpg", "MMM . M. --- MMMM MMM--", "MMM . M. ..M MMMM MMM.." },
	{ "cr4_smep_set", "... . .. --- .... ...--", "... . .. ... .... ....." },
	{ "invpcid_address", "MMM . .. --- MMMM MM.--", "MMM . .. M.. MMMM MM.M." },
	{ "invpcid_context", "MMM M .. --- MMMM MM.--", "MMM M .. M.. MMMM MM.M." },
	/* Global pages where no PCID is valid. */
	{ "invlpgb_tlbsync", "MMM . M. --- MMMM MMM--", "MMM . .. M.. MMMM MM.M." },
	{ "invlpgb_context", NULL, "MMM M .. M.. MMMM MM.M." },
	{ "invlpgb_all_global", "MMM M MM --- MMMM MMM--", "MMM M MM MMM MMMM MMMMM" },
	{ "invlpgb_all_non_global", "MMM M .. --- MMMM MM.--",
	  "MMM M .. MM. MMMM MM.MM" },
};

/* With EFER.TCE only what leads to the page; psc aims elsewhere. */
static const struct matrix_row amd_with_tce[] = {
	{ "invlpg", "MMM . M. --- M... MMM--", "MMM . M. ..M M... MMM.." },
	{ "invpcid_address", "MMM . .. --- MMMM MM.--", "MMM . .. M.. MMMM MM.M." },
	{ "invlpgb_tlbsync", "MMM . M. --- MMMM MMM--", "MMM . .. M.. MMMM MM.M." },
	{ "invlpgb_context", NULL, "MMM M .. M.. MMMM MM.M." },
	{ "invlpgb_all_global", "MMM M MM --- MMMM MMM--", "MMM M MM MMM MMMM MMMMM" },
	{ "invlpgb_all_non_global", "MMM M .. --- MMMM MM.--",
	  "MMM M .. MM. MMMM MM.MM" },
};

/* The rules of one operation in the notation above. */
static const char *rules_of(const struct tlb_op *op, struct tlb_mode mode)
{
	static const char letters[] = {
		[RULE_NONE] = '-',
		[RULE_MAY] = '.',
		[RULE_MUST] = 'M',
		[RULE_CLAIMED] = 'C',
	};
	static char text[40];
	char *end = text;

	for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
		if (entry == ENTRY_PSC_PML5E)
			continue;
		if (entry == ENTRY_NEIGHBOUR || entry == ENTRY_GLOBAL_4K ||
		    entry == ENTRY_TARGET_PCID || entry == ENTRY_PDE ||
		    entry == ENTRY_CODE_4K)
			*end++ = ' ';
		*end++ = letters[tlb_op_rule(op, entry, mode).rule];
	}
	*end = '\0';
	return text;
}

static void hold(struct matrix_row row, struct tlb_mode mode)
{
	for (unsigned pcide = 0; pcide < 2; pcide++) {
		const char *const expected = pcide == 0 ? row.off : row.on;
		const struct tlb_op *const op = tlb_op_named(row.op);

		mode.pcide = pcide == 1;
		assert_non_null(op);
		assert_int_equal(model_can(op, mode), expected != NULL);
		if (expected != NULL && strcmp(rules_of(op, mode), expected) != 0)
			fail_msg("%s, PCIDE %u: %s, not %s", op->name, pcide,
			         rules_of(op, mode), expected);
	}
}

static void hold_all(const struct matrix_row *rows, unsigned count,
                     struct tlb_mode mode)
{
	for (unsigned i = 0; i < count; i++)
		hold(rows[i], mode);
}

TEST(every_operation_stands_in_the_manual)
{
	assert_int_equal(COUNT_OF(manual), TLB_OPS);
	for (unsigned i = 0; i < TLB_OPS; i++)
		assert_string_equal(tlb_ops[i].name, manual[i].op);
}

TEST(every_rule_is_what_the_manual_of_intel_says)
{
	for (unsigned i = 0; i < COUNT_OF(manual); i++)
		hold((struct matrix_row){ manual[i].op, manual[i].off, manual[i].on },
		     (struct tlb_mode){ 0 });
}

TEST(every_rule_that_differs_is_what_the_manual_of_amd_says)
{
	hold_all(amd_without_tce, COUNT_OF(amd_without_tce),
	         (struct tlb_mode){ .amd = true });
	hold_all(amd_with_tce, COUNT_OF(amd_with_tce),
	         (struct tlb_mode){ .amd = true, .tce = true });
}

/* Every cell on a CPU without quirks: conclusive, and as the rule has it. */
static void run_all(struct tlb_mode mode)
{
	for (unsigned i = 0; i < TLB_OPS; i++)
		for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
			const struct tlb_op *const op = &tlb_ops[i];
			const enum rule rule = tlb_op_rule(op, entry, mode).rule;

			if (model_can(op, mode) &&
			    model_verdict(op, entry, mode, 0) != verdict_for(rule))
				fail_msg("%s %s: %s", op->name, entry_name(entry),
				         verdict_name(
						 model_verdict(op, entry, mode, 0)));
		}
}

TEST(without_pcids_every_must_cell_passes_and_all_else_is_kept)
{
	run_all((struct tlb_mode){ .pcide = false });
}

TEST(with_pcids_every_must_cell_passes_and_all_else_is_kept)
{
	run_all((struct tlb_mode){ .pcide = true });
}

TEST(on_amd_every_must_cell_passes_and_all_else_is_kept)
{
	for (unsigned bits = 0; bits < 4; bits++)
		run_all((struct tlb_mode){
			.amd = true,
			.pcide = (bits & 1) != 0,
			.tce = (bits & 2) != 0,
		});
}

/* SDM 3A 5.10.3 "Paging-Structure Caches" tells PML5 entries from others in nothing. */
TEST(of_pml5_entries_the_manual_says_what_it_says_of_pml4_entries)
{
	for (unsigned i = 0; i < TLB_OPS; i++)
		for (unsigned bits = 0; bits < 8; bits++) {
			struct tlb_mode mode = { .pcide = (bits & 1) != 0,
				                 .tce = (bits & 2) != 0,
				                 .amd = (bits & 4) != 0 };

			assert_int_equal(
				tlb_op_rule(&tlb_ops[i], ENTRY_PSC_PML5E, mode).rule,
				RULE_NONE);
			mode.la57 = true;
			assert_int_equal(
				tlb_op_rule(&tlb_ops[i], ENTRY_PSC_PML5E, mode).rule,
				tlb_op_rule(&tlb_ops[i], ENTRY_PSC_PML4E, mode).rule);
		}
}

TEST(with_five_levels_every_must_cell_passes_and_all_else_is_kept)
{
	run_all((struct tlb_mode){ .la57 = true });
	run_all((struct tlb_mode){ .la57 = true, .pcide = true });
	run_all((struct tlb_mode){ .la57 = true, .amd = true, .tce = true });
	assert_int_equal(model_verdict(tlb_op_named("invlpg"), ENTRY_PSC_PML5E,
	                               (struct tlb_mode){ .la57 = true },
	                               quirk_bit(INVLPG_KEEPS_PSC)),
	                 VERDICT_FAIL);
}

TEST(the_control_is_stale_in_every_trial_of_every_cell)
{
	const struct tlb_mode mode = { .pcide = true, .la57 = true };

	for (unsigned i = 0; i < TLB_OPS; i++)
		for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
			const struct verify_case cell = { .op = &tlb_ops[i],
				                          .entry = entry,
				                          .mode = mode };

			if (!model_can(&tlb_ops[i], mode) ||
			    tlb_op_rule(&tlb_ops[i], entry, mode).rule == RULE_NONE)
				continue;

			struct model *const model = model_open(&tlb_ops[i], mode, 0);
			const struct staleness staleness =
				verify_cell(&model->port, &model->probe_pages, &cell);

			assert_int_equal(staleness.trials, MODEL_TRIALS);
			assert_int_equal(staleness.stale_control, MODEL_TRIALS);
			assert_int_equal(staleness.unprepared, 0);
			model_close(model);
		}
}

TEST(the_published_routine_is_refuted_where_the_one_that_works_passes)
{
	const struct tlb_mode mode = { .pcide = true };
	const struct tlb_op *const seed = tlb_op_named("invpcid_by_cr3_seed");
	const struct tlb_op *const works = tlb_op_named("invpcid_by_cr3");

	assert_int_equal(model_verdict(seed, ENTRY_TARGET_PCID, mode, 0),
	                 VERDICT_REFUTED);
	assert_int_equal(model_verdict(works, ENTRY_TARGET_PCID, mode, 0),
	                 VERDICT_PASS);
	/* And what it does drop is the caller's. */
	assert_int_equal(model_verdict(seed, ENTRY_PAGE_4K, mode, 0), VERDICT_PASS);
	assert_int_equal(model_verdict(works, ENTRY_PAGE_4K, mode, 0), VERDICT_KEPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_stands_in_the_manual),
		cmocka_unit_test(every_rule_is_what_the_manual_of_intel_says),
		cmocka_unit_test(
			every_rule_that_differs_is_what_the_manual_of_amd_says),
		cmocka_unit_test(
			without_pcids_every_must_cell_passes_and_all_else_is_kept),
		cmocka_unit_test(
			with_pcids_every_must_cell_passes_and_all_else_is_kept),
		cmocka_unit_test(
			of_pml5_entries_the_manual_says_what_it_says_of_pml4_entries),
		cmocka_unit_test(
			with_five_levels_every_must_cell_passes_and_all_else_is_kept),
		cmocka_unit_test(on_amd_every_must_cell_passes_and_all_else_is_kept),
		cmocka_unit_test(the_control_is_stale_in_every_trial_of_every_cell),
		cmocka_unit_test(
			the_published_routine_is_refuted_where_the_one_that_works_passes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
