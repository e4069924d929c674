/* The existence test against a model CPU: that it passes what is right, and notices. */
#include "tests/unit/support/model_tlb.h"

static struct verify_pages ground;

static struct verify_case case_of(const struct tlb_op *op, enum entry entry)
{
	return (struct verify_case){ .op = op, .entry = entry };
}

/*
 * Verdicts of one operation with CR4.PCIDE clear, separated by spaces: page_4k page_2m
 * neighbour global_4k global_neighbour pde psc code_4k.
 */
static const char *verdicts(const char *name, unsigned quirks)
{
	static char text[240];
	const struct tlb_op *const op = tlb_op_named(name);

	text[0] = '\0';
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		struct model *const model = model_open(&op->body, quirks, &ground);
		const struct verify_case cell = case_of(op, (enum entry)i);

		if (!verify_applies(&ground, &cell))
			continue;

		const struct staleness staleness =
			verify_cell(&model->port, &ground, &cell);
		const enum rule rule = tlb_op_rule(op, cell.entry, cell.mode).rule;

		assert_int_equal(staleness.trials, 200);
		strcat(text, i == 0 ? "" : " ");
		strcat(text, verdict_name(verdict_of(rule, &staleness)));
	}
	return text;
}

TEST(invlpg_passes_its_cells_and_keeps_the_neighbours)
{
	assert_string_equal(verdicts("invlpg", 0),
	                    "pass pass kept pass kept pass inconclusive pass");
}

TEST(cr3_reload_passes_its_cells_and_keeps_the_globals)
{
	assert_string_equal(verdicts("cr3_reload", 0),
	                    "pass pass pass kept kept pass inconclusive pass");
}

TEST(the_pge_toggle_passes_every_cell)
{
	assert_string_equal(verdicts("cr4_pge_toggle", 0),
	                    "pass pass pass pass pass pass inconclusive pass");
}

TEST(none_keeps_everything)
{
	assert_string_equal(verdicts("none", 0),
	                    "kept kept kept kept kept kept inconclusive kept");
}

TEST(an_operation_that_does_nothing_fails_its_must_cells_and_no_other)
{
	assert_string_equal(verdicts("invlpg", MODEL_RUNS_NOTHING),
	                    "fail fail kept fail kept fail inconclusive fail");
	assert_string_equal(verdicts("cr3_reload", MODEL_RUNS_NOTHING),
	                    "fail fail fail kept kept fail inconclusive fail");
	assert_string_equal(verdicts("cr4_pge_toggle", MODEL_RUNS_NOTHING),
	                    "fail fail fail fail fail fail inconclusive fail");
}

TEST(an_invlpg_that_keeps_globals_fails_global_4k_alone)
{
	assert_string_equal(verdicts("invlpg", MODEL_INVLPG_KEEPS_GLOBALS),
	                    "pass pass kept fail kept pass inconclusive pass");
}

TEST(a_tlb_that_drops_more_than_it_must_never_fails)
{
	assert_string_equal(verdicts("invlpg", MODEL_DROPS_ALL),
	                    "pass pass dropped pass dropped pass inconclusive pass");
	assert_string_equal(verdicts("cr3_reload", MODEL_DROPS_ALL),
	                    "pass pass pass dropped dropped pass inconclusive pass");
	assert_string_equal(verdicts("cr4_pge_toggle", MODEL_DROPS_ALL),
	                    "pass pass pass pass pass pass inconclusive pass");
}

TEST(a_cr3_load_that_drops_globals_shows_as_dropped)
{
	assert_string_equal(verdicts("cr3_reload", MODEL_CR3_DROPS_ALL),
	                    "pass pass pass dropped dropped pass inconclusive pass");
}

TEST(a_cpu_without_a_tlb_is_inconclusive_everywhere)
{
	static const char *const names[] = { "none", "invlpg", "cr3_reload",
		                             "cr4_pge_toggle" };

	for (unsigned i = 0; i < COUNT_OF(names); i++)
		assert_string_equal(
			verdicts(names[i], MODEL_CACHES_NOTHING),
			"inconclusive inconclusive inconclusive inconclusive "
			"inconclusive inconclusive inconclusive inconclusive");
}

TEST(globals_that_cannot_be_forgotten_are_inconclusive_not_failed)
{
	/* Without the PGE toggle, INVLPG is all that is left, and it keeps them. */
	assert_string_equal(
		verdicts("cr4_pge_toggle", MODEL_INVLPG_KEEPS_GLOBALS),
		"pass pass pass inconclusive inconclusive pass inconclusive pass");
}

TEST(a_preparation_that_reads_the_new_word_is_counted)
{
	const struct tlb_op *const op = tlb_op_named("invlpg");
	struct model *const model =
		model_open(&op->body, MODEL_READS_OLD_TABLES, &ground);
	struct probe_entry *const planted = &ground.probe_entry[ENTRY_NEIGHBOUR];
	const struct verify_case cell = case_of(op, ENTRY_NEIGHBOUR);

	/* The new word gets into the TLB once and stays there. */
	*planted->entry = planted->new_value;
	(void)model_read(&model->port, planted->read);

	const struct staleness staleness = verify_cell(&model->port, &ground, &cell);

	assert_int_equal(staleness.unprepared, 200);
	assert_int_equal(verdict_of(RULE_MAY, &staleness), VERDICT_INCONCLUSIVE);
}

TEST(the_control_is_stale_in_every_trial)
{
	const struct tlb_op *const op = tlb_op_named("invlpg");

	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		struct model *const model = model_open(&op->body, 0, &ground);
		const struct verify_case cell = case_of(op, (enum entry)i);

		if (!verify_applies(&ground, &cell) || i == ENTRY_PSC)
			continue;

		const struct staleness staleness =
			verify_cell(&model->port, &ground, &cell);

		assert_int_equal(staleness.stale_control, 200);
		assert_int_equal(staleness.unprepared, 0);
	}
}

TEST(no_preparation_uses_the_mechanism_under_test)
{
	static const char *const names[] = { "none", "invlpg", "cr3_reload",
		                             "cr4_pge_toggle" };

	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		const struct tlb_op *const op = tlb_op_named(names[i]);
		struct model *const model = model_open(&op->body, 0, &ground);
		const struct verify_case cell = case_of(op, ENTRY_PAGE_4K);

		(void)verify_cell(&model->port, &ground, &cell);
		assert_int_equal(model->forgot_by & op->by, 0);
		assert_int_not_equal(model->forgot_by, 0);
	}
}

TEST(a_cell_leaves_the_old_entry_and_nothing_cached)
{
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const struct tlb_op *const op = tlb_op_named("cr4_pge_toggle");
		struct model *const model = model_open(&op->body, 0, &ground);
		const struct probe_entry *const planted = &ground.probe_entry[i];
		const struct verify_case cell = case_of(op, (enum entry)i);

		if (!verify_applies(&ground, &cell))
			continue;

		const uint64_t fresh = model_read(&model->port, planted->read);

		(void)verify_cell(&model->port, &ground, &cell);
		assert_int_equal(*planted->entry, planted->old_value);
		assert_int_equal(model_read(&model->port, planted->read), fresh);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invlpg_passes_its_cells_and_keeps_the_neighbours),
		cmocka_unit_test(cr3_reload_passes_its_cells_and_keeps_the_globals),
		cmocka_unit_test(the_pge_toggle_passes_every_cell),
		cmocka_unit_test(none_keeps_everything),
		cmocka_unit_test(
			an_operation_that_does_nothing_fails_its_must_cells_and_no_other),
		cmocka_unit_test(an_invlpg_that_keeps_globals_fails_global_4k_alone),
		cmocka_unit_test(a_tlb_that_drops_more_than_it_must_never_fails),
		cmocka_unit_test(a_cr3_load_that_drops_globals_shows_as_dropped),
		cmocka_unit_test(a_cpu_without_a_tlb_is_inconclusive_everywhere),
		cmocka_unit_test(
			globals_that_cannot_be_forgotten_are_inconclusive_not_failed),
		cmocka_unit_test(a_preparation_that_reads_the_new_word_is_counted),
		cmocka_unit_test(the_control_is_stale_in_every_trial),
		cmocka_unit_test(no_preparation_uses_the_mechanism_under_test),
		cmocka_unit_test(a_cell_leaves_the_old_entry_and_nothing_cached),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
