/* The window assembler, by disassembling what it writes. */
#include "paging/tlb_op.h"
#include "tests/unit/support/windows.h"

static const char *const enter[] = {
	"push rbx",
	"push rbp",
	"push r12",
	"push r13",
	"push r14",
	"push r15",
	"mov r15, rdi",
	"mov rsi, qword ptr [r15]",
	"mov rdi, qword ptr [r15 + 8]",
	"mov rbx, qword ptr [r15 + 0x10]",
	"mov r8, qword ptr [r15 + 0x18]",
	"mov r9, qword ptr [r15 + 0x20]",
	"mov r10, qword ptr [r15 + 0x28]",
	"mov r13, qword ptr [r15 + 0x30]",
	"mov r14, qword ptr [r15 + 0x38]",
	NULL,
};
#define ENTER 15u

static const char *const start_tsc[] = { "mfence", "lfence", "rdtsc", "lfence", NULL };
static const char *const start_pmc[] = { "mfence", "lfence", "mov ecx, 0x40000001",
	                                 "rdpmc",  "lfence", NULL };
static const char *const unfenced[] = { "rdtsc", NULL };

static const char *const stop_rdtscp[] = { "rdtscp", "lfence", NULL };
static const char *const stop_rdtsc[] = { "lfence", "rdtsc", "lfence", NULL };
static const char *const stop_pmc[] = { "lfence", "mov ecx, 0x40000001", "rdpmc",
	                                "lfence", NULL };

static const struct {
	const char *const *start, *const *stop;
	unsigned starts, stops;
} expected[] = {
	[CLOCK_RDTSCP] = { start_tsc, stop_rdtscp, 4, 2 },
	[CLOCK_RDTSC] = { start_tsc, stop_rdtsc, 4, 3 },
	[CLOCK_PMC] = { start_pmc, stop_pmc, 5, 4 },
	[CLOCK_UNFENCED] = { unfenced, unfenced, 1, 1 },
};

static const char *const keep_t0[] = { "shl rdx, 0x20", "or rdx, rax", "mov r11, rdx",
	                               NULL };

/* From T1 on; without touches T2 is what RDX still holds. */
static const char *const leave[] = {
	"shl rdx, 0x20",
	"or rdx, rax",
	"mov rbp, rdx",
	"mov qword ptr [r15 + 0x48], r11",
	"mov qword ptr [r15 + 0x50], rbp",
	"mov qword ptr [r15 + 0x58], rdx",
	"pop r15",
	"pop r14",
	"pop r13",
	"pop r12",
	"pop rbp",
	"pop rbx",
	"ret",
	NULL,
};
#define LEAVE 13u

/* All that is around the copies, and nothing besides; copies in instructions. */
static void assert_framed(const struct listing *listing, enum clock clock,
                          unsigned copies)
{
	const unsigned starts = expected[clock].starts;
	const unsigned stop = ENTER + starts + 3 + copies;

	assert_listing(listing, 0, enter);
	assert_listing(listing, ENTER, expected[clock].start);
	assert_listing(listing, ENTER + starts, keep_t0);
	assert_listing(listing, stop, expected[clock].stop);
	assert_listing(listing, stop + expected[clock].stops, leave);
	assert_int_equal(listing->count, stop + expected[clock].stops + LEAVE);
}

static const struct body *body_of(const char *op)
{
	const struct tlb_op *const found = tlb_op_named(op);

	assert_non_null(found);
	return &found->body;
}

TEST(an_empty_window_is_two_stamps_and_nothing_between)
{
	assert_framed(&assemble(0, body_of("none"), 0, CLOCK_RDTSCP)->listing,
	              CLOCK_RDTSCP, 0);
}

TEST(copies_of_none_are_nothing)
{
	assert_framed(&assemble(0, body_of("none"), 128, CLOCK_RDTSCP)->listing,
	              CLOCK_RDTSCP, 0);
}

TEST(without_rdtscp_a_fenced_rdtsc_closes_the_window)
{
	assert_framed(&assemble(0, body_of("none"), 1, CLOCK_RDTSC)->listing,
	              CLOCK_RDTSC, 0);
}

TEST(a_counter_is_read_between_fences_with_its_number_in_ecx)
{
	assert_framed(&assemble(0, body_of("none"), 1, CLOCK_PMC)->listing, CLOCK_PMC,
	              0);
}

TEST(the_clock_that_is_wrong_on_purpose_has_no_fence)
{
	assert_framed(&assemble(0, body_of("none"), 1, CLOCK_UNFENCED)->listing,
	              CLOCK_UNFENCED, 0);
}

TEST(three_copies_stand_between_the_stamps_and_nothing_else)
{
	static const char *const three[] = { "mov cr3, rbx", "mov cr3, rbx",
		                             "mov cr3, rbx", NULL };

	for (unsigned i = 0; i < CLOCKS; i++) {
		const struct listing *const listing =
			&assemble(0, body_of("cr3_reload"), 3, clocks[i])->listing;

		assert_framed(listing, clocks[i], 3);
		assert_listing(listing, head_instructions(clocks[i]), three);
	}
}

TEST(a_body_of_two_instructions_is_copied_whole)
{
	static const char *const twice[] = { "mov cr4, r10", "mov cr4, r9",
		                             "mov cr4, r10", "mov cr4, r9", NULL };
	const struct listing *const listing =
		&assemble(0, body_of("cr4_pge_toggle"), 2, CLOCK_RDTSCP)->listing;

	assert_framed(listing, CLOCK_RDTSCP, 4);
	assert_listing(listing, head_instructions(CLOCK_RDTSCP), twice);
}

static void assert_aims(const struct listing *listing, unsigned copies, int64_t first,
                        int64_t stride)
{
	for (unsigned i = 0; i < copies; i++) {
		const struct instruction *const one =
			&listing->at[head_instructions(CLOCK_RDTSCP) + i];

		assert_memory_equal(one->text, "invlpg byte ptr [rsi", 20);
		assert_int_equal(one->disp, first + (int64_t)i * stride);
	}
}

TEST(copy_i_of_invlpg_aims_i_pages_behind_the_target)
{
	const uint32_t copies = 512;
	const struct listing *const listing =
		&assemble(0, body_of("invlpg"), copies, CLOCK_RDTSCP)->listing;

	assert_framed(listing, CLOCK_RDTSCP, copies);
	assert_aims(listing, copies, 0, 4096);
}

TEST(copies_aim_from_the_first_page_on_by_the_stride)
{
	static const struct {
		int64_t first, stride;
		uint32_t copies;
	} aims[] = {
		{ 0, INT64_C(2) << 20, 512 },
		{ -(INT64_C(2) << 30), INT64_C(1) << 30, 4 },
		{ -4096, 4096, 3 },
		{ 8192, -4096, 5 },
	};

	for (unsigned i = 0; i < COUNT_OF(aims); i++) {
		struct window_spec spec = copies_of(body_of("invlpg"), aims[i].copies);

		spec.first = aims[i].first;
		spec.stride = aims[i].stride;

		const struct listing *const listing =
			&assemble_spec(0, &spec, CLOCK_RDTSCP)->listing;

		assert_framed(listing, CLOCK_RDTSCP, aims[i].copies);
		assert_aims(listing, aims[i].copies, aims[i].first, aims[i].stride);
	}
}

/* What belongs to an operation: its memory operand, or its use of the stack. */
static bool is_own(const struct tlb_op *op, const char *text)
{
	static const char *const stack[] = { "push rax", "pop rax", "pushfq", "popfq" };

	if (op->by == BY_INVLPG)
		return memcmp(text, "invlpg ", 7) == 0;
	if (op->by == BY_INVPCID)
		return memcmp(text, "invpcid ", 8) == 0;
	for (unsigned i = 0; i < COUNT_OF(stack); i++)
		if (strcmp(text, stack[i]) == 0)
			return strcmp(op->name, "invpcid_by_cr3_seed") == 0;
	return false;
}

/* Between the stamps of one operation; copies of it apart from what is its own. */
static void assert_undisturbed(const struct tlb_op *op, enum clock clock)
{
	const struct listing *const listing =
		&assemble(0, &op->body, 40, clock)->listing;
	/* Of the closing stamp; two of the clocks put a fence before it. */
	const unsigned end = listing->count - tail_instructions(clock) +
	                     (clock == CLOCK_PMC ? 2 : clock == CLOCK_RDTSC);
	unsigned at = ENTER;

	while (memcmp(listing->at[at].text, "rd", 2) != 0)
		at++;
	for (at++; memcmp(listing->at[at].text, "rd", 2) != 0; at++) {
		const struct instruction *const one = &listing->at[at];

		assert_false(one->branches);
		if (!is_own(op, one->text))
			assert_false(one->touches_memory);
	}
	assert_int_equal(at, end);
}

TEST(a_baseline_stands_behind_the_copies_as_often_as_is_asked_for)
{
	static const char *const code[] = { "mov cr4, r10", "mov cr4, r9",
		                            "mov cr4, r9",  "mov cr4, r9",
		                            "mov cr4, r9",  NULL };
	const struct tlb_op *const op = tlb_op_named("cr4_smep_set");
	struct window_spec spec = copies_of(&op->body, 1);

	spec.baseline = &op->baseline;
	spec.baselines = 3;

	const struct listing *const listing =
		&assemble_spec(0, &spec, CLOCK_RDTSCP)->listing;

	assert_framed(listing, CLOCK_RDTSCP, 5);
	assert_listing(listing, ENTER + 4 + 3, code);
}

TEST(nothing_between_the_stamps_loads_stores_or_branches)
{
	/*
	 * The disassembler does not know INVLPGB; and CR0.PG takes two far transfers:
	 * test_tlb_op.c has their bytes.
	 */
	const unsigned others = BY_INVLPGB | BY_CR0;

	for (unsigned i = 0; i < TLB_OPS; i++)
		for (unsigned k = 0; k < CLOCKS && (tlb_ops[i].by & others) == 0; k++)
			assert_undisturbed(&tlb_ops[i], clocks[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_window_is_two_stamps_and_nothing_between),
		cmocka_unit_test(copies_of_none_are_nothing),
		cmocka_unit_test(without_rdtscp_a_fenced_rdtsc_closes_the_window),
		cmocka_unit_test(
			a_counter_is_read_between_fences_with_its_number_in_ecx),
		cmocka_unit_test(the_clock_that_is_wrong_on_purpose_has_no_fence),
		cmocka_unit_test(
			three_copies_stand_between_the_stamps_and_nothing_else),
		cmocka_unit_test(a_body_of_two_instructions_is_copied_whole),
		cmocka_unit_test(copy_i_of_invlpg_aims_i_pages_behind_the_target),
		cmocka_unit_test(copies_aim_from_the_first_page_on_by_the_stride),
		cmocka_unit_test(
			a_baseline_stands_behind_the_copies_as_often_as_is_asked_for),
		cmocka_unit_test(nothing_between_the_stamps_loads_stores_or_branches),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
