#pragma once
/* Everything that lies in the modelled machine's memory: what efi/ has in its own. */
#include "bench/harness/runner/runner.h"
#include "lib/stream/lava.h"
#include "lib/x86/cpu.h"

#include <stdio.h>

/* Compiled code, and the windows it runs, have a stack each. */
#define STACK_FRAMES UINT64_C(64)
#define WINDOW_STACK_FRAMES UINT64_C(4)

struct output {
	struct sink sink; /* first: a pointer to it is one to this */
	FILE *file;
};

struct program {
	struct run run; /* first, being aligned to two cache lines */
	struct config config;
	struct machine machine;
	struct record record;
	struct lava lava; /* with lava = 1 */
	struct frame_pool pool;
	struct cpu cpu;
	struct output output;
	uint64_t root;      /* physical address of the PML4 */
	uint64_t stack_top; /* of compiled code */
	uint64_t window_stack_top;
	unsigned fatal; /* exceptions nobody expected */
};

/* Memory, stacks and tables, under these options; NULL if there is too little. */
struct program *program_build(const struct config *config);

/* On the stack of compiled code: makes the machine its own, measures, and exits. */
_Noreturn void program_run(void *program);
