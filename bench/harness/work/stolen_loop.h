#pragma once
/*
 * So many steps of a work on another processor, timed on its own clock: by how much
 * they last longer when something comes in between is what that took from it.  For a
 * call that is entry, handler, EOI and IRET, and what runs slower behind it.
 */
#include "bench/harness/smp/smp.h"

struct stolen_loop {
	_Alignas(SMP_LINE) _Atomic bool began, ended; /* the target's */
	uint64_t from, to;                            /* its ticks */
	_Alignas(SMP_LINE) uint32_t steps;            /* constant while it runs */
	smp_work *step;
	void *argument;
};

/* A job of the target, whose argument is the loop. */
void stolen_loop_run(struct smp_cpu *me, void *argument);

/*
 * Gives the target the loop, and waits until it has begun; false if it does not by
 * then, in ticks.
 */
bool stolen_loop_start(struct stolen_loop *loop, struct smp *smp,
                       struct smp_cpu *target, uint64_t limit);

/* False as long as all that was answered by now was taken inside of the loop. */
bool stolen_loop_has_ended(const struct stolen_loop *loop);
