#pragma once
/* Faults that the manual promises, each tried once: a line of verify.csv each. */
#include "bench/harness/verify/verify.h"

struct fault_row {
	const char *op;
	const char *entry; /* as in verify.csv */
	uint32_t needs;    /* enum feature: tried only where CPUID says so */
	bool pcide;        /* state of CR4.PCIDE in which it is tried */
	uint32_t vector;   /* 0: none must come */
	const char *citation;
	void (*probe)(void *root);
};

/* Row i of op, NULL behind the last. */
const struct fault_row *fault_row_of(const char *op, unsigned i);

/* Runs it; CR4.PCIDE is clear before and after. */
enum verdict fault_row_take(const struct fault_row *row, uint64_t root);

void fault_row_to_csv(struct line *line, const struct fault_row *row,
                      enum verdict verdict, const char *core_type, const uint32_t *cpu);
