/*
 * The accessed bit as a second witness: it says of every entry on the data side what
 * the frame says, on a CPU without faults and with each of them.
 */
#include "tests/model/port.h"
#include "tests/unit/support/unit.h"

static enum verdict by_bit(const struct tlb_op *op, enum entry entry,
                           struct tlb_mode mode, uint64_t quirks)
{
	return model_verdict_of(
		&(struct verify_case){ op, entry, mode, ORACLE_ACCESSED }, quirks);
}

/* Calls hold with every cell of the data side that exists. */
static void each_cell(void (*hold)(const struct tlb_op *op, enum entry entry,
                                   struct tlb_mode mode, uint64_t quirks),
                      uint64_t quirks)
{
	for (unsigned i = 0; i < TLB_OPS * 2; i++) {
		const struct tlb_mode mode = { .pcide = i % 2 == 1 };

		for (enum entry entry = 0; entry < ENTRY_COUNT; entry++)
			if (model_can(&tlb_ops[i / 2], mode) && !entry_is_code(entry) &&
			    tlb_op_rule(&tlb_ops[i / 2], entry, mode).rule != RULE_NONE)
				hold(&tlb_ops[i / 2], entry, mode, quirks);
	}
}

static void agrees(const struct tlb_op *op, enum entry entry, struct tlb_mode mode,
                   uint64_t quirks)
{
	const enum verdict frame = model_verdict(op, entry, mode, quirks);
	const enum verdict bit = by_bit(op, entry, mode, quirks);

	if (bit != frame)
		fail_msg("%s %s, PCIDE %u, quirks %#llx: %s, by the frame %s", op->name,
		         entry_name(entry), mode.pcide, (unsigned long long)quirks,
		         verdict_name(bit), verdict_name(frame));
}

TEST(a_cpu_that_keeps_all_it_may_says_the_same_twice)
{
	each_cell(agrees, 0);
}

TEST(every_fault_shows_in_the_bit_as_in_the_frame)
{
	for (enum quirk quirk = 0; quirk < QUIRKS_THAT_DROP_MORE; quirk++)
		each_cell(agrees, quirk_bit(quirk));
}

TEST(every_way_to_drop_more_shows_in_the_bit_as_in_the_frame)
{
	for (enum quirk quirk = QUIRKS_THAT_DROP_MORE; quirk < QUIRKS; quirk++)
		if (quirk != SETS_ACCESSED_EARLY)
			each_cell(agrees, quirk_bit(quirk));
}

static void is_inconclusive(const struct tlb_op *op, enum entry entry,
                            struct tlb_mode mode, uint64_t quirks)
{
	const enum verdict verdict = by_bit(op, entry, mode, quirks);

	assert_true(verdict == VERDICT_INCONCLUSIVE || verdict == VERDICT_SKIPPED);
}

/* Not even where the operation does nothing: the control says why. */
TEST(a_cpu_that_sets_the_bit_early_shows_nothing_by_it)
{
	each_cell(is_inconclusive, quirk_bit(SETS_ACCESSED_EARLY));
	each_cell(is_inconclusive,
	          quirk_bit(SETS_ACCESSED_EARLY) | quirk_bit(OPERATION_IS_NOTHING));
}

TEST(the_entries_are_as_they_were_afterwards)
{
	const struct verify_case cell = {
		tlb_op_named("none"), ENTRY_PAGE_4K, { 0 }, ORACLE_ACCESSED
	};
	struct model *const model = model_open(cell.op, cell.mode, 0);
	struct random random = { model->port.seed + (uint64_t)cell.entry };
	const struct verify_draw draw = verify_draw(&model->probe_pages, &random);

	(void)verify_cell(&model->port, &model->probe_pages, &cell);
	for (uint32_t i = 0; i < MODEL_TRIALS; i++) {
		const struct probe_entry probe =
			verify_probe(&model->probe_pages, cell.entry, &draw, i);

		assert_int_equal(*probe.entry, probe.old_value);
	}
	model_close(model);
}

TEST(it_is_asked_of_data_where_the_frame_has_shown_something)
{
	for (enum verdict verdict = VERDICT_PASS; verdict <= VERDICT_SKIPPED; verdict++)
		for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
			const struct verify_case cell = { .op = tlb_op_none,
				                          .entry = entry };

			assert_int_equal(verify_has_witness(&cell, verdict),
			                 !entry_is_code(entry) &&
			                         verdict != VERDICT_INCONCLUSIVE &&
			                         verdict != VERDICT_SKIPPED);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cpu_that_keeps_all_it_may_says_the_same_twice),
		cmocka_unit_test(every_fault_shows_in_the_bit_as_in_the_frame),
		cmocka_unit_test(
			every_way_to_drop_more_shows_in_the_bit_as_in_the_frame),
		cmocka_unit_test(a_cpu_that_sets_the_bit_early_shows_nothing_by_it),
		cmocka_unit_test(the_entries_are_as_they_were_afterwards),
		cmocka_unit_test(
			it_is_asked_of_data_where_the_frame_has_shown_something),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
