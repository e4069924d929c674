/* The existence test against a model CPU: that it passes what is right, and notices. */
#include "tests/unit/support/model_tlb.h"

static struct verify_pages ground;

/* This model has no caches of upper levels. */
#define NO_PSC "inconclusive inconclusive inconclusive"

static struct verify_case case_of(const struct tlb_op *op, enum entry entry)
{
	return (struct verify_case){ .op = op, .entry = entry };
}

/*
 * Verdicts of one operation with CR4.PCIDE clear, separated by spaces: page_4k page_2m
 * neighbour global_4k global_neighbour pde psc psc_pdpte psc_pml4e code_4k code_2m
 * code_global.
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
	                    "pass pass kept pass kept pass " NO_PSC " pass pass pass");
}

TEST(cr3_reload_passes_its_cells_and_keeps_the_globals)
{
	assert_string_equal(verdicts("cr3_reload", 0),
	                    "pass pass pass kept kept pass " NO_PSC " pass pass kept");
}

TEST(the_pge_toggle_passes_every_cell)
{
	assert_string_equal(verdicts("cr4_pge_toggle", 0),
	                    "pass pass pass pass pass pass " NO_PSC " pass pass pass");
}

TEST(none_keeps_everything)
{
	assert_string_equal(verdicts("none", 0),
	                    "kept kept kept kept kept kept " NO_PSC " kept kept kept");
}

TEST(an_operation_that_does_nothing_fails_its_must_cells_and_no_other)
{
	assert_string_equal(verdicts("invlpg", MODEL_RUNS_NOTHING),
	                    "fail fail kept fail kept fail " NO_PSC " fail fail fail");
	assert_string_equal(verdicts("cr3_reload", MODEL_RUNS_NOTHING),
	                    "fail fail fail kept kept fail " NO_PSC " fail fail kept");
	assert_string_equal(verdicts("cr4_pge_toggle", MODEL_RUNS_NOTHING),
	                    "fail fail fail fail fail fail " NO_PSC " fail fail fail");
}

TEST(an_invlpg_that_keeps_globals_fails_global_4k_alone)
{
	assert_string_equal(verdicts("invlpg", MODEL_INVLPG_KEEPS_GLOBALS),
	                    "pass pass kept fail kept pass " NO_PSC " pass pass fail");
}

TEST(a_tlb_that_drops_more_than_it_must_never_fails)
{
	assert_string_equal(verdicts("invlpg", MODEL_DROPS_ALL),
	                    "pass pass dropped pass dropped pass " NO_PSC
	                    " pass pass pass");
	assert_string_equal(verdicts("cr3_reload", MODEL_DROPS_ALL),
	                    "pass pass pass dropped dropped pass " NO_PSC
	                    " pass pass dropped");
	assert_string_equal(verdicts("cr4_pge_toggle", MODEL_DROPS_ALL),
	                    "pass pass pass pass pass pass " NO_PSC " pass pass pass");
}

TEST(a_cr3_load_that_drops_globals_shows_as_dropped)
{
	assert_string_equal(verdicts("cr3_reload", MODEL_CR3_DROPS_ALL),
	                    "pass pass pass dropped dropped pass " NO_PSC
	                    " pass pass dropped");
}

TEST(a_cpu_without_a_tlb_is_inconclusive_everywhere)
{
	static const char *const names[] = { "none", "invlpg", "cr3_reload",
		                             "cr4_pge_toggle" };

	for (unsigned i = 0; i < COUNT_OF(names); i++)
		assert_string_equal(
			verdicts(names[i], MODEL_CACHES_NOTHING),
			"inconclusive inconclusive inconclusive inconclusive "
			"inconclusive inconclusive " NO_PSC " inconclusive "
			"inconclusive inconclusive");
}

/*
 * Without the PGE toggle, INVLPG is all that is left, and it keeps them: what is held
 * of a page is still that of the control, which is as old.
 */
TEST(globals_that_cannot_be_forgotten_are_not_failed)
{
	assert_string_equal(verdicts("cr4_pge_toggle", MODEL_INVLPG_KEEPS_GLOBALS),
	                    "pass pass pass pass pass pass " NO_PSC " pass pass pass");
}

TEST(a_preparation_that_reads_the_new_word_is_counted)
{
	const struct tlb_op *const op = tlb_op_named("invlpg");
	struct model *const model =
		model_open(&op->body, MODEL_READS_OLD_TABLES, &ground);
	const struct verify_case cell = case_of(op, ENTRY_NEIGHBOUR);
	struct random random = { model->port.seed + ENTRY_NEIGHBOUR };
	const struct verify_draw draw = verify_draw(&ground, &random);

	/* The new word gets into the TLB once for each page, and stays there. */
	model->port.trials = 20;
	for (uint32_t i = 0; i < 20; i++) {
		const struct probe_entry probe =
			verify_probe(&ground, ENTRY_NEIGHBOUR, &draw, i);

		*probe.entry = probe.new_value;
		(void)model_read(&model->port, probe.read);
		*probe.entry = probe.old_value;
	}

	const struct staleness staleness = verify_cell(&model->port, &ground, &cell);

	assert_int_equal(staleness.unprepared, 20);
	assert_int_equal(verdict_of(RULE_MAY, &staleness), VERDICT_INCONCLUSIVE);
}

TEST(the_control_is_stale_in_every_trial)
{
	const struct tlb_op *const op = tlb_op_named("invlpg");

	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		struct model *const model = model_open(&op->body, 0, &ground);
		const struct verify_case cell = case_of(op, (enum entry)i);

		if (!verify_applies(&ground, &cell) || entry_is_psc(cell.entry))
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

TEST(a_cell_leaves_the_old_entries_and_nothing_cached)
{
	for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
		const struct tlb_op *const op = tlb_op_named("cr4_pge_toggle");
		struct model *const model = model_open(&op->body, 0, &ground);
		const struct verify_case cell = case_of(op, entry);
		struct random random = { model->port.seed + (uint64_t)entry };
		const struct verify_draw draw = verify_draw(&ground, &random);

		if (!verify_applies(&ground, &cell))
			continue;
		(void)verify_cell(&model->port, &ground, &cell);
		for (uint32_t i = VERIFY_TRIALS; i-- != 0;) {
			const struct probe_entry probe =
				verify_probe(&ground, entry, &draw, i);

			assert_int_equal(*probe.entry, probe.old_value);
			assert_int_equal(probe.is_code
			                         ? model_call(&model->port, probe.read)
			                         : model_read(&model->port, probe.read),
			                 OLD_WORD);
		}
	}
}

/* As an erratum of one set would need. */
TEST(no_two_trials_are_on_one_page)
{
	const struct tlb_op *const op = tlb_op_named("invlpg");
	struct model *const model = model_open(&op->body, 0, &ground);
	const struct verify_case cell = case_of(op, ENTRY_PAGE_4K);
	static uint64_t pages[VERIFY_TRIALS];

	for (uint32_t i = 0; i < VERIFY_TRIALS; i++) {
		model->port.trials = i + 1;
		(void)verify_cell(&model->port, &ground, &cell);
		pages[i] = model->forgotten;
		for (uint32_t other = 0; other < i; other++)
			assert_int_not_equal(pages[i], pages[other]);
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
		cmocka_unit_test(globals_that_cannot_be_forgotten_are_not_failed),
		cmocka_unit_test(a_preparation_that_reads_the_new_word_is_counted),
		cmocka_unit_test(the_control_is_stale_in_every_trial),
		cmocka_unit_test(no_preparation_uses_the_mechanism_under_test),
		cmocka_unit_test(a_cell_leaves_the_old_entries_and_nothing_cached),
		cmocka_unit_test(no_two_trials_are_on_one_page),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
