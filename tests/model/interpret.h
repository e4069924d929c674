#pragma once
/*
 * Runs machine code on the model CPU: the bytes of a body that the real CPU would run,
 * and what lies in an executable page.  An instruction that is not known fails the test
 * by name.
 */
#include "tests/model/cpu.h"
#include "tests/silicon/interpret/interpreter.h"

/* Below 4 GiB, so that code that turns paging off can run there. */
#define PROGRAM_BASE UINT64_C(0x100000)
#define PROGRAM_BYTES 256u

struct program {
	struct bus bus; /* first: a pointer to it is one to this */
	struct interpreter interpreter;
	struct cpu *cpu; /* that it runs on now */
	/* One instruction more may be looked at. */
	uint8_t bytes[PROGRAM_BYTES + OP_BYTES + 1];
	unsigned length;
	unsigned steps;
};

void program_load(struct program *program, const uint8_t *begin, const uint8_t *end);
void program_unload(struct program *program);

/* From the first byte to behind the last, or to the first exception. */
void program_run(struct program *program, struct cpu *cpu);

/* Calls the code behind va, fetched through the instruction side; returns its EAX. */
uint32_t program_call(struct program *program, struct cpu *cpu, uint64_t va);
