/* Machine code by capstone, once for each place it is met at. */
#include "tests/silicon/interpret/op.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct decoder {
	csh of[2]; /* 64-bit code, 32-bit code */
	cs_insn *insn;
};

static const struct {
	x86_reg wide, narrow;
} registers[GPRS] = {
	[RAX] = { X86_REG_RAX, X86_REG_EAX },  [RCX] = { X86_REG_RCX, X86_REG_ECX },
	[RDX] = { X86_REG_RDX, X86_REG_EDX },  [RBX] = { X86_REG_RBX, X86_REG_EBX },
	[RSP] = { X86_REG_RSP, X86_REG_ESP },  [RBP] = { X86_REG_RBP, X86_REG_EBP },
	[RSI] = { X86_REG_RSI, X86_REG_ESI },  [RDI] = { X86_REG_RDI, X86_REG_EDI },
	[R8] = { X86_REG_R8, X86_REG_R8D },    [R9] = { X86_REG_R9, X86_REG_R9D },
	[R10] = { X86_REG_R10, X86_REG_R10D }, [R11] = { X86_REG_R11, X86_REG_R11D },
	[R12] = { X86_REG_R12, X86_REG_R12D }, [R13] = { X86_REG_R13, X86_REG_R13D },
	[R14] = { X86_REG_R14, X86_REG_R14D }, [R15] = { X86_REG_R15, X86_REG_R15D },
};

/*
 * COST: of the instruction where it touches no memory.  A load or a store that does
 * nothing else has its own; what an operation takes the model charges itself.
 */
static const struct {
	x86_insn id;
	uint8_t action, cost, condition;
} actions[] = {
	{ X86_INS_NOP, DOES_NOTHING, SILICON_NOP, 0 },
	{ X86_INS_LFENCE, DOES_NOTHING, SILICON_LFENCE, 0 },
	{ X86_INS_MFENCE, DOES_NOTHING, SILICON_MFENCE, 0 },
	{ X86_INS_SFENCE, DOES_NOTHING, SILICON_SFENCE, 0 },
	{ X86_INS_PAUSE, DOES_NOTHING, SILICON_PAUSE, 0 },
	{ X86_INS_MOV, DOES_MOVE, SILICON_MOV, 0 },
	{ X86_INS_MOVABS, DOES_MOVE, SILICON_MOV, 0 },
	{ X86_INS_LEA, DOES_LEA, SILICON_ALU, 0 },
	{ X86_INS_ADD, DOES_ADD, SILICON_ALU, 0 },
	{ X86_INS_SUB, DOES_SUBTRACT, SILICON_ALU, 0 },
	{ X86_INS_CMP, DOES_COMPARE, SILICON_ALU, 0 },
	{ X86_INS_AND, DOES_AND, SILICON_ALU, 0 },
	{ X86_INS_TEST, DOES_TEST, SILICON_ALU, 0 },
	{ X86_INS_OR, DOES_OR, SILICON_ALU, 0 },
	{ X86_INS_XOR, DOES_XOR, SILICON_ALU, 0 },
	{ X86_INS_INC, DOES_INCREMENT, SILICON_ALU, 0 },
	{ X86_INS_DEC, DOES_DECREMENT, SILICON_ALU, 0 },
	{ X86_INS_SHL, DOES_SHIFT_LEFT, SILICON_ALU, 0 },
	{ X86_INS_IMUL, DOES_MULTIPLY, SILICON_IMUL, 0 },
	{ X86_INS_BTS, DOES_SET_BIT, SILICON_ALU, 0 },
	{ X86_INS_BTR, DOES_CLEAR_BIT, SILICON_ALU, 0 },
	{ X86_INS_PUSH, DOES_PUSH, SILICON_STORE, 0 },
	{ X86_INS_POP, DOES_POP, SILICON_LOAD, 0 },
	{ X86_INS_PUSHFQ, DOES_PUSH_FLAGS, SILICON_FLAGS, 0 },
	{ X86_INS_POPFQ, DOES_POP_FLAGS, SILICON_FLAGS, 0 },
	{ X86_INS_CLI, DOES_CLI, SILICON_FLAGS, 0 },
	{ X86_INS_STI, DOES_STI, SILICON_FLAGS, 0 },
	{ X86_INS_JMP, DOES_JUMP, SILICON_BRANCH, 0 },
	{ X86_INS_JE, DOES_BRANCH, SILICON_BRANCH, IF_ZERO },
	{ X86_INS_JNE, DOES_BRANCH, SILICON_BRANCH, IF_NOT_ZERO },
	{ X86_INS_JS, DOES_BRANCH, SILICON_BRANCH, IF_SIGN },
	{ X86_INS_JNS, DOES_BRANCH, SILICON_BRANCH, IF_NOT_SIGN },
	{ X86_INS_JB, DOES_BRANCH, SILICON_BRANCH, IF_CARRY },
	{ X86_INS_JAE, DOES_BRANCH, SILICON_BRANCH, IF_NOT_CARRY },
	{ X86_INS_CALL, DOES_CALL, SILICON_CALL, 0 },
	{ X86_INS_RET, DOES_RETURN, SILICON_CALL, 0 },
	{ X86_INS_RETF, DOES_FAR_RETURN, SILICON_FAR_TRANSFER, 0 },
	{ X86_INS_RETFQ, DOES_FAR_RETURN, SILICON_FAR_TRANSFER, 0 },
	{ X86_INS_RDTSC, DOES_RDTSC, SILICON_RDTSC, 0 },
	{ X86_INS_RDTSCP, DOES_RDTSCP, SILICON_RDTSCP, 0 },
	{ X86_INS_RDPMC, DOES_RDPMC, SILICON_RDPMC, 0 },
	{ X86_INS_CPUID, DOES_CPUID, SILICON_CPUID, 0 },
	{ X86_INS_RDMSR, DOES_RDMSR, SILICON_RDMSR, 0 },
	{ X86_INS_WRMSR, DOES_WRMSR, SILICON_WRMSR, 0 },
	{ X86_INS_INVLPG, DOES_INVLPG, SILICON_COST_COUNT, 0 },
	{ X86_INS_INVPCID, DOES_INVPCID, SILICON_COST_COUNT, 0 },
};

/* Capstone 4 does not know these two. */
static const uint8_t invlpgb[] = { 0x0f, 0x01, 0xfe };
static const uint8_t tlbsync[] = { 0x0f, 0x01, 0xff };

struct decoder *decoder_open(void)
{
	static const cs_mode modes[] = { CS_MODE_64, CS_MODE_32 };
	struct decoder *const decoder = calloc(1, sizeof *decoder);

	if (decoder == NULL)
		return NULL;
	for (unsigned i = 0; i < 2; i++) {
		if (cs_open(CS_ARCH_X86, modes[i], &decoder->of[i]) != CS_ERR_OK) {
			decoder_close(decoder);
			return NULL;
		}
		cs_option(decoder->of[i], CS_OPT_DETAIL, CS_OPT_ON);
	}
	decoder->insn = cs_malloc(decoder->of[0]);
	if (decoder->insn != NULL)
		return decoder;
	decoder_close(decoder);
	return NULL;
}

void decoder_close(struct decoder *decoder)
{
	if (decoder->insn != NULL)
		cs_free(decoder->insn, 1);
	for (unsigned i = 0; i < 2; i++)
		if (decoder->of[i] != 0)
			cs_close(&decoder->of[i]);
	free(decoder);
}

/* GPR_PLACES: it is none that is known here. */
static unsigned gpr_of(x86_reg reg)
{
	for (unsigned i = 0; i < GPRS; i++)
		if (registers[i].wide == reg || registers[i].narrow == reg)
			return i;
	if (reg == X86_REG_INVALID)
		return NO_GPR;
	return reg == X86_REG_RIP ? GPR_RIP : GPR_PLACES;
}

static bool set_register(struct operand *operand, x86_reg reg)
{
	const unsigned gpr = gpr_of(reg);

	operand->kind = OPERAND_REGISTER;
	operand->number = (uint8_t)gpr;
	if (gpr < GPRS)
		return true;
	operand->kind = OPERAND_CONTROL;
	operand->number = (uint8_t)(reg - X86_REG_CR0);
	return reg >= X86_REG_CR0 && reg <= X86_REG_CR4;
}

static bool set_operand(struct operand *operand, const cs_x86_op *from)
{
	*operand = (struct operand){ .bytes = from->size };
	switch (from->type) {
	case X86_OP_REG:
		return set_register(operand, from->reg) &&
		       (from->size == 4 || from->size == 8);
	case X86_OP_IMM:
		operand->kind = OPERAND_VALUE;
		operand->value = (uint64_t)from->imm;
		return true;
	default:
		operand->kind = OPERAND_MEMORY;
		operand->base = (uint8_t)gpr_of(from->mem.base);
		operand->index = (uint8_t)gpr_of(from->mem.index);
		operand->scale = (uint8_t)from->mem.scale;
		operand->value = (uint64_t)from->mem.disp;
		return operand->base != GPR_PLACES && operand->index != GPR_PLACES &&
		       from->mem.segment == X86_REG_INVALID;
	}
}

static uint8_t cost_of(const struct op *op, uint8_t cost)
{
	if (op->action != DOES_MOVE)
		return cost;
	if (op->a.kind == OPERAND_CONTROL)
		return SILICON_COST_COUNT;
	if (op->b.kind == OPERAND_CONTROL)
		return SILICON_READ_CR;
	if (op->a.kind == OPERAND_MEMORY)
		return SILICON_STORE;
	return op->b.kind == OPERAND_MEMORY ? SILICON_LOAD : cost;
}

/* SHIFT_LEFT and the like are of one operand more than what is kept of them. */
static bool take_operands(struct op *op, const cs_x86 *x86)
{
	if (x86->op_count > 2)
		return false;
	if (x86->op_count > 0 && !set_operand(&op->a, &x86->operands[0]))
		return false;
	return x86->op_count < 2 || set_operand(&op->b, &x86->operands[1]);
}

static void take(struct op *op, const cs_insn *insn)
{
	op->action = DOES_REFUSE;
	op->cost = SILICON_COST_COUNT;
	for (unsigned i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		if (actions[i].id != insn->id || !take_operands(op, &insn->detail->x86))
			continue;
		op->action = actions[i].action;
		op->condition = actions[i].condition;
		op->cost = cost_of(op, actions[i].cost);
	}
	if (insn->id == X86_INS_RETF)
		op->a.bytes = 4;
	if (insn->id == X86_INS_RETFQ)
		op->a.bytes = 8;
}

static bool is(const uint8_t *bytes, size_t count, const uint8_t *known)
{
	return count >= sizeof invlpgb && memcmp(bytes, known, sizeof invlpgb) == 0;
}

void decoder_decode(struct decoder *decoder, const uint8_t *bytes, size_t count,
                    bool compatibility, struct op *op)
{
	const size_t most = count < OP_BYTES ? count : OP_BYTES;
	const uint8_t *code = bytes;
	size_t left = most;
	uint64_t address = 0;

	*op = (struct op){ .compatibility = compatibility, .cost = SILICON_COST_COUNT };
	if (is(bytes, count, invlpgb) || is(bytes, count, tlbsync)) {
		op->action = bytes[2] == invlpgb[2] ? DOES_INVLPGB : DOES_TLBSYNC;
		op->length = sizeof invlpgb;
	} else if (cs_disasm_iter(decoder->of[compatibility], &code, &left, &address,
	                          decoder->insn)) {
		op->length = (uint8_t)decoder->insn->size;
		take(op, decoder->insn);
	}
	memcpy(op->bytes, bytes, op->length);
	memset(op->mask, 0xff, op->length);
}

void decoder_text(struct decoder *decoder, const struct op *op, char *text, size_t room)
{
	const uint8_t *code = op->bytes;
	size_t left = op->length;
	uint64_t address = 0;

	snprintf(text, room, "no instruction");
	if (cs_disasm_iter(decoder->of[op->compatibility], &code, &left, &address,
	                   decoder->insn))
		snprintf(text, room, "%s %s", decoder->insn->mnemonic,
		         decoder->insn->op_str);
}
