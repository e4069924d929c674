/* Scripts, by disassembling their windows and by playing them here. */
#include "lib/base/random.h"
#include "paging/address_space.h"
#include "paging/tlb_op.h"
#include "tests/unit/support/windows.h"

#include <sys/mman.h>

#define HEAD head_instructions(CLOCK_RDTSCP)

static const char *const begin[] = { "mov r12, qword ptr [r15 + 0x60]",
	                             "mov r9d, dword ptr [r15 + 0x68]", NULL };
static const char *const read_step[] = { "mov edx, dword ptr [r12 + 0x28]",
	                                 "mov rsi, qword ptr [r12 + 8]", "mov r8, rsi",
	                                 "sub edx, 1", NULL };
static const char *const spread[] = { "mov r10, qword ptr [r12 + 0x10]",
	                              "and eax, 0",
	                              "or eax, dword ptr [r12 + 0x20]",
	                              "mov ecx, dword ptr [r12 + 0x2c]",
	                              "test ecx, ecx",
	                              NULL };
static const char *const dense[] = { "mov r10, qword ptr [r12 + 0x18]",
	                             "and eax, 0",
	                             "or eax, dword ptr [r12 + 0x24]",
	                             "mov ecx, dword ptr [r12 + 0x2c]",
	                             "test ecx, ecx",
	                             NULL };
static const char *const home[] = { "mov rax, qword ptr [r15 + 0x10]", "mov cr3, rax",
	                            NULL };

static const struct body *body_of(const char *op)
{
	return &tlb_op_named(op)->body;
}

static struct window_spec plays(const char *load, const char *flush, bool is_dense,
                                bool comes_home)
{
	return (struct window_spec){
		.body = body_of("none"),
		.script = {
			.load = body_of(load),
			.flush = body_of(flush),
			.dense = is_dense,
			.comes_home = comes_home,
		},
	};
}

static const struct listing *listing_of(const struct window_spec *spec)
{
	return &assemble_spec(0, spec, CLOCK_RDTSCP)->listing;
}

/* Index of the instruction at offset bytes from T0 on. */
static unsigned at(const struct listing *listing, uint32_t offset)
{
	for (unsigned i = HEAD; i < listing->count; i++)
		if (listing->at[i].offset - listing->at[HEAD].offset == offset)
			return i;
	fail_msg("no instruction at %u", offset);
	return 0;
}

static void assert_jumps(const struct listing *listing, unsigned i, const char *name,
                         uint32_t to)
{
	assert_memory_equal(listing->at[i].text, name, strlen(name));
	assert_true(listing->at[i].branches);
	assert_int_equal(listing->at[i].target, listing->at[HEAD].offset + to);
}

TEST(a_script_reads_a_step_flushes_loads_and_follows_its_chain)
{
	const struct window_spec spec =
		plays("cr3_pcid_noflush", "invpcid_context", false, true);
	const struct listing *const all = listing_of(&spec);
	const unsigned read = at(all, 64), flush = at(all, 128), load = at(all, 192);
	const unsigned access = at(all, 256);

	assert_listing(all, HEAD, begin);
	assert_jumps(all, HEAD + 2, "jmp", 64);
	assert_listing(all, read, read_step);
	assert_jumps(all, read + 4, "js", 256);
	assert_jumps(all, read + 5, "je", 192);
	assert_jumps(all, read + 6, "jmp", 128);
	assert_string_equal(all->at[flush].text, "invpcid rdi, xmmword ptr [rsi]");
	assert_jumps(all, flush + 1, "jmp", 192);
	assert_string_equal(all->at[load].text, "mov rbx, qword ptr [r12]");
	assert_string_equal(all->at[load + 1].text, "mov cr3, rbx");
	assert_jumps(all, load + 2, "jmp", 256);
	assert_listing(all, access, spread);
	assert_jumps(all, access + 5, "je",
	             all->at[access + 9].offset - all->at[HEAD].offset);
	assert_string_equal(all->at[access + 6].text, "mov rax, qword ptr [rax + r10]");
	assert_string_equal(all->at[access + 7].text, "dec ecx");
	assert_jumps(all, access + 8, "jne",
	             all->at[access + 6].offset - all->at[HEAD].offset);
	assert_string_equal(all->at[access + 9].text, "add r12, 0x30");
	assert_string_equal(all->at[access + 10].text, "dec r9d");
	assert_jumps(all, access + 11, "jne", 64);
	assert_string_equal(all->at[access + 12].text, "rdtscp");
}

TEST(the_other_arm_has_no_bodies_and_the_dense_mapping_at_the_same_places)
{
	const struct window_spec spec = plays("none", "none", true, true);
	const struct listing *const all = listing_of(&spec);
	const unsigned access = at(all, 256);

	assert_jumps(all, at(all, 128), "jmp", 192);
	assert_string_equal(all->at[at(all, 192)].text, "mov rbx, qword ptr [r12]");
	assert_jumps(all, at(all, 192) + 1, "jmp", 256);
	assert_listing(all, access, dense);
	assert_string_equal(all->at[access + 6].text,
	                    "mov rax, qword ptr [rax + r10 + 8]");
	assert_string_equal(all->at[access + 12].text, "rdtscp");
}

TEST(an_emulation_of_two_loads_is_put_whole)
{
	const struct window_spec spec =
		plays("cr3_pcid_noflush", "invpcid_by_cr3", false, true);
	const struct listing *const all = listing_of(&spec);
	const unsigned flush = at(all, 128);

	assert_string_equal(all->at[flush].text, "mov cr3, r8");
	assert_string_equal(all->at[flush + 1].text, "mov cr3, rbx");
	assert_jumps(all, flush + 2, "jmp", 192);
}

/* CR4's values in R9 and R10, and the count of steps back in R9. */
TEST(a_flush_behind_its_load_has_the_registers_of_cr4)
{
	static const char *const behind[] = { "mov rbx, qword ptr [r12]",
		                              "mov cr3, rbx",
		                              "mov rbp, r9",
		                              "mov r9, qword ptr [r15 + 0x20]",
		                              "mov r10, qword ptr [r15 + 0x28]",
		                              "mov cr4, r10",
		                              "mov cr4, r9",
		                              "mov r9, rbp",
		                              NULL };
	struct window_spec spec =
		plays("cr3_pcid_noflush", "cr4_pge_toggle", false, true);
	const struct listing *all;

	spec.script.flushes_behind = true;
	all = listing_of(&spec);
	assert_listing(all, at(all, 128), behind);
	assert_jumps(all, at(all, 128) + 8, "jmp", 256);
	/* Who only loads does so as ever. */
	assert_string_equal(all->at[at(all, 192) + 1].text, "mov cr3, rbx");
	assert_jumps(all, at(all, 192) + 2, "jmp", 256);
}

TEST(home_is_loaded_behind_the_last_stamp_and_only_by_who_left_it)
{
	const struct window_spec leaves = plays("cr3_reload", "none", false, true);
	const struct window_spec stays = plays("none", "none", false, false);
	const struct listing *listing = listing_of(&leaves);

	/* Two of the stamp, three that keep it. */
	assert_listing(listing, at(listing, 256) + 12 + 5, home);
	listing = listing_of(&stays);
	for (unsigned i = 0; i < listing->count; i++)
		assert_null(strstr(listing->at[i].text, "cr3"));
}

static bool is_rax(uint16_t reg)
{
	return reg == X86_REG_RAX || reg == X86_REG_EAX;
}

static bool names_rax(const uint16_t *regs, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (is_rax(regs[i]))
			return true;
	return false;
}

/* Zeroes a register in a way that no CPU waits for its old value in. */
static bool is_zero_idiom(const cs_insn *insn)
{
	const cs_x86 *const x86 = &insn->detail->x86;

	return (insn->id == X86_INS_XOR || insn->id == X86_INS_SUB ||
	        insn->id == X86_INS_SBB) &&
	       x86->operands[0].type == X86_OP_REG &&
	       x86->operands[1].type == X86_OP_REG &&
	       x86->operands[0].reg == x86->operands[1].reg;
}

/* Whether RAX, which what came before has left, is part of what insn leaves in it. */
static bool passes_on(csh capstone, const cs_insn *insn)
{
	cs_regs read, written;
	uint8_t reads, writes;

	assert_int_equal(cs_regs_access(capstone, insn, read, &reads, written, &writes),
	                 CS_ERR_OK);
	return !names_rax(written, writes) ||
	       (names_rax(read, reads) && !is_zero_idiom(insn));
}

/*
 * From the beginning of the access part to the first load of the chain, whose text is
 * given: a CPU cannot compute the address of that load before RAX is there.
 */
static bool head_waits_for_rax(const struct window_spec *spec, const char *first_load)
{
	const struct assembled *const window = assemble_spec(0, spec, CLOCK_RDTSCP);
	const uint32_t from = window->listing.at[at(&window->listing, 256)].offset;
	bool waits = true, found = false;
	cs_insn *insns = NULL;
	char text[200];
	csh capstone;

	assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &capstone), CS_ERR_OK);
	cs_option(capstone, CS_OPT_DETAIL, CS_OPT_ON);

	const size_t count =
		cs_disasm(capstone, window->entry + from, 64, 0, 0, &insns);

	for (size_t i = 0; i < count && !found; i++) {
		snprintf(text, sizeof text, "%s %s", insns[i].mnemonic,
		         insns[i].op_str);
		found = strcmp(text, first_load) == 0;
		if (!found)
			waits = waits && passes_on(capstone, &insns[i]);
	}
	cs_free(insns, count);
	cs_close(&capstone);
	assert_true(found);
	return waits;
}

TEST(in_both_arms_a_chain_begins_where_the_last_one_has_ended)
{
	const struct window_spec loads =
		plays("cr3_pcid_noflush", "invpcid_context", false, true);
	const struct window_spec stays = plays("none", "none", true, false);

	assert_true(head_waits_for_rax(&loads, "mov rax, qword ptr [rax + r10]"));
	assert_true(head_waits_for_rax(&stays, "mov rax, qword ptr [rax + r10 + 8]"));
}

/* Bodies that write down what they find, where R14 points. */
BODY(test_note_load, "mov %rbx, (%r14)\n"
                     "mov %rax, 8(%r14)\n"
                     "add $16, %r14")
BODY(test_note_flush, "mov %rsi, (%r14)\n"
                      "mov %r8, 8(%r14)\n"
                      "add $16, %r14")
static const struct body note_load = { BODY_RANGE(test_note_load) };
static const struct body note_flush = { BODY_RANGE(test_note_flush) };

#define STEPS 100u
#define WORDS_MAX 1000u

/* Chains of so many lines and a word behind the last. */
static uint64_t chains[STEPS][40 * 8 + 1];
static struct script_step steps[STEPS];
static uint64_t noted[WORDS_MAX], expected[WORDS_MAX];

/* In chain i the way in word 0 or 1 leads from line to line, and then to i + 1000. */
static void make_step(uint32_t i, bool is_dense, struct random *random)
{
	const uint32_t lines = random_below(random, 40);

	steps[i] = (struct script_step){
		.cr3 = random_next(random),
		.operand = random_next(random),
		.kind = random_below(random, 3),
		.accesses = lines,
	};
	if (is_dense) {
		steps[i].dense = (uintptr_t)chains[i];
		steps[i].dense_first = 16;
	} else {
		steps[i].spread = (uintptr_t)chains[i];
		steps[i].spread_first = 16;
	}
	for (uint32_t k = 0; k < lines; k++)
		chains[i][2 + 8 * k + is_dense] =
			k + 1 == lines ? i + 1000 : 16 + 64 * (k + 1);
}

/* What bodies will note of the steps, given what RAX is at first. */
static unsigned expect(bool flushes_behind)
{
	uint64_t last = 0;
	unsigned count = 0;

	for (uint32_t i = 0; i < STEPS; i++) {
		const bool flushes = steps[i].kind == STEP_FLUSH;

		for (unsigned k = 0; flushes && !flushes_behind && k < 2; k++)
			expected[count++] = steps[i].operand;
		if (steps[i].kind != STEP_STAY) {
			expected[count++] = steps[i].cr3;
			expected[count++] = last;
		}
		for (unsigned k = 0; flushes && flushes_behind && k < 2; k++)
			expected[count++] = steps[i].operand;
		last = steps[i].accesses == 0 ? 16 : i + 1000;
	}
	return count;
}

static void play(bool is_dense, bool flushes_behind)
{
	uint8_t *const executable =
		mmap(NULL, AREA_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
	             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct window_spec spec = {
		.body = body_of("none"),
		.script = { .load = &note_load,
		            .flush = &note_flush,
		            .flushes_behind = flushes_behind,
		            .dense = is_dense },
	};
	const struct window_site site = { .at = executable };
	struct window_args args = {
		.stores = (uintptr_t)noted,
		.steps = (uintptr_t)steps,
		.step_count = STEPS,
	};
	uint32_t entry = 0;

	assert_ptr_not_equal(executable, MAP_FAILED);
	assert_in_range(window_assemble(&site, &spec, clock_of(CLOCK_RDTSCP), &entry),
	                1, window_bytes(&spec));
	((window_code *)(uintptr_t)(executable + entry))(&args);
	assert_true(args.t1 > args.t0);
	assert_int_equal(munmap(executable, AREA_BYTES), 0);
}

/* The first RAX is a stamp. */
static void play_at_random(bool is_dense, bool flushes_behind)
{
	struct random random = { .state = 21 };

	for (uint32_t i = 0; i < STEPS; i++)
		make_step(i, is_dense, &random);
	steps[0].kind = STEP_STAY;

	const unsigned count = expect(flushes_behind);

	memset(noted, 0, sizeof noted);
	play(is_dense, flushes_behind);
	assert_memory_equal(noted, expected, count * sizeof noted[0]);
	assert_true(noted[count] == 0);
}

TEST(played_it_does_what_the_steps_say_in_their_order)
{
	play_at_random(false, false);
	play_at_random(true, false);
	play_at_random(false, true);
	play_at_random(true, true);
}

TEST(sums_are_those_of_the_steps)
{
	static const struct script_step some[] = {
		{ .kind = STEP_STAY, .accesses = 3 },
		{ .kind = STEP_LOAD, .cr3 = CR3_KEEP | 1 },
		{ .kind = STEP_LOAD, .cr3 = 2, .accesses = 4 },
		{ .kind = STEP_FLUSH, .cr3 = CR3_KEEP | 3, .accesses = 5 },
		{ .kind = STEP_STAY, .cr3 = 7 },
	};
	const struct script_sums sums = script_sum(some, COUNT_OF(some));

	assert_int_equal(sums.loads, 3);
	assert_int_equal(sums.flushes, 2);
	assert_int_equal(sums.bodies, 1);
	assert_int_equal(sums.accesses, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_script_reads_a_step_flushes_loads_and_follows_its_chain),
		cmocka_unit_test(
			the_other_arm_has_no_bodies_and_the_dense_mapping_at_the_same_places),
		cmocka_unit_test(an_emulation_of_two_loads_is_put_whole),
		cmocka_unit_test(a_flush_behind_its_load_has_the_registers_of_cr4),
		cmocka_unit_test(
			home_is_loaded_behind_the_last_stamp_and_only_by_who_left_it),
		cmocka_unit_test(
			in_both_arms_a_chain_begins_where_the_last_one_has_ended),
		cmocka_unit_test(played_it_does_what_the_steps_say_in_their_order),
		cmocka_unit_test(sums_are_those_of_the_steps),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
