#pragma once
#include "bench/harness/smp/smp.h"
#include "lib/x86/cpu.h"

/*
 * An exception nobody expected: prints it with the registers and what was running,
 * delivers the rows measured so far, and ends the run with status 4.  context of cpu
 * is the struct program.  Does not return.
 */
void fatal_exception(struct cpu *cpu, const struct trap_frame *frame);

/* Prints the same of one that another processor took, and goes on without that. */
void fatal_dropped(void *context, const struct smp_cpu *member,
                   const struct trap_state *state);

/* Ends the run for one that another processor took; context is the struct program. */
void fatal_member(void *context, const struct smp_cpu *member,
                  const struct trap_state *state);
