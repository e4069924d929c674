/*
 * Loops of a window, by disassembling what is written: over pages, through a pointer
 * chain.
 */
#include "paging/tlb_op.h"
#include "tests/unit/support/windows.h"

static const struct listing *listed(const struct window_spec *spec)
{
	return &assemble_spec(0, spec, CLOCK_RDTSCP)->listing;
}

static const struct body *body_of(const char *op)
{
	const struct tlb_op *const found = tlb_op_named(op);

	assert_non_null(found);
	return &found->body;
}

/* Index of the nth instruction of that text. */
static unsigned find(const struct listing *listing, const char *text, unsigned nth)
{
	for (unsigned i = 0; i < listing->count; i++)
		if (strcmp(listing->at[i].text, text) == 0 && nth-- == 0)
			return i;
	fail_msg("%s is not there so often", text);
	return 0;
}

static unsigned behind_t0(const struct listing *listing)
{
	return find(listing, "mov r11, rdx", 0) + 1;
}

static unsigned behind_t1(const struct listing *listing)
{
	return find(listing, "mov rbp, rdx", 0) + 1;
}

/* The branch at index leads to the instruction at index to. */
static void assert_leads(const struct listing *listing, unsigned index, unsigned to)
{
	assert_int_equal(listing->at[index].target, listing->at[to].offset);
}

static struct window_spec repeating(const char *op, uint32_t times, int32_t step)
{
	return (struct window_spec){
		.body = body_of(op),
		.repeat = { .times = times, .step = step },
	};
}

TEST(a_repeat_runs_the_body_and_steps_rsi_until_the_count_is_zero)
{
	static const char *const loop[] = { "mov r12d, 0x201", "invlpg byte ptr [rsi]",
		                            "add rsi, 0x1000", "dec r12d", NULL };
	const struct window_spec spec = repeating("invlpg", 513, 4096);
	const struct listing *const listing = listed(&spec);
	const unsigned at = behind_t0(listing);

	assert_listing(listing, at, loop);
	assert_memory_equal(listing->at[at + 4].text, "jne ", 4);
	assert_leads(listing, at + 4, at + 1);
	assert_string_equal(listing->at[at + 5].text, "rdtscp");
}

TEST(its_first_page_and_step_are_those_asked_for)
{
	struct window_spec spec = repeating("invlpg", 3, -8192);
	const struct listing *listing;

	spec.first = -0x40000000;
	listing = listed(&spec);
	assert_int_equal(listing->at[behind_t0(listing) + 1].disp, -0x40000000);
	assert_string_equal(listing->at[behind_t0(listing) + 2].text,
	                    "add rsi, -0x2000");
}

TEST(a_partner_runs_before_the_body_with_an_address_of_its_own)
{
	static const char *const loop[] = { "mov rdx, rsi",
		                            "movabs rax, 0xffffa00012345000",
		                            "mov r12d, 7",
		                            "mov rsi, rax",
		                            "invlpg byte ptr [rsi]",
		                            "add rax, 0x1000",
		                            "mov rsi, rdx",
		                            "invpcid rdi, xmmword ptr [rsi]",
		                            "add rdx, 0x10",
		                            "dec r12d",
		                            NULL };
	struct window_spec spec = repeating("invpcid_address", 7, 16);
	const struct listing *listing;
	unsigned at;

	spec.repeat.partner = body_of("invlpg");
	spec.repeat.partner_first = UINT64_C(0xffffa00012345000);
	spec.repeat.partner_step = 4096;
	listing = listed(&spec);
	at = behind_t0(listing);
	assert_listing(listing, at, loop);
	assert_memory_equal(listing->at[at + 10].text, "jne ", 4);
	assert_leads(listing, at + 10, at + 3);
	assert_string_equal(listing->at[at + 11].text, "rdtscp");
}

/* Each behind a fence, so that no walk begins before the one before is done. */
TEST(accesses_behind_t1_are_a_page_each_and_wait_for_each_other)
{
	static const char *const loads[] = { "mov eax, dword ptr [r13]",
		                             "lfence",
		                             "mov eax, dword ptr [r13 + 0x209040]",
		                             "lfence",
		                             "rdtscp",
		                             NULL };
	static const char *const stores[] = { "mov dword ptr [r13], r15d",
		                              "mfence",
		                              "lfence",
		                              "mov dword ptr [r13 + 0x209040], r15d",
		                              "mfence",
		                              "lfence",
		                              "rdtscp",
		                              NULL };
	struct window_spec spec = {
		.body = body_of("none"),
		.accesses = { .pages = 2, .stride = 0x209040 },
		.chased_before = true,
	};
	const struct listing *listing = listed(&spec);

	assert_listing(listing, behind_t1(listing), loads);
	spec.accesses.stores = true;
	listing = listed(&spec);
	assert_listing(listing, behind_t1(listing), stores);
}

TEST(what_is_stored_to_behind_t1_is_read_before_t0)
{
	const struct window_spec spec = {
		.body = body_of("none"),
		.accesses = { .pages = 2, .stride = 0x209040, .stores = true },
		.chased_before = true,
	};
	const struct listing *const listing = listed(&spec);
	const unsigned first = find(listing, "mov eax, dword ptr [r13]", 0);

	assert_in_range(first, 0, behind_t0(listing));
	assert_string_equal(listing->at[first + 2].text,
	                    "mov eax, dword ptr [r13 + 0x209040]");
	assert_memory_equal(listing->at[first + 4].text, "jmp ", 4);
}

/* But the body's own access, and the branch back. */
TEST(nothing_else_stands_between_t0_and_t1)
{
	static const char *const ops[] = { "invlpg", "invpcid_address", "cr3_reload" };

	for (unsigned i = 0; i < COUNT_OF(ops); i++) {
		const struct window_spec spec = repeating(ops[i], 9, 4096);
		const struct listing *const listing = listed(&spec);
		const unsigned from = behind_t0(listing);
		unsigned accesses = 0, branches = 0;

		for (unsigned at = from; strcmp(listing->at[at].text, "rdtscp") != 0;
		     at++) {
			accesses += listing->at[at].touches_memory;
			branches += listing->at[at].branches;
		}
		assert_int_equal(branches, 1);
		assert_int_equal(accesses, i < 2);
	}
}

static struct window_spec chasing(enum chase_way way, uint32_t accesses, uint32_t start)
{
	return (struct window_spec){
		.body = &nop,
		.copies = 1,
		.chase = { .way = way, .accesses = accesses, .start = start },
	};
}

static void assert_chase(enum chase_way way, const char *load, uint32_t at_byte)
{
	static const char *const end[] = { "rdtscp",
		                           "lfence",
		                           "shl rdx, 0x20",
		                           "or rdx, rax",
		                           "mov qword ptr [r15 + 0x48], r11",
		                           NULL };
	struct window_spec spec = chasing(way, 6144, 0x5040);
	uint8_t *entry, *from;
	uint32_t offset = 0;
	static struct listing head, loop;

	memset(area, AREA_RUBBISH, sizeof area);
	from = assemble_at(at_byte, &spec, CLOCK_RDTSCP, 0, &offset);
	entry = area + at_byte + offset;
	/* The padding is skipped, so it need not be instructions. */
	disassemble(entry, 4, &head);
	for (uint8_t *at = entry; at < from; at++) {
		if (memcmp(at, "\xb9\x00\x18\x00\x00\xb8\x40\x50\x00\x00\xeb", 11) != 0)
			continue;
		uint8_t *const begin = at + 12 + at[11];

		assert_int_equal((uintptr_t)begin % 64, 0);
		disassemble(begin, (size_t)(from - begin), &loop);
		assert_string_equal(loop.at[0].text, load);
		assert_string_equal(loop.at[1].text, "dec ecx");
		assert_memory_equal(loop.at[2].text, "jne ", 4);
		assert_leads(&loop, 2, 0);
		assert_listing(&loop, 3, end);
		return;
	}
	fail_msg("no chase");
}

TEST(a_chase_loads_the_next_offset_so_often_and_is_stamped_behind)
{
	for (uint32_t at = 0; at < 8192; at += 64) {
		assert_chase(CHASE_SPREAD, "mov rax, qword ptr [rax + r13]", at);
		assert_chase(CHASE_DENSE, "mov rax, qword ptr [rax + r14 + 8]", at);
	}
}

/* Runs along the code at from, over jumps, to the first MFENCE; loads of a chain on
 * the way. */
static unsigned loads_before_t0(const uint8_t *from)
{
	unsigned loads = 0;
	csh capstone;
	cs_insn *insn;

	assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &capstone), CS_ERR_OK);
	for (unsigned steps = 0; steps < 200; steps++) {
		assert_int_equal(
			cs_disasm(capstone, from, 15, (uintptr_t)from, 1, &insn), 1);

		const bool ends = strcmp(insn->mnemonic, "mfence") == 0;

		loads += strstr(insn->op_str, "[rax + r13]") != NULL;
		from = strcmp(insn->mnemonic, "jmp") == 0
		               ? (const uint8_t *)strtoul(insn->op_str, NULL, 16)
		               : from + insn->size;
		cs_free(insn, 1);
		if (ends)
			break;
		assert_in_range(steps, 0, 198);
	}
	cs_close(&capstone);
	return loads;
}

TEST(a_chase_before_the_window_follows_each_chain_and_ends_at_t0)
{
	for (unsigned chains = 1; chains <= CHASE_CHAINS; chains += CHASE_CHAINS - 1) {
		struct window_spec spec = chasing(CHASE_SPREAD, 64, 0x1010);
		uint32_t offset = 0;

		spec.chase.interleaved = chains != 1;
		memset(area, AREA_RUBBISH, sizeof area);
		(void)assemble_at(0, &spec, CLOCK_RDTSCP, 0, &offset);
		assert_int_equal(loads_before_t0(area + offset), 0);
		spec.chased_before = true;
		for (uint32_t at = 0; at < 8192; at += 64) {
			memset(area, AREA_RUBBISH, sizeof area);
			(void)assemble_at(at, &spec, CLOCK_RDTSCP, 0, &offset);
			assert_int_equal(loads_before_t0(area + at + offset), chains);
		}
	}
}

/* Each register has a first line, and a load that waits for that register alone. */
static void assert_interleaved(enum chase_way way, const char *behind)
{
	static const char *const regs[][2] = {
		{ "eax", "rax" }, { "edx", "rdx" }, { "esi", "rsi" }, { "edi", "rdi" },
		{ "ebx", "rbx" }, { "r8d", "r8" },  { "r9d", "r9" },  { "r10d", "r10" },
	};
	struct window_spec spec = chasing(way, 64, 0x1010);
	const struct listing *listing;
	unsigned begin, loop;
	char text[64];

	spec.chase.interleaved = true;
	for (uint32_t i = 1; i < CHASE_CHAINS; i++)
		spec.chase.others[i - 1] = 0x1010 + 0x100 * i;
	listing = listed(&spec);
	begin = find(listing, "mov ecx, 0x40", 0);
	for (uint32_t i = 0; i < CHASE_CHAINS; i++) {
		snprintf(text, sizeof text, "mov %s, 0x%x", regs[i][0],
		         0x1010 + 0x100 * i);
		assert_string_equal(listing->at[begin + 1 + i].text, text);
	}
	snprintf(text, sizeof text, "mov rax, qword ptr [rax + %s]", behind);
	loop = find(listing, text, 0);
	assert_leads(listing, begin + 1 + CHASE_CHAINS, loop);
	assert_int_equal((uintptr_t)(assemble_spec(0, &spec, CLOCK_RDTSCP)->entry +
	                             listing->at[loop].offset) %
	                         64,
	                 0);
	for (unsigned i = 0; i < CHASE_CHAINS; i++) {
		snprintf(text, sizeof text, "mov %s, qword ptr [%s + %s]", regs[i][1],
		         regs[i][1], behind);
		assert_string_equal(listing->at[loop + i].text, text);
	}
	assert_string_equal(listing->at[loop + CHASE_CHAINS].text, "dec ecx");
	assert_memory_equal(listing->at[loop + CHASE_CHAINS + 1].text, "jne ", 4);
	assert_leads(listing, loop + CHASE_CHAINS + 1, loop);
	assert_string_equal(listing->at[loop + CHASE_CHAINS + 2].text, "rdtscp");
}

TEST(chains_of_a_chase_take_turns_and_none_waits_for_another)
{
	assert_interleaved(CHASE_SPREAD, "r13");
	assert_interleaved(CHASE_DENSE, "r14 + 8");
}

TEST(a_chase_of_nothing_is_two_stamps)
{
	const struct window_spec spec = chasing(CHASE_SPREAD, 0, 0);
	const struct listing *const listing = listed(&spec);

	assert_string_equal(listing->at[behind_t1(listing)].text, "rdtscp");
}

TEST(without_a_chase_there_is_no_third_stamp)
{
	const struct window_spec spec = chasing(CHASE_NONE, 5, 0);
	const struct listing *const listing = listed(&spec);

	assert_string_equal(listing->at[behind_t1(listing)].text,
	                    "mov qword ptr [r15 + 0x48], r11");
}

TEST(a_chase_through_code_jumps_to_its_line_and_comes_back_behind)
{
	static const enum chase_way ways[] = { CHASE_CODE_SPREAD, CHASE_CODE_DENSE };
	static const char *const leas[] = { "lea rax, [r13 + 0x5040]",
		                            "lea rax, [r14 + 0x5040]" };

	for (unsigned i = 0; i < COUNT_OF(ways); i++) {
		const struct window_spec spec = chasing(ways[i], 100, 0x5040);
		const struct listing *const listing = listed(&spec);
		const unsigned at = behind_t1(listing);
		const struct instruction *const back = &listing->at[at];

		assert_memory_equal(back->text, "lea rdx, [rip", 13);
		assert_string_equal(listing->at[at + 1].text, leas[i]);
		assert_string_equal(listing->at[at + 2].text, "jmp rax");
		assert_string_equal(listing->at[at + 3].text, "rdtscp");
		assert_int_equal(back->offset + back->length + back->disp,
		                 listing->at[at + 3].offset);
	}
}

static void assert_in_one_page(uint32_t at, uint32_t copies, bool interleaved)
{
	struct window_spec spec = chasing(CHASE_DENSE, 1, 0);
	uint32_t entry = 0;
	const uint8_t *end, *t1;

	spec.copies = copies;
	spec.chase.interleaved = interleaved;
	end = assemble_at(at, &spec, CLOCK_PMC, 0, &entry);
	t1 = memmem(area + at + entry, 300, "\x48\x89\xd5", 3);
	assert_non_null(t1);
	assert_int_equal((uintptr_t)t1 / 4096, (uintptr_t)(end - 1) / 4096);
	assert_true((uintptr_t)end % 4096 <= 4096 - 64);
	assert_true(end <= area + at + window_bytes(&spec));
}

TEST(all_behind_the_copies_ends_in_one_page_before_its_last_line)
{
	for (uint32_t at = 0; at < 4096; at += 64)
		for (uint32_t copies = 0; copies < 64; copies++)
			for (unsigned interleaved = 0; interleaved < 2; interleaved++)
				assert_in_one_page(at, copies, interleaved != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_repeat_runs_the_body_and_steps_rsi_until_the_count_is_zero),
		cmocka_unit_test(its_first_page_and_step_are_those_asked_for),
		cmocka_unit_test(
			a_partner_runs_before_the_body_with_an_address_of_its_own),
		cmocka_unit_test(
			accesses_behind_t1_are_a_page_each_and_wait_for_each_other),
		cmocka_unit_test(what_is_stored_to_behind_t1_is_read_before_t0),
		cmocka_unit_test(nothing_else_stands_between_t0_and_t1),
		cmocka_unit_test(
			a_chase_loads_the_next_offset_so_often_and_is_stamped_behind),
		cmocka_unit_test(
			a_chase_before_the_window_follows_each_chain_and_ends_at_t0),
		cmocka_unit_test(
			chains_of_a_chase_take_turns_and_none_waits_for_another),
		cmocka_unit_test(a_chase_of_nothing_is_two_stamps),
		cmocka_unit_test(without_a_chase_there_is_no_third_stamp),
		cmocka_unit_test(
			a_chase_through_code_jumps_to_its_line_and_comes_back_behind),
		cmocka_unit_test(
			all_behind_the_copies_ends_in_one_page_before_its_last_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
