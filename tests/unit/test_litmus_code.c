/* A litmus test's thread as machine code, held against a disassembler. */
#include "bench/litmus/litmus_code.h"
#include "tests/unit/support/disassemble.h"

static struct listing listing;

#define ENTER 13u
#define LEAVE 8u

static void assemble(const struct litmus_step *steps, unsigned count, uint32_t stride,
                     bool x2apic)
{
	static uint8_t code[LITMUS_CODE_BYTES];
	const uint32_t bytes = litmus_code_assemble(
		code, steps, count, (struct litmus_layout){ stride }, x2apic);

	assert_in_range(bytes, 1, sizeof code);
	disassemble(code, bytes, &listing);
}

/* Between what every function begins and ends with there are these, and no others. */
static void assert_steps(const char *const *texts, unsigned count)
{
	assert_int_equal(listing.count, ENTER + count + LEAVE);
	for (unsigned i = 0; i < count; i++)
		assert_string_equal(listing.at[ENTER + i].text, texts[i]);
}

#define ASSERT_STEP(step, ...)                                                         \
	do {                                                                           \
		static const char *const texts[] = { __VA_ARGS__ };                    \
		const struct litmus_step one = step;                                   \
		assemble(&one, 1, 8, false);                                           \
		assert_steps(texts, COUNT_OF(texts));                                  \
	} while (0)

#define THE(kind, page, value)                                                         \
	((struct litmus_step){ LITMUS_##kind, PAGE_##page, value })

TEST(a_function_keeps_what_its_caller_needs_and_hands_back_three_registers)
{
	static const char *const enter[ENTER] = {
		"push rbx",
		"push r12",
		"push r13",
		"push r14",
		"mov rbx, rdi",
		"mov rsi, qword ptr [rbx]",
		"mov rdi, qword ptr [rbx + 8]",
		"mov r9, qword ptr [rbx + 0x10]",
		"mov r10, qword ptr [rbx + 0x18]",
		"mov r11, qword ptr [rbx + 0x20]",
		"xor r12d, r12d",
		"xor r13d, r13d",
		"xor r14d, r14d",
	};
	static const char *const leave[LEAVE] = {
		"mov dword ptr [rbx + 0x70], r12d",
		"mov dword ptr [rbx + 0x74], r13d",
		"mov dword ptr [rbx + 0x78], r14d",
		"pop r14",
		"pop r13",
		"pop r12",
		"pop rbx",
		"ret",
	};

	assemble(NULL, 0, 8, false);
	assert_int_equal(listing.count, ENTER + LEAVE);
	for (unsigned i = 0; i < ENTER; i++)
		assert_string_equal(listing.at[i].text, enter[i]);
	for (unsigned i = 0; i < LEAVE; i++)
		assert_string_equal(listing.at[ENTER + i].text, leave[i]);
}

TEST(a_word_is_its_page_s_stride_behind_the_first)
{
	ASSERT_STEP(THE(STORE, V, 1), "mov dword ptr [rsi], 1");
	ASSERT_STEP(THE(STORE, X, 2), "mov dword ptr [rsi + 0x18040], 2");
	ASSERT_STEP(THE(STORE_LOCKED, Y, 1), "mov eax, 1",
	            "xchg dword ptr [rsi + 0x20080], eax");
	ASSERT_STEP(THE(LOAD, U, 0), "mov eax, dword ptr [rsi + 0x8000]",
	            "mov r12d, eax");
	ASSERT_STEP(THE(LOAD, U, 1), "mov eax, dword ptr [rsi + 0x8000]",
	            "mov r13d, eax");
	ASSERT_STEP(THE(LOAD, W, 2), "mov eax, dword ptr [rsi + 0x10000]",
	            "mov r14d, eax");
}

TEST(an_entry_is_eight_bytes_times_the_stride_behind_the_first)
{
	ASSERT_STEP(THE(MAP, V, FRAME_B), "mov rax, qword ptr [rbx + 0x58]",
	            "mov qword ptr [rdi], rax");
	ASSERT_STEP(THE(MAP, U, FRAME_V), "mov rax, qword ptr [rbx + 0x38]",
	            "mov qword ptr [rdi + 0x40], rax");
	ASSERT_STEP(THE(UNMAP, W, 0), "mov qword ptr [rdi + 0x80], 0");
	ASSERT_STEP(THE(ENTRY, V, 1), "mov eax, dword ptr [rdi]", "mov r13d, eax");
	ASSERT_STEP(THE(XCHG_UNMAP, V, 0), "xor eax, eax", "xchg qword ptr [rdi], rax",
	            "mov r12d, eax");
	ASSERT_STEP(THE(XCHG_RDONLY, U, 0), "mov rax, qword ptr [rbx + 0x60]",
	            "xchg qword ptr [rdi + 0x40], rax", "mov r12d, eax");
}

TEST(entries_of_a_narrow_layout_share_a_line)
{
	const struct litmus_step step = THE(UNMAP, Y, 0);
	static const char *const texts[] = { "mov qword ptr [rdi + 0x20], 0" };

	assemble(&step, 1, 1, false);
	assert_steps(texts, 1);
}

TEST(invalidations_and_fences_are_one_instruction_each)
{
	ASSERT_STEP(THE(INVLPG, V, 0), "invlpg byte ptr [rsi]");
	ASSERT_STEP(THE(INVLPG, U, 0), "invlpg byte ptr [rsi + 0x8000]");
	ASSERT_STEP(THE(INVPCID, V, 0), "xor eax, eax",
	            "invpcid rax, xmmword ptr [r9]");
	ASSERT_STEP(THE(CR3, V, 0), "mov cr3, r10");
	ASSERT_STEP(THE(CR3_NOFLUSH, V, 0), "mov cr3, r11");
	ASSERT_STEP(THE(FENCE, V, 0), "mfence", "lfence");
}

TEST(an_interrupt_is_one_store_or_one_wrmsr)
{
	const struct litmus_step step = THE(IPI_XAPIC, V, 0);
	static const char *const as_x2apic[] = {
		"mfence",
		"lfence",
		"mov eax, dword ptr [rbx + 0x30]",
		"mov edx, dword ptr [rbx + 0x34]",
		"mov ecx, 0x830",
		"wrmsr",
	};

	ASSERT_STEP(THE(IPI_XAPIC, V, 0), "mov ecx, dword ptr [rbx + 0x30]",
	            "mov rax, qword ptr [rbx + 0x28]", "mov dword ptr [rax], ecx");
	ASSERT_STEP(THE(IPI_X2APIC, V, 0), "mov eax, dword ptr [rbx + 0x30]",
	            "mov edx, dword ptr [rbx + 0x34]", "mov ecx, 0x830", "wrmsr");
	assemble(&step, 1, 8, true);
	assert_steps(as_x2apic, COUNT_OF(as_x2apic));
}

/* Whether a branch of the step leads to the instruction of that number. */
static void assert_branch(unsigned at, unsigned to)
{
	assert_true(listing.at[ENTER + at].branches);
	assert_int_equal(listing.at[ENTER + at].target, listing.at[ENTER + to].offset);
}

/* Text of a branch is where it leads to, which is asked apart. */
static void assert_awaits(struct litmus_step step, const char *look)
{
	static const char *const rest[] = { "pause", "dec ecx" };

	assemble(&step, 1, 8, false);
	assert_int_equal(listing.count, ENTER + 7 + LEAVE);
	assert_string_equal(listing.at[ENTER].text, "mov ecx, 0x40000");
	assert_string_equal(listing.at[ENTER + 1].text, look);
	assert_branch(2, 7);
	for (unsigned i = 0; i < COUNT_OF(rest); i++)
		assert_string_equal(listing.at[ENTER + 3 + i].text, rest[i]);
	assert_branch(5, 1);
	assert_string_equal(listing.at[ENTER + 6].text, "inc dword ptr [rbx + 0x6c]");
}

TEST(what_is_awaited_is_looked_for_a_bounded_number_of_times)
{
	assert_awaits(THE(AWAIT, X, 1), "cmp dword ptr [rsi + 0x18040], 1");
	assert_awaits(THE(AWAIT_IPI, V, 0), "cmp dword ptr [rbx + 0x68], 0");
}

TEST(every_thread_of_every_test_fits_its_room)
{
	for (const struct litmus_test *test = litmus_tests; test->name != NULL; test++)
		for (unsigned i = 0; i < 2; i++) {
			assemble(test->threads[i].steps, test->threads[i].count, 8,
			         true);
			assemble(test->threads[i].handler,
			         test->threads[i].handler_count, 8, true);
			/* Its descriptor names one page alone. */
			for (unsigned step = 0; step < test->threads[i].count; step++)
				if (test->threads[i].steps[step].kind == LITMUS_INVPCID)
					assert_int_equal(
						test->threads[i].steps[step].page,
						PAGE_V);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_function_keeps_what_its_caller_needs_and_hands_back_three_registers),
		cmocka_unit_test(a_word_is_its_page_s_stride_behind_the_first),
		cmocka_unit_test(
			an_entry_is_eight_bytes_times_the_stride_behind_the_first),
		cmocka_unit_test(entries_of_a_narrow_layout_share_a_line),
		cmocka_unit_test(invalidations_and_fences_are_one_instruction_each),
		cmocka_unit_test(an_interrupt_is_one_store_or_one_wrmsr),
		cmocka_unit_test(
			what_is_awaited_is_looked_for_a_bounded_number_of_times),
		cmocka_unit_test(every_thread_of_every_test_fits_its_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
