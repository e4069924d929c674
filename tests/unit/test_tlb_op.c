/*
 * The table of operations: the bytes against a disassembler, the rules against what the
 * manual says, written down here a second time.
 */
#include "paging/tlb_op.h"

#include "tests/unit/disassemble.h"

/* In the order of enum entry: page_4k neighbour global_4k global_neighbour pde. */
static const struct {
	const char *op;
	const char *code[3];
	const char *rules;
	uint32_t needs;
	bool takes_page, drops_globals;
} manual[] = {
	/* Not an invalidation. */
	{ "none", { NULL }, "may may may may may", 0, false, false },
	/* PCID 0 but for global pages, and all paging-structure caches of it. */
	{ "cr3_reload",
	  { "mov cr3, rbx", NULL },
	  "must must may may must",
	  0,
	  false,
	  false },
	/* One page number, global or not, and all paging-structure caches. */
	{ "invlpg",
	  { "invlpg byte ptr [rsi + 0x7fffffff]", NULL },
	  "must may must may must",
	  0,
	  true,
	  false },
	/* A change of PGE drops everything, global pages included. */
	{ "cr4_pge_toggle",
	  { "mov cr4, r10", "mov cr4, r9", NULL },
	  "must must must must must",
	  1 << 2,
	  false,
	  true },
};

static struct listing listing;

static const struct tlb_op *row_of(unsigned i)
{
	const struct tlb_op *const op = tlb_op_named(manual[i].op);

	assert_non_null(op);
	return op;
}

TEST(every_operation_is_in_the_manual_and_no_other)
{
	assert_int_equal(tlb_op_count, COUNT_OF(manual));
	for (unsigned i = 0; i < COUNT_OF(manual); i++)
		assert_string_equal(row_of(i)->name, manual[i].op);
}

TEST(every_cell_is_what_the_manual_says)
{
	for (unsigned i = 0; i < COUNT_OF(manual); i++) {
		char rules[80] = "";

		for (unsigned entry = 0; entry < ENTRY_COUNT; entry++) {
			const enum rule rule = row_of(i)->drops[entry].rule;

			strcat(rules, entry == 0 ? "" : " ");
			strcat(rules, rule == RULE_MUST ? "must" : "may");
		}
		assert_string_equal(rules, manual[i].rules);
	}
}

TEST(every_cell_of_an_invalidation_cites_the_manual)
{
	for (unsigned i = 0; i < tlb_op_count; i++)
		for (unsigned entry = 0; entry < ENTRY_COUNT; entry++) {
			const char *const citation = tlb_ops[i].drops[entry].citation;

			if (&tlb_ops[i] == tlb_op_none)
				continue;
			assert_non_null(citation);
			assert_memory_equal(citation, "SDM 3A 5.10.", 12);
		}
}

TEST(every_body_is_exactly_its_instructions)
{
	for (unsigned i = 0; i < COUNT_OF(manual); i++) {
		const struct body *const body = &row_of(i)->body;
		unsigned count = 0;

		while (manual[i].code[count] != NULL)
			count++;
		disassemble(body->begin, body_bytes(body), &listing);
		assert_int_equal(listing.count, count);
		assert_listing(&listing, 0, manual[i].code);
	}
}

TEST(a_fixup_points_at_the_displacement)
{
	unsigned seen = 0;

	for (unsigned i = 0; i < tlb_op_count; i++) {
		const struct body *const body = &tlb_ops[i].body;

		if (body->fixup == FIXUP_NONE)
			continue;
		disassemble(body->begin, body_bytes(body), &listing);
		assert_int_equal(listing.count, 1);
		assert_int_equal(listing.at[0].disp_bytes, 4);
		assert_int_equal(body->fixup_offset, listing.at[0].disp_offset);
		seen++;
	}
	assert_int_equal(seen, 1);
}

TEST(only_an_operation_that_takes_a_page_has_a_fixup)
{
	for (unsigned i = 0; i < COUNT_OF(manual); i++) {
		assert_int_equal(row_of(i)->takes_page, manual[i].takes_page);
		assert_int_equal(row_of(i)->body.fixup == FIXUP_PAGE,
		                 manual[i].takes_page);
	}
}

TEST(drops_globals_is_said_where_a_global_neighbour_must_go)
{
	for (unsigned i = 0; i < COUNT_OF(manual); i++) {
		const struct tlb_op *const op = row_of(i);

		assert_int_equal(op->drops_globals, manual[i].drops_globals);
		assert_int_equal(op->drops[ENTRY_GLOBAL_NEIGHBOUR].rule == RULE_MUST,
		                 manual[i].drops_globals);
	}
}

TEST(the_pge_toggle_needs_pge_and_nothing_else_needs_anything)
{
	for (unsigned i = 0; i < COUNT_OF(manual); i++)
		assert_int_equal(row_of(i)->needs, manual[i].needs);
}

TEST(no_operation_is_prepared_by_its_own_mechanism)
{
	assert_int_equal(tlb_op_named("none")->by, 0);
	assert_int_equal(tlb_op_named("invlpg")->by, BY_INVLPG);
	assert_int_equal(tlb_op_named("cr3_reload")->by, BY_CR3);
	assert_int_equal(tlb_op_named("cr4_pge_toggle")->by, BY_CR4_PGE);
}

TEST(none_is_named_none_and_an_unknown_name_is_nothing)
{
	assert_string_equal(tlb_op_none->name, "none");
	assert_null(tlb_op_named(""));
	assert_null(tlb_op_named("invlp"));
	assert_null(tlb_op_named("invlpgb"));
	assert_null(tlb_op_named("INVLPG"));
}

TEST(entries_have_the_names_of_verify_csv)
{
	assert_int_equal(ENTRY_COUNT, 5);
	assert_string_equal(entry_name(ENTRY_PAGE_4K), "page_4k");
	assert_string_equal(entry_name(ENTRY_NEIGHBOUR), "neighbour");
	assert_string_equal(entry_name(ENTRY_GLOBAL_4K), "global_4k");
	assert_string_equal(entry_name(ENTRY_GLOBAL_NEIGHBOUR), "global_neighbour");
	assert_string_equal(entry_name(ENTRY_PDE), "pde");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_is_in_the_manual_and_no_other),
		cmocka_unit_test(every_cell_is_what_the_manual_says),
		cmocka_unit_test(every_cell_of_an_invalidation_cites_the_manual),
		cmocka_unit_test(every_body_is_exactly_its_instructions),
		cmocka_unit_test(a_fixup_points_at_the_displacement),
		cmocka_unit_test(only_an_operation_that_takes_a_page_has_a_fixup),
		cmocka_unit_test(
			drops_globals_is_said_where_a_global_neighbour_must_go),
		cmocka_unit_test(
			the_pge_toggle_needs_pge_and_nothing_else_needs_anything),
		cmocka_unit_test(no_operation_is_prepared_by_its_own_mechanism),
		cmocka_unit_test(none_is_named_none_and_an_unknown_name_is_nothing),
		cmocka_unit_test(entries_have_the_names_of_verify_csv),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
