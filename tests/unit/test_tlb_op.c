/*
 * The table of operations: the bytes against a disassembler, the registers, and what
 * each row says of itself.
 */
#include "paging/tlb_op.h"

#include <string.h>

#include "lib/x86/insn.h"
#include "paging/address_space.h"
#include "tests/unit/support/disassemble.h"
#include "tests/unit/support/manual.h"

static struct listing listing;

static const struct tlb_op *row_of(unsigned i)
{
	const struct tlb_op *const op = tlb_op_named(manual[i].op);

	assert_non_null(op);
	return op;
}

TEST(every_operation_is_in_the_manual_and_no_other)
{
	assert_int_equal(TLB_OPS, COUNT_OF(manual));
	for (unsigned i = 0; i < COUNT_OF(manual); i++)
		assert_string_equal(tlb_ops[i].name, manual[i].op);
}

static void assert_code(const struct body *body, const char *const *code)
{
	unsigned count = 0;

	while (code[count] != NULL)
		count++;
	disassemble(body->begin, body_bytes(body), &listing);
	assert_int_equal(listing.count, count);
	assert_listing(&listing, 0, code);
}

TEST(every_body_is_exactly_its_instructions)
{
	for (unsigned i = 0; i < COUNT_OF(manual); i++) {
		const struct tlb_op *const op = row_of(i);

		if (manual[i].code != NULL)
			assert_code(&op->body, manual[i].code);
		assert_int_equal(op->named.begin != NULL, manual[i].named != NULL);
		if (manual[i].named != NULL)
			assert_code(&op->named, manual[i].named);
	}
}

TEST(clearing_pg_differs_from_its_baseline_in_32_bit_code_alone)
{
	static const uint8_t toggle_bytes[] = {
		0x0f, 0x20, 0xc0,             /* mov %cr0, %eax */
		0x25, 0xff, 0xff, 0xff, 0x7f, /* and $0x7fffffff, %eax */
		0x0f, 0x22, 0xc0,             /* mov %eax, %cr0 */
		0x0d, 0x00, 0x00, 0x00, 0x80, /* or $0x80000000, %eax */
		0x0f, 0x22, 0xc0,             /* mov %eax, %cr0 */
	};
	static const uint8_t lret = 0xcb, lretq[] = { 0x48, 0xcb };
	const struct tlb_op *const op = tlb_op_named("cr0_pg_toggle");
	const uint8_t *at = op->body.begin;

	while (memcmp(at, lretq, sizeof lretq) != 0)
		assert_true(++at + sizeof toggle_bytes < op->body.end);
	at += sizeof lretq;
	assert_memory_equal(at, toggle_bytes, sizeof toggle_bytes);
	assert_int_equal(at[sizeof toggle_bytes], lret);
	assert_int_equal(body_bytes(&op->body) - body_bytes(&op->baseline),
	                 sizeof toggle_bytes);
	assert_int_equal(op->baseline.begin[at - op->body.begin], lret);
}

TEST(what_is_measured_as_setting_smep_is_less_the_clearing)
{
	static const char *const back[] = { "mov cr4, r9", NULL };

	for (unsigned i = 0; i < COUNT_OF(manual); i++) {
		const struct body *const baseline = &row_of(i)->baseline;
		const bool smep = strcmp(manual[i].op, "cr4_smep_set") == 0;

		assert_int_equal(baseline->begin != NULL,
		                 smep || manual[i].by == BY_CR0 ||
		                         strcmp(manual[i].op, "cr3_pti_deferred") == 0);
		if (smep)
			assert_code(baseline, back);
	}
}

TEST(a_fixup_points_at_the_displacement)
{
	for (unsigned i = 0; i < COUNT_OF(manual); i++) {
		const struct body *const body = &row_of(i)->body;

		assert_int_equal(
			body->fixup == FIXUP_ADDRESS,
			manual[i].by == BY_INVLPG || manual[i].by == BY_INVPCID ||
				(manual[i].by == BY_INVLPGB && manual[i].takes_page));
		if (body->fixup != FIXUP_NONE)
			assert_memory_equal(body->begin + body->fixup_offset,
			                    "\xff\xff\xff\x7f", 4);
	}
}

TEST(rows_say_of_themselves_what_the_manual_says)
{
	for (unsigned i = 0; i < COUNT_OF(manual); i++) {
		const struct tlb_op *const op = row_of(i);

		assert_int_equal(op->needs, manual[i].needs);
		assert_int_equal(op->states, manual[i].states);
		assert_int_equal(op->by, manual[i].by);
		assert_int_equal(op->names, manual[i].names);
		assert_int_equal(op->takes_page, manual[i].takes_page);
		assert_int_equal(op->takes_descriptor, manual[i].by == BY_INVPCID);
		assert_int_equal(op->drops_globals, manual[i].drops_globals);
	}
}

TEST(an_operation_exists_in_the_states_it_says)
{
	assert_true(tlb_op_exists(tlb_op_named("invlpg"), false));
	assert_true(tlb_op_exists(tlb_op_named("invlpg"), true));
	assert_true(tlb_op_exists(tlb_op_named("cr3_reload"), false));
	assert_false(tlb_op_exists(tlb_op_named("cr3_reload"), true));
	assert_false(tlb_op_exists(tlb_op_named("cr3_pcid_flush"), false));
}

#define ROOT UINT64_C(0x12345000)
#define CR4_USED UINT64_C(0x206e0) /* with PGE and PCIDE */
#define DESCRIPTOR UINT64_C(0xffff900000001000)
#define VA UINT64_C(0xffff920000010000)

static struct operands operands_under(uint64_t cr4, const char *op, uint16_t pcid)
{
	const struct aim aim = { .va = VA, .pcid = pcid };
	const struct surroundings surroundings = {
		.root = ROOT,
		.cr4 = cr4,
		.descriptor = DESCRIPTOR,
	};

	return tlb_op_operands(tlb_op_named(op), &aim, &surroundings);
}

static struct operands operands_of(const char *op, uint16_t pcid)
{
	return operands_under(CR4_USED, op, pcid);
}

TEST(bit_63_is_set_where_translations_are_to_be_kept)
{
	static const struct {
		const char *op;
		bool home, named;
	} forms[] = {
		{ "cr3_reload", false, false },
		{ "cr3_pcid_flush", false, false },
		{ "cr3_pcid_noflush", true, true },
		{ "invpcid_by_cr3", true, false },
		/* It sets the bit itself, and adds the PCID. */
		{ "invpcid_by_cr3_seed", false, false },
	};

	for (unsigned i = 0; i < COUNT_OF(forms); i++) {
		const struct operands o = operands_of(forms[i].op, PCID_TARGET);
		const uint64_t keep = UINT64_C(1) << 63;
		const bool adds_it = strcmp(forms[i].op, "invpcid_by_cr3_seed") == 0;
		const uint64_t named = adds_it ? ROOT : ROOT | PCID_TARGET;

		assert_int_equal(o.cr3, ROOT | (forms[i].home ? keep : 0));
		assert_int_equal(o.cr3_named, named | (forms[i].named ? keep : 0));
	}
}

TEST(invpcid_has_its_type_and_points_at_a_descriptor)
{
	static const char *const names[] = { "invpcid_address", "invpcid_context",
		                             "invpcid_all_global",
		                             "invpcid_all_non_global" };

	for (unsigned type = 0; type < COUNT_OF(names); type++) {
		const struct operands o = operands_of(names[type], PCID_TARGET);

		assert_int_equal(o.type, type);
		assert_int_equal(o.address, DESCRIPTOR);
	}
	const struct invpcid_descriptor descriptor =
		invpcid_descriptor_of(&(struct aim){ .va = VA, .pcid = 5 });

	assert_int_equal(descriptor.pcid, 5);
	assert_int_equal(descriptor.va, VA);
}

TEST(others_point_at_the_page)
{
	assert_int_equal(operands_of("invlpg", PCID_HOME).address, VA);
	/* The published routine takes the PCID in RDI. */
	assert_int_equal(operands_of("invpcid_by_cr3_seed", PCID_TARGET).type,
	                 PCID_TARGET);
}

/* APM 3 "INVLPGB": RAX 0 address, 1 PCID, 2 ASID, 3 global pages; EDX 27:16 PCID. */
TEST(a_broadcast_names_a_pcid_or_has_global_pages_too)
{
	static const struct {
		const char *op;
		uint64_t cr4, address, type;
	} forms[] = {
		{ "invlpgb_tlbsync", CR4_USED, VA | 0x7, PCID_TARGET << 16 },
		/* Without CR4.PCIDE there is no PCID to be valid. */
		{ "invlpgb_tlbsync", CR4_USED & ~CR4_PCIDE, VA | 0xd, 0 },
		{ "invlpgb_context", CR4_USED, 0x6, PCID_TARGET << 16 },
		{ "invlpgb_all_global", CR4_USED, 0xc, 0 },
		{ "invlpgb_all_global", CR4_USED & ~CR4_PCIDE, 0xc, 0 },
		{ "invlpgb_all_non_global", CR4_USED, 0x4, 0 },
		{ "invlpgb_all_non_global", CR4_USED & ~CR4_PCIDE, 0x4, 0 },
	};

	for (unsigned i = 0; i < COUNT_OF(forms); i++) {
		const struct operands o =
			operands_under(forms[i].cr4, forms[i].op, PCID_TARGET);

		assert_int_equal(o.address, forms[i].address);
		assert_int_equal(o.type, forms[i].type);
	}
}

TEST(cr4_is_changed_in_the_one_bit_that_matters)
{
	const struct operands pge = operands_of("cr4_pge_toggle", PCID_HOME);
	const struct operands smep = operands_of("cr4_smep_set", PCID_HOME);

	assert_int_equal(pge.cr4, CR4_USED);
	assert_int_equal(pge.cr4_changed, CR4_USED & ~(UINT64_C(1) << 7));
	assert_int_equal(smep.cr4, CR4_USED);
	assert_int_equal(smep.cr4_changed, CR4_USED | UINT64_C(1) << 20);
}

TEST(another_pcid_takes_another_body_where_there_is_one)
{
	const struct tlb_op *const cr3 = tlb_op_named("cr3_pcid_flush");
	const struct tlb_op *const context = tlb_op_named("invpcid_context");
	const struct aim here = { .pcid = PCID_HOME }, named = { .pcid = PCID_TARGET };

	assert_ptr_equal(tlb_op_body(cr3, &here), &cr3->body);
	assert_ptr_equal(tlb_op_body(cr3, &named), &cr3->named);
	assert_ptr_equal(tlb_op_body(context, &named), &context->body);
}

TEST(none_is_named_none_and_an_unknown_name_is_nothing)
{
	assert_string_equal(tlb_op_none->name, "none");
	assert_null(tlb_op_named(""));
	assert_null(tlb_op_named("invlp"));
	assert_null(tlb_op_named("invlpgb"));
	assert_null(tlb_op_named("INVLPG"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_is_in_the_manual_and_no_other),
		cmocka_unit_test(every_body_is_exactly_its_instructions),
		cmocka_unit_test(
			clearing_pg_differs_from_its_baseline_in_32_bit_code_alone),
		cmocka_unit_test(what_is_measured_as_setting_smep_is_less_the_clearing),
		cmocka_unit_test(a_fixup_points_at_the_displacement),
		cmocka_unit_test(rows_say_of_themselves_what_the_manual_says),
		cmocka_unit_test(an_operation_exists_in_the_states_it_says),
		cmocka_unit_test(bit_63_is_set_where_translations_are_to_be_kept),
		cmocka_unit_test(invpcid_has_its_type_and_points_at_a_descriptor),
		cmocka_unit_test(others_point_at_the_page),
		cmocka_unit_test(a_broadcast_names_a_pcid_or_has_global_pages_too),
		cmocka_unit_test(cr4_is_changed_in_the_one_bit_that_matters),
		cmocka_unit_test(another_pcid_takes_another_body_where_there_is_one),
		cmocka_unit_test(none_is_named_none_and_an_unknown_name_is_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
