#pragma once
/*
 * A processor that runs machine code as it is in memory: registers, and what it is
 * connected to.  Each instruction is decoded once for each place it is met at, and
 * anew where its bytes have changed.
 *
 * Known is what windows, operations and the code they visit are made of; no other flags
 * than ZF, SF, CF and IF, and no registers of 8 and 16 bits.
 */
#include "tests/silicon/interpret/bus.h"
#include "tests/silicon/interpret/op.h"

struct interpreter {
	uint64_t gpr[GPR_PLACES]; /* NO_GPR: 0 */
	uint64_t rip;
	bool zero, sign, carry, interrupts;
	bool compatibility; /* 32-bit code */
	struct bus *bus;
	struct decoder *decoder;
	struct op *ops;   /* decoded, by where they are */
	size_t op_count;  /* a power of two */
	struct op across; /* one that lies in two pages */
	/* The page that instructions come from; NULL: it is to be asked for. */
	const uint8_t *code;
	uint64_t code_page;
	uint64_t executed; /* instructions */
};

/* Keeps so many instructions decoded, a power of two.  False without memory. */
bool interpreter_open(struct interpreter *it, struct bus *bus, size_t ops);
void interpreter_close(struct interpreter *it);

/*
 * From RIP until it is end, or an instruction faults: bus->vector says which, and RIP
 * is at it.
 */
void interpreter_run(struct interpreter *it, uint64_t end);

/* RFLAGS as PUSHFQ stores it. */
uint64_t interpreter_flags(const struct interpreter *it);
