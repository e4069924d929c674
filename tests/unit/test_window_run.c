/* Windows that are really run, here, with bodies that need no ring 0. */
#include "tests/unit/windows.h"

#include <sys/mman.h>

/*
 * Calls a window with known values in every register that a C function must keep, and
 * tells what is in them afterwards, and by how much the stack pointer moved.
 */
struct kept {
	uint64_t rbx, rbp, r12, r13, r14, r15, rsp_moved;
};

void call_and_look(window_code *window, struct window_args *args, struct kept *kept);

__asm__(".pushsection .text\n"
        ".globl call_and_look\n"
        "call_and_look:\n"
        "	push %rbx\n"
        "	push %rbp\n"
        "	push %r12\n"
        "	push %r13\n"
        "	push %r14\n"
        "	push %r15\n"
        "	push %rdx\n"
        "	mov %rdi, %rax\n"
        "	mov %rsi, %rdi\n"
        "	mov %rsp, %rbp\n"
        "	mov $0xb1, %rbx\n"
        "	mov $0x12, %r12\n"
        "	mov $0x13, %r13\n"
        "	mov $0x14, %r14\n"
        "	mov $0x15, %r15\n"
        "	call *%rax\n"
        "	mov (%rsp), %rdx\n"
        "	mov %rbx, 0(%rdx)\n"
        "	mov %rbp, 8(%rdx)\n"
        "	mov %r12, 16(%rdx)\n"
        "	mov %r13, 24(%rdx)\n"
        "	mov %r14, 32(%rdx)\n"
        "	mov %r15, 40(%rdx)\n"
        "	sub %rsp, %rbp\n"
        "	mov %rbp, 48(%rdx)\n"
        "	pop %rdx\n"
        "	pop %r15\n"
        "	pop %r14\n"
        "	pop %r13\n"
        "	pop %r12\n"
        "	pop %rbp\n"
        "	pop %rbx\n"
        "	ret\n"
        ".popsection");

static uint8_t *executable;

static int map_executable(void **state)
{
	(void)state;
	executable = mmap(NULL, AREA_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
	                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return executable == MAP_FAILED ? -1 : 0;
}

static int unmap_executable(void **state)
{
	(void)state;
	return munmap(executable, AREA_BYTES);
}

static window_code *window_of(const struct body *body, uint32_t copies, bool rdtscp)
{
	uint32_t entry = 0;

	(void)window_assemble(executable, body, copies, rdtscp, &entry);
	return (window_code *)(uintptr_t)(executable + entry);
}

BODY(test_empty, "")
static const struct body empty = { BODY_RANGE(test_empty) };

static const struct body *const bodies[] = { &empty, &nop, &long_nop, &lea };

TEST(a_window_stores_stamps_that_do_not_go_back)
{
	for (unsigned i = 0; i < COUNT_OF(bodies); i++)
		for (uint32_t copies = 0; copies < 600; copies += 50)
			for (unsigned round = 0; round < 20; round++) {
				struct window_args args = { .t0 = 1 };

				window_of(bodies[i], copies, round % 2)(&args);
				assert_int_not_equal(args.t0, 1);
				assert_true(args.t1 >= args.t0);
			}
}

TEST(the_stamps_lie_inside_those_of_the_caller)
{
	for (unsigned rdtscp = 0; rdtscp < 2; rdtscp++) {
		window_code *const window = window_of(&nop, 100, rdtscp);
		struct window_args args = { .t0 = 0 };
		const uint64_t before = __builtin_ia32_rdtsc();

		window(&args);

		const uint64_t after = __builtin_ia32_rdtsc();

		assert_true(args.t0 >= before && args.t1 <= after);
	}
}

TEST(a_window_keeps_the_registers_of_its_caller)
{
	for (unsigned i = 0; i < COUNT_OF(bodies); i++)
		for (unsigned rdtscp = 0; rdtscp < 2; rdtscp++) {
			struct window_args args = { .operands = { 1, 2, 3, 4 } };
			struct kept kept = { 0 };

			call_and_look(window_of(bodies[i], 64, rdtscp), &args, &kept);
			assert_int_equal(kept.rbx, 0xb1);
			assert_int_equal(kept.r12, 0x12);
			assert_int_equal(kept.r13, 0x13);
			assert_int_equal(kept.r14, 0x14);
			assert_int_equal(kept.r15, 0x15);
			assert_int_equal(kept.rsp_moved, 0);
		}
}

/* The body's only way to tell what it found: R11 is what the window stores as T0. */
BODY(test_show_rsi, "mov %rsi, %r11")
BODY(test_show_rbx, "mov %rbx, %r11")
BODY(test_show_r9, "mov %r9, %r11")
BODY(test_show_r10, "mov %r10, %r11")

TEST(a_body_finds_its_operands_in_the_registers_of_the_contract)
{
	const struct body shows[] = {
		{ BODY_RANGE(test_show_rsi) },
		{ BODY_RANGE(test_show_rbx) },
		{ BODY_RANGE(test_show_r9) },
		{ BODY_RANGE(test_show_r10) },
	};
	const uint64_t found[] = { 0x5151, 0xb1b1, 0x0909, 0x1010 };

	for (unsigned i = 0; i < COUNT_OF(shows); i++) {
		struct window_args args = {
			.operands = {
				.va = 0x5151,
				.cr3 = 0xb1b1,
				.cr4 = 0x0909,
				.cr4_pge = 0x1010,
			},
		};

		window_of(&shows[i], 1, true)(&args);
		assert_int_equal(args.t0, found[i]);
	}
}

TEST(a_window_leaves_its_operands_as_they_were)
{
	struct window_args args = { .operands = { 1, 2, 3, 4 } };

	window_of(&lea, 8, true)(&args);
	assert_int_equal(args.operands.va, 1);
	assert_int_equal(args.operands.cr3, 2);
	assert_int_equal(args.operands.cr4, 3);
	assert_int_equal(args.operands.cr4_pge, 4);
}

/* Counts in R10 and shows the count. */
BODY(test_count, "add $1, %r10\n"
                 "mov %r10, %r11")

TEST(as_many_copies_run_as_were_asked_for)
{
	const struct body count = { BODY_RANGE(test_count) };

	for (uint32_t copies = 1; copies < 300; copies++) {
		struct window_args args = { .operands.cr4_pge = 1000 };

		window_of(&count, copies, true)(&args);
		assert_int_equal(args.t0, 1000 + copies);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_stores_stamps_that_do_not_go_back),
		cmocka_unit_test(the_stamps_lie_inside_those_of_the_caller),
		cmocka_unit_test(a_window_keeps_the_registers_of_its_caller),
		cmocka_unit_test(
			a_body_finds_its_operands_in_the_registers_of_the_contract),
		cmocka_unit_test(a_window_leaves_its_operands_as_they_were),
		cmocka_unit_test(as_many_copies_run_as_were_asked_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, map_executable, unmap_executable);
}
