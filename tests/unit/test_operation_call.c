/* An operation without a clock: nothing but its bytes, and operands where they belong.
 */
#include "bench/harness/window/operation_call.h"

#include "paging/tlb_op.h"
#include "tests/unit/support/windows.h"

#include <sys/mman.h>

static const char *const enter[] = { "push rbx", "mov rbx, rdx", "mov r10, rcx", NULL };
static const char *const leave[] = { "pop rbx", "ret", NULL };

static uint32_t assemble_bare(const struct body *body, uint32_t copies)
{
	const struct operation_call_spec spec = {
		.body = body,
		.copies = copies,
		.stride = 4096,
	};

	memset(area, AREA_RUBBISH, sizeof area);

	const uint32_t bytes = operation_call_assemble(area, &spec);

	assert_int_equal(bytes, operation_call_bytes(&spec));
	assert_int_equal(area[bytes], AREA_RUBBISH);
	return bytes;
}

TEST(of_no_copies_there_is_no_stamp_and_no_fence)
{
	struct listing listing;

	disassemble(area, assemble_bare(&nop, 0), &listing);
	assert_listing(&listing, 0, enter);
	assert_listing(&listing, 3, leave);
	assert_int_equal(listing.count, 5);
}

TEST(copies_of_every_operation_come_between_as_they_are)
{
	const uint32_t around = assemble_bare(&nop, 0);
	const uint32_t behind = 2; /* POP, RET */

	for (unsigned op = 0; op < TLB_OPS; op++) {
		const struct body *const body = &tlb_ops[op].body;
		const uint32_t length = body_bytes(body);

		assert_int_equal(assemble_bare(body, 3), around + 3 * length);
		for (uint32_t i = 0; i < 3 && body->fixup == FIXUP_NONE; i++)
			assert_memory_equal(area + around - behind + i * length,
			                    body->begin, length);
	}
}

TEST(each_copy_aims_at_its_own_page)
{
	static struct listing listing; /* which the analyzer cannot see being filled */

	disassemble(area, assemble_bare(&tlb_op_named("invlpg")->body, 512), &listing);
	assert_int_equal(listing.count, 512 + 5);
	for (unsigned i = 0; i < 512; i++) {
		assert_int_equal(listing.at[3 + i].disp, 4096 * (int64_t)i);
		assert_int_equal(listing.at[3 + i].disp_bytes, 4);
	}
}

/* Stores the six operands one behind the other where R9 points. */
BODY(test_store_operands, "mov %rsi, 0(%r9)\n"
                          "mov %rdi, 8(%r9)\n"
                          "mov %rbx, 16(%r9)\n"
                          "mov %r8, 24(%r9)\n"
                          "mov %r9, 32(%r9)\n"
                          "mov %r10, 40(%r9)")

TEST(operands_are_where_a_body_looks_for_them)
{
	const struct body body = { BODY_RANGE(test_store_operands) };
	const struct operation_call_spec spec = { .body = &body, .copies = 1 };
	struct operands seen = { 0 };
	const struct operands given = { .address = 1,
		                        .type = 2,
		                        .cr3 = 3,
		                        .cr3_named = 4,
		                        .cr4 = (uintptr_t)&seen,
		                        .cr4_changed = 6 };
	uint8_t *const code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(code, MAP_FAILED);
	(void)operation_call_assemble(code, &spec);
	operation_call_call((operation_call_code *)(uintptr_t)code, &given,
	                    given.address);
	assert_memory_equal(&seen, &given, sizeof given);
	assert_int_equal(munmap(code, 4096), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_no_copies_there_is_no_stamp_and_no_fence),
		cmocka_unit_test(copies_of_every_operation_come_between_as_they_are),
		cmocka_unit_test(each_copy_aims_at_its_own_page),
		cmocka_unit_test(operands_are_where_a_body_looks_for_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
