#pragma once
/* Time of a processor. */
#include "tests/silicon/core/state.h"

/* Of a processor of its own: the next of its numbers, below limit. */
uint64_t silicon_random(struct cpu_state *cpu, uint64_t limit);

/* Work of so many milli-cycles, with noise; what it is does not matter. */
void silicon_work(struct silicon *s, struct cpu_state *cpu, uint64_t milli_cycles);

/* A cost of the processor's type of core, once. */
void silicon_pay(struct silicon *s, struct cpu_state *cpu, enum silicon_cost cost);

uint64_t silicon_microseconds(const struct silicon *s, const struct cpu_state *cpu);

/* Ticks that were not slept, as MPERF counts them. */
uint64_t silicon_reference(const struct silicon *s, const struct cpu_state *cpu);

void silicon_clock_start(const struct silicon *s, struct cpu_state *cpu);
