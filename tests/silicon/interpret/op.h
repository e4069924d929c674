#pragma once
/* An instruction, decoded: what it does, to what, and what it costs. */
#include "tests/silicon/params/costs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gpr {
	RAX,
	RCX,
	RDX,
	RBX,
	RSP,
	RBP,
	RSI,
	RDI,
	R8,
	R9,
	R10,
	R11,
	R12,
	R13,
	R14,
	R15,
	GPRS,
	NO_GPR = GPRS, /* of an address: always 0 */
	GPR_RIP,       /* of an address: that of the instruction behind */
	GPR_PLACES
};

enum operand_kind {
	OPERAND_NONE,
	OPERAND_REGISTER,
	OPERAND_CONTROL,
	OPERAND_VALUE,
	OPERAND_MEMORY
};

struct operand {
	uint8_t kind, bytes;
	uint8_t number;             /* of a register */
	uint8_t base, index, scale; /* of memory: enum gpr */
	uint64_t value;             /* itself, or the displacement */
};

enum condition { IF_ZERO, IF_NOT_ZERO, IF_SIGN, IF_NOT_SIGN, IF_CARRY, IF_NOT_CARRY };

enum action {
	DOES_NOTHING,
	DOES_REFUSE, /* it is not known here */
	DOES_MOVE,
	DOES_LEA,
	DOES_ADD,
	DOES_SUBTRACT,
	DOES_COMPARE,
	DOES_AND,
	DOES_TEST,
	DOES_OR,
	DOES_XOR,
	DOES_INCREMENT,
	DOES_DECREMENT,
	DOES_SHIFT_LEFT,
	DOES_MULTIPLY,
	DOES_SET_BIT,
	DOES_CLEAR_BIT,
	DOES_PUSH,
	DOES_POP,
	DOES_PUSH_FLAGS,
	DOES_POP_FLAGS,
	DOES_CLI,
	DOES_STI,
	DOES_JUMP,
	DOES_BRANCH,
	DOES_CALL,
	DOES_RETURN,
	DOES_FAR_RETURN, /* operand a's bytes say how wide */
	DOES_RDTSC,
	DOES_RDTSCP,
	DOES_RDPMC,
	DOES_CPUID,
	DOES_RDMSR,
	DOES_WRMSR,
	DOES_INVLPG,
	DOES_INVPCID,
	DOES_INVLPGB,
	DOES_TLBSYNC
};

#define OP_BYTES 15u

struct op {
	const uint8_t *at; /* where its bytes were, for this program; NULL: no op */
	uint8_t bytes[OP_BYTES + 1];
	uint64_t mask[2]; /* of the bytes that are its own */
	uint8_t length;
	uint8_t action;    /* enum action */
	uint8_t condition; /* of DOES_BRANCH */
	uint8_t cost;      /* enum silicon_cost; SILICON_COST_COUNT: an operation's */
	bool compatibility;
	struct operand a, b; /* a is what is written */
};

struct decoder;

/* NULL without memory. */
struct decoder *decoder_open(void);
void decoder_close(struct decoder *decoder);

/* The instruction at bytes, of which there are so many; length 0: there is none. */
void decoder_decode(struct decoder *decoder, const uint8_t *bytes, size_t count,
                    bool compatibility, struct op *op);

/* Its text, for messages. */
void decoder_text(struct decoder *decoder, const struct op *op, char *text,
                  size_t room);
