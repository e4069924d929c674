/* The window assembler, by disassembling what it writes. */
#include "paging/tlb_op.h"
#include "tests/unit/windows.h"

static const char *const head[] = {
	"push rbx",
	"push r15",
	"mov r15, rdi",
	"mov rsi, qword ptr [r15]",
	"mov rbx, qword ptr [r15 + 8]",
	"mov r9, qword ptr [r15 + 0x10]",
	"mov r10, qword ptr [r15 + 0x18]",
	"mfence",
	"lfence",
	"rdtsc",
	"lfence",
	"shl rdx, 0x20",
	"or rdx, rax",
	"mov r11, rdx",
	NULL,
};

static const char *const tail_rdtscp[] = {
	"rdtscp",
	"lfence",
	"shl rdx, 0x20",
	"or rdx, rax",
	"mov qword ptr [r15 + 0x20], r11",
	"mov qword ptr [r15 + 0x28], rdx",
	"pop r15",
	"pop rbx",
	"ret",
	NULL,
};

static const char *const tail_rdtsc[] = {
	"lfence",
	"rdtsc",
	"lfence",
	"shl rdx, 0x20",
	"or rdx, rax",
	"mov qword ptr [r15 + 0x20], r11",
	"mov qword ptr [r15 + 0x28], rdx",
	"pop r15",
	"pop rbx",
	"ret",
	NULL,
};

static const struct body *body_of(const char *op)
{
	const struct tlb_op *const found = tlb_op_named(op);

	assert_non_null(found);
	return &found->body;
}

TEST(an_empty_window_is_two_stamps_and_nothing_between)
{
	const struct listing *const listing =
		&assemble(0, body_of("none"), 0, true)->listing;

	assert_listing(listing, 0, head);
	assert_listing(listing, HEAD_INSTRUCTIONS, tail_rdtscp);
	assert_int_equal(listing->count, 23);
}

TEST(copies_of_none_are_nothing)
{
	const struct assembled *const window = assemble(0, body_of("none"), 128, true);

	assert_int_equal(window->listing.count, 23);
}

TEST(without_rdtscp_a_fenced_rdtsc_closes_the_window)
{
	const struct listing *const listing =
		&assemble(0, body_of("none"), 1, false)->listing;

	assert_listing(listing, 0, head);
	assert_listing(listing, HEAD_INSTRUCTIONS, tail_rdtsc);
	assert_int_equal(listing->count, 24);
}

TEST(three_copies_stand_between_the_stamps_and_nothing_else)
{
	static const char *const three[] = { "mov cr3, rbx", "mov cr3, rbx",
		                             "mov cr3, rbx", NULL };

	for (unsigned rdtscp = 0; rdtscp < 2; rdtscp++) {
		const struct listing *const listing =
			&assemble(0, body_of("cr3_reload"), 3, rdtscp)->listing;

		assert_listing(listing, 0, head);
		assert_listing(listing, HEAD_INSTRUCTIONS, three);
		assert_listing(listing, HEAD_INSTRUCTIONS + 3,
		               rdtscp ? tail_rdtscp : tail_rdtsc);
		assert_int_equal(listing->count,
		                 HEAD_INSTRUCTIONS + 3 + TAIL_INSTRUCTIONS(rdtscp));
	}
}

TEST(a_body_of_two_instructions_is_copied_whole)
{
	static const char *const twice[] = { "mov cr4, r10", "mov cr4, r9",
		                             "mov cr4, r10", "mov cr4, r9", NULL };
	const struct listing *const listing =
		&assemble(0, body_of("cr4_pge_toggle"), 2, true)->listing;

	assert_listing(listing, HEAD_INSTRUCTIONS, twice);
	assert_int_equal(listing->count, HEAD_INSTRUCTIONS + 4 + 9);
}

TEST(copy_i_of_invlpg_aims_i_pages_behind_the_target)
{
	const uint32_t copies = 512;
	const struct listing *const listing =
		&assemble(0, body_of("invlpg"), copies, true)->listing;

	assert_int_equal(listing->count, HEAD_INSTRUCTIONS + copies + 9);
	for (uint32_t i = 0; i < copies; i++) {
		const struct instruction *const one =
			&listing->at[HEAD_INSTRUCTIONS + i];

		assert_memory_equal(one->text, "invlpg byte ptr [rsi", 20);
		assert_int_equal(one->disp, (int64_t)i * 4096);
	}
}

/* Between the stamps of one operation, the operation's own memory operand apart. */
static void assert_undisturbed(const struct tlb_op *op, bool rdtscp)
{
	const struct listing *const listing =
		&assemble(0, &op->body, 40, rdtscp)->listing;
	unsigned at = 0;

	while (strcmp(listing->at[at].text, "rdtsc") != 0)
		at++;
	for (at++; memcmp(listing->at[at].text, "rdtsc", 5) != 0; at++) {
		const struct instruction *const one = &listing->at[at];

		assert_false(one->branches);
		if (memcmp(one->text, "invlpg ", 7) != 0)
			assert_false(one->touches_memory);
	}
	assert_int_equal(at, listing->count - 9);
}

TEST(nothing_between_the_stamps_loads_stores_or_branches)
{
	for (unsigned i = 0; i < tlb_op_count; i++) {
		assert_undisturbed(&tlb_ops[i], true);
		assert_undisturbed(&tlb_ops[i], false);
	}
}

TEST(copies_begin_on_64_bytes_in_every_window)
{
	const struct body *const bodies[] = { &nop, &long_nop, body_of("invlpg") };

	for (unsigned i = 0; i < COUNT_OF(bodies); i++)
		for (uint32_t at = 0; at <= 8192; at += WINDOW_ALIGNMENT)
			for (uint32_t copies = 0; copies < 3; copies++) {
				const struct assembled *const w =
					assemble(at, bodies[i], copies, at % 128 == 0);
				const uint8_t *const first =
					w->entry +
					w->listing.at[HEAD_INSTRUCTIONS].offset;

				assert_int_equal((uintptr_t)first % 64, 0);
			}
}

/* Fast: no disassembler, so that many places and lengths can be tried. */
static uint32_t put(uint32_t at, const struct body *body, uint32_t copies, bool rdtscp)
{
	uint32_t entry = 0;
	const uint32_t bytes = window_assemble(area + at, body, copies, rdtscp, &entry);

	assert_in_range(bytes, 1, window_bytes(body, copies));
	return at + bytes;
}

static void sweep(void (*check)(uint32_t end, bool rdtscp))
{
	for (uint32_t at = 0; at <= 4096; at += WINDOW_ALIGNMENT)
		for (uint32_t copies = 0; copies < 700; copies++) {
			check(put(at, &nop, copies, true), true);
			check(put(at, &nop, copies, false), false);
			check(put(at, &long_nop, copies, true), true);
		}
}

static void ends_outside_last_line(uint32_t end, bool rdtscp)
{
	(void)rdtscp;
	assert_in_range((end - 1) % 4096, 0, 4096 - 64 - 1);
}

static void tail_is_in_one_page(uint32_t end, bool rdtscp)
{
	const uint32_t tail = rdtscp ? 25 : 27;

	assert_int_equal((end - 1) / 4096, (end - tail) / 4096);
}

TEST(no_window_ends_in_the_last_line_of_a_page)
{
	sweep(ends_outside_last_line);
}

TEST(from_the_closing_stamp_on_a_window_crosses_no_page)
{
	sweep(tail_is_in_one_page);
}

TEST(nothing_is_written_outside_of_the_bytes_asked_for)
{
	for (uint32_t at = 64; at <= 4160; at += WINDOW_ALIGNMENT)
		for (uint32_t copies = 0; copies < 600; copies += 7) {
			const uint32_t room = window_bytes(&long_nop, copies);

			memset(area, AREA_RUBBISH, sizeof area);
			put(at, &long_nop, copies, false);
			assert_int_equal(area[at - 1], AREA_RUBBISH);
			for (uint32_t i = 0; i < 64; i++)
				assert_int_equal(area[at + room + i], AREA_RUBBISH);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_window_is_two_stamps_and_nothing_between),
		cmocka_unit_test(copies_of_none_are_nothing),
		cmocka_unit_test(without_rdtscp_a_fenced_rdtsc_closes_the_window),
		cmocka_unit_test(
			three_copies_stand_between_the_stamps_and_nothing_else),
		cmocka_unit_test(a_body_of_two_instructions_is_copied_whole),
		cmocka_unit_test(copy_i_of_invlpg_aims_i_pages_behind_the_target),
		cmocka_unit_test(nothing_between_the_stamps_loads_stores_or_branches),
		cmocka_unit_test(copies_begin_on_64_bytes_in_every_window),
		cmocka_unit_test(no_window_ends_in_the_last_line_of_a_page),
		cmocka_unit_test(from_the_closing_stamp_on_a_window_crosses_no_page),
		cmocka_unit_test(nothing_is_written_outside_of_the_bytes_asked_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
