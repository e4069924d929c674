/* INVLPGB and TLBSYNC, which the disassembler does not know, by their bytes. */
#include "paging/tlb_op.h"

#include <string.h>

#include "tests/unit/unit.h"

TEST(invlpgb_has_the_bytes_of_amds_manual)
{
	static const uint8_t bytes[] = {
		0x48, 0x8d, 0x86, 0xff, 0xff, 0xff, 0x7f, /* lea disp32(%rsi), %rax */
		0x89, 0xfa,                               /* mov %edi, %edx */
		0x31, 0xc9,                               /* xor %ecx, %ecx */
		0x0f, 0x01, 0xfe,                         /* invlpgb */
		0x0f, 0x01, 0xff,                         /* tlbsync */
	};
	const struct body *const body = &tlb_op_named("invlpgb_tlbsync")->body;

	assert_int_equal(body_bytes(body), sizeof bytes);
	assert_memory_equal(body->begin, bytes, sizeof bytes);
	assert_int_equal(body->fixup_offset, 3);
}

TEST(so_it_has_for_many_pages_at_once)
{
	static const uint8_t bytes[] = {
		0x48, 0x8d, 0x86, 0xff, 0xff, 0xff, 0x7f, /* lea disp32(%rsi), %rax */
		0x89, 0xfa,                               /* mov %edi, %edx */
		0xb9, 0xff, 0xff, 0xff, 0x7f,             /* mov imm32, %ecx */
		0x0f, 0x01, 0xfe,                         /* invlpgb */
	};
	static const uint8_t end[] = { 0x0f, 0x01, 0xff }; /* tlbsync */

	for (unsigned i = 0; i < tlb_op_count; i++) {
		const struct batch *const batch = &tlb_ops[i].batch;

		if (strcmp(tlb_ops[i].name, "invlpgb_tlbsync") != 0) {
			assert_null(batch->body.begin);
			continue;
		}
		assert_int_equal(body_bytes(&batch->body), sizeof bytes);
		assert_memory_equal(batch->body.begin, bytes, sizeof bytes);
		assert_int_equal(batch->body.fixup, FIXUP_ADDRESS);
		assert_int_equal(batch->body.fixup_offset, 3);
		assert_int_equal(batch->count_offset, 10);
		assert_int_equal(body_bytes(&batch->end), sizeof end);
		assert_memory_equal(batch->end.begin, end, sizeof end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invlpgb_has_the_bytes_of_amds_manual),
		cmocka_unit_test(so_it_has_for_many_pages_at_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
