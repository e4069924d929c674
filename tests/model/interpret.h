#pragma once
/*
 * Runs machine code on the model CPU: the bytes of a body that the real CPU would run,
 * decoded by capstone, and what lies in an executable page.  An instruction that is not
 * known here fails the test by name.
 */
#include "tests/model/cpu.h"

#include <capstone/capstone.h>

/* Below 4 GiB, so that code that turns paging off can run there. */
#define PROGRAM_BASE UINT64_C(0x100000)
#define PROGRAM_BYTES 256u

enum code_size { CODE_64, CODE_32, CODE_SIZES };

struct program {
	uint8_t bytes[PROGRAM_BYTES];
	unsigned length;
	csh decoder[CODE_SIZES];
	/* Decoded when first met; the last place is for code elsewhere. */
	cs_insn *at[CODE_SIZES][PROGRAM_BYTES + 1];
};

/* Advances RIP, then does what the instruction does. */
void run_instruction(struct cpu *cpu, const cs_insn *insn);

void program_load(struct program *program, const uint8_t *begin, const uint8_t *end);
void program_unload(struct program *program);

/* From the first byte to behind the last, or to the first exception. */
void program_run(struct program *program, struct cpu *cpu);

/* Calls the code behind va, fetched through the instruction side; returns its EAX. */
uint32_t program_call(struct program *program, struct cpu *cpu, uint64_t va);
