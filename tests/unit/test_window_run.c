/* Windows that are really run, here, with bodies that need no ring 0. */
#include "tests/unit/support/windows.h"

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

/* Windows, then the landings of code touches, as far apart as they will be run. */
#define MAPPED_BYTES (AREA_BYTES + LANDINGS_BYTES)

static uint8_t *executable;

static int map_executable(void **state)
{
	(void)state;
	executable = mmap(NULL, MAPPED_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
	                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return executable == MAP_FAILED ? -1 : 0;
}

static int unmap_executable(void **state)
{
	(void)state;
	return munmap(executable, MAPPED_BYTES);
}

static window_code *window_like(const struct window_spec *spec, enum clock clock)
{
	const struct window_site site = {
		.at = executable,
		.landings = executable + AREA_BYTES,
		.slot = 7,
	};
	uint32_t entry = 0;

	(void)window_assemble(&site, spec, clock_of(clock), &entry);
	return (window_code *)(uintptr_t)(executable + entry);
}

static window_code *window_of(const struct body *body, uint32_t copies,
                              enum clock clock)
{
	const struct window_spec spec = copies_of(body, copies);

	return window_like(&spec, clock);
}

/* Those that need no ring 0. */
static const enum clock tsc_clocks[] = { CLOCK_RDTSCP, CLOCK_RDTSC, CLOCK_UNFENCED };
#define FENCED_CLOCKS 2u

BODY(test_empty, "")
static const struct body empty = { BODY_RANGE(test_empty) };

static const struct body *const bodies[] = { &empty, &nop, &long_nop, &lea };

TEST(a_window_stores_stamps_that_do_not_go_back)
{
	for (unsigned i = 0; i < COUNT_OF(bodies); i++)
		for (uint32_t copies = 0; copies < 600; copies += 50)
			for (unsigned round = 0; round < 20; round++) {
				struct window_args args = { .t0 = 1 };

				window_of(bodies[i], copies,
				          tsc_clocks[round % 2])(&args);
				assert_int_not_equal(args.t0, 1);
				assert_true(args.t1 >= args.t0);
				assert_int_equal(args.t2, args.t1);
			}
}

TEST(the_stamps_lie_inside_those_of_the_caller)
{
	for (unsigned i = 0; i < FENCED_CLOCKS; i++) {
		window_code *const window = window_of(&nop, 100, tsc_clocks[i]);
		struct window_args args = { .t0 = 0 };
		const uint64_t before = __builtin_ia32_rdtsc();

		window(&args);

		const uint64_t after = __builtin_ia32_rdtsc();

		assert_true(args.t0 >= before && args.t1 <= after);
	}
}

static void assert_keeps(window_code *window, struct window_args *args)
{
	struct kept kept = { 0 };

	call_and_look(window, args, &kept);
	assert_int_equal(kept.rbx, 0xb1);
	assert_int_equal(kept.r12, 0x12);
	assert_int_equal(kept.r13, 0x13);
	assert_int_equal(kept.r14, 0x14);
	assert_int_equal(kept.r15, 0x15);
	/* RBP held the stack pointer. */
	assert_int_equal(kept.rsp_moved, 0);
}

TEST(a_window_keeps_the_registers_of_its_caller)
{
	for (unsigned i = 0; i < COUNT_OF(bodies); i++)
		for (unsigned k = 0; k < COUNT_OF(tsc_clocks); k++) {
			struct window_args args = { .operands = { 1, 2, 3, 4, 5, 6 } };

			assert_keeps(window_of(bodies[i], 64, tsc_clocks[k]), &args);
		}
}

/* The body's only way to tell what it found: R11 is what the window stores as T0. */
BODY(test_show_rsi, "mov %rsi, %r11")
BODY(test_show_rdi, "mov %rdi, %r11")
BODY(test_show_rbx, "mov %rbx, %r11")
BODY(test_show_r8, "mov %r8, %r11")
BODY(test_show_r9, "mov %r9, %r11")
BODY(test_show_r10, "mov %r10, %r11")

TEST(a_body_finds_its_operands_in_the_registers_of_the_contract)
{
	const struct body shows[] = {
		{ BODY_RANGE(test_show_rsi) }, { BODY_RANGE(test_show_rdi) },
		{ BODY_RANGE(test_show_rbx) }, { BODY_RANGE(test_show_r8) },
		{ BODY_RANGE(test_show_r9) },  { BODY_RANGE(test_show_r10) },
	};
	const uint64_t found[] = { 0x5151, 0xd1d1, 0xb1b1, 0x0808, 0x0909, 0x1010 };

	for (unsigned i = 0; i < COUNT_OF(shows); i++) {
		struct window_args args = {
			.operands = {
				.address = 0x5151,
				.type = 0xd1d1,
				.cr3 = 0xb1b1,
				.cr3_named = 0x0808,
				.cr4 = 0x0909,
				.cr4_changed = 0x1010,
			},
		};

		window_of(&shows[i], 1, CLOCK_RDTSCP)(&args);
		assert_int_equal(args.t0, found[i]);
	}
}

TEST(a_window_leaves_its_operands_as_they_were)
{
	struct window_args args = { .operands = { 1, 2, 3, 4, 5, 6 } };

	window_of(&lea, 8, CLOCK_RDTSCP)(&args);
	assert_int_equal(args.operands.address, 1);
	assert_int_equal(args.operands.type, 2);
	assert_int_equal(args.operands.cr3, 3);
	assert_int_equal(args.operands.cr3_named, 4);
	assert_int_equal(args.operands.cr4, 5);
	assert_int_equal(args.operands.cr4_changed, 6);
}

/* Counts in R10 and shows the count. */
BODY(test_count, "add $1, %r10\n"
                 "mov %r10, %r11")

TEST(as_many_copies_run_as_were_asked_for)
{
	const struct body count = { BODY_RANGE(test_count) };

	for (uint32_t copies = 1; copies < 300; copies++) {
		struct window_args args = { .operands.cr4_changed = 1000 };

		window_of(&count, copies, CLOCK_RDTSCP)(&args);
		assert_int_equal(args.t0, 1000 + copies);
	}
}

/* Leaves in T0 where the last copy aims. */
BODY(test_aim, "lea 0x7fffffff(%rsi), %r11")
static const struct body aim = {
	BODY_RANGE(test_aim),
	.fixup = FIXUP_ADDRESS,
	.fixup_offset = 3,
};

TEST(the_last_copy_aims_as_far_as_a_displacement_reaches)
{
	const int64_t giant = INT64_C(1) << 30;

	for (uint32_t copies = 1; copies <= 4; copies++) {
		const struct window_spec spec = {
			.body = &aim,
			.copies = copies,
			.first = -2 * giant,
			.stride = giant,
		};
		struct window_args args = { .operands.address =
			                            UINT64_C(0x7000000000) };

		window_like(&spec, CLOCK_RDTSCP)(&args);
		assert_int_equal(args.t0, 0x7000000000 + ((int64_t)copies - 3) * giant);
	}
}

#define PAGE 4096u

/* Pages on both sides that are not to be touched. */
#define MARGIN 4u
#define PAGES (4 * TOUCH_PAGES_MAX + 2 * MARGIN)

/* Stack below, data above the middle of fresh pages, which the kernel fills on demand.
 */
static uint8_t *map_fresh(void)
{
	uint8_t *const fresh = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
	                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(fresh, MAP_FAILED);
	(void)madvise(fresh, PAGES * PAGE, MADV_NOHUGEPAGE);
	return fresh;
}

static void run_touching(const struct touches *touches)
{
	struct window_spec spec = copies_of(&nop, 1);
	uint8_t *const fresh = map_fresh();
	uint8_t *const middle = fresh + PAGES / 2 * PAGE;
	unsigned char there[PAGES];
	struct window_args args = {
		.data = (uintptr_t)middle,
		.stack = (uintptr_t)middle,
	};

	spec.touches = *touches;
	assert_keeps(window_like(&spec, CLOCK_RDTSCP), &args);
	assert_true(args.t0 <= args.t1 && args.t1 < args.t2);
	assert_int_equal(mincore(fresh, PAGES * PAGE, there), 0);
	for (unsigned i = 0; i < PAGES; i++) {
		const unsigned below = PAGES / 2 - i;

		if (i < PAGES / 2)
			assert_int_equal(there[i] & 1,
			                 below < 2 * touches->stack && below % 2 == 1);
		else
			assert_int_equal(there[i] & 1, i - PAGES / 2 < touches->data);
	}
	assert_int_equal(munmap(fresh, PAGES * PAGE), 0);
}

TEST(touches_reach_the_pages_asked_for_and_no_others)
{
	for (uint32_t pages = 0; pages <= TOUCH_PAGES_MAX; pages += 8) {
		run_touching(&(struct touches){ pages, 0, 1 });
		run_touching(&(struct touches){ 1, pages, 0 });
		run_touching(&(struct touches){ 1, 0, pages });
		run_touching(&(struct touches){ pages, pages, TOUCH_PAGES_MAX });
	}
}

TEST(stores_write_one_word_in_each_line)
{
	static uint32_t lines[64 * 16];
	struct window_args args = { .stores = (uintptr_t)lines };
	struct window_spec spec = copies_of(&nop, 1);

	spec.stores = 60;
	window_like(&spec, CLOCK_RDTSCP)(&args);
	for (unsigned i = 0; i < COUNT_OF(lines); i++)
		assert_int_equal(lines[i] != 0, i % 16 == 0 && i / 16 < 60);
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
		cmocka_unit_test(the_last_copy_aims_as_far_as_a_displacement_reaches),
		cmocka_unit_test(touches_reach_the_pages_asked_for_and_no_others),
		cmocka_unit_test(stores_write_one_word_in_each_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, map_executable, unmap_executable);
}
