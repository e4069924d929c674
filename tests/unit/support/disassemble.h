#pragma once
/* Machine code as text, by a disassembler that knows nothing of this program. */
#include "tests/unit/support/unit.h"

#include <capstone/capstone.h>

#define LISTING_MAX 1400u

struct instruction {
	uint32_t offset;
	uint8_t length;
	char text[200];
	bool touches_memory; /* has a memory operand, or uses the stack */
	bool branches;
	int64_t target; /* of a jump, as an offset like the instruction's own */
	uint8_t disp_offset, disp_bytes; /* of the displacement, in the instruction */
	int64_t disp;
};

struct listing {
	unsigned count;
	struct instruction at[LISTING_MAX];
};

static inline bool in_group(const cs_insn *insn, unsigned group)
{
	for (unsigned i = 0; i < insn->detail->groups_count; i++)
		if (insn->detail->groups[i] == group)
			return true;
	return false;
}

static inline struct instruction one_instruction(const cs_insn *insn)
{
	const cs_x86 *const x86 = &insn->detail->x86;
	struct instruction one = {
		.offset = (uint32_t)insn->address,
		.length = (uint8_t)insn->size,
		.branches = in_group(insn, CS_GRP_JUMP) ||
		            in_group(insn, CS_GRP_CALL) || in_group(insn, CS_GRP_RET) ||
		            in_group(insn, CS_GRP_INT),
		.disp_offset = x86->encoding.disp_offset,
		.disp_bytes = x86->encoding.disp_size,
	};

	snprintf(one.text, sizeof one.text, "%s%s%s", insn->mnemonic,
	         insn->op_str[0] == '\0' ? "" : " ", insn->op_str);
	for (unsigned i = 0; i < x86->op_count; i++) {
		if (one.branches && x86->operands[i].type == X86_OP_IMM)
			one.target = x86->operands[i].imm;
		if (x86->operands[i].type != X86_OP_MEM)
			continue;
		one.touches_memory = true;
		one.disp = x86->operands[i].mem.disp;
	}
	for (unsigned i = 0; i < insn->detail->regs_read_count; i++)
		if (insn->detail->regs_read[i] == X86_REG_RSP)
			one.touches_memory = true;
	return one;
}

/* All bytes must be instructions. */
static inline void disassemble(const uint8_t *code, size_t bytes,
                               struct listing *listing)
{
	csh capstone;
	cs_insn *insns = NULL;
	size_t end = 0;

	assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &capstone), CS_ERR_OK);
	cs_option(capstone, CS_OPT_DETAIL, CS_OPT_ON);

	const size_t count =
		bytes == 0 ? 0 : cs_disasm(capstone, code, bytes, 0, 0, &insns);

	assert_in_range(count, 0, LISTING_MAX);
	listing->count = (unsigned)count;
	for (unsigned i = 0; i < listing->count; i++) {
		listing->at[i] = one_instruction(&insns[i]);
		end = insns[i].address + insns[i].size;
	}
	assert_int_equal(end, bytes);
	if (insns != NULL)
		cs_free(insns, count);
	cs_close(&capstone);
}

/* Bytes of the one instruction that stands there. */
static inline uint8_t instruction_bytes(const uint8_t *code)
{
	const size_t longest = 15;
	csh capstone;
	cs_insn *insn = NULL;

	assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &capstone), CS_ERR_OK);
	assert_int_equal(cs_disasm(capstone, code, longest, 0, 1, &insn), 1);

	const uint8_t bytes = (uint8_t)insn->size;

	cs_free(insn, 1);
	cs_close(&capstone);
	return bytes;
}

/* The instructions from..., one after the other, are those of text; NULL ends it. */
static inline void assert_listing(const struct listing *listing, unsigned from,
                                  const char *const *text)
{
	for (; *text != NULL; text++, from++) {
		assert_in_range(from, 0, listing->count - 1);
		assert_string_equal(listing->at[from].text, *text);
	}
}
