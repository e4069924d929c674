#pragma once
/*
 * How long to go on waiting for another processor when the timeout is over.  All
 * processors may have been in an SMI since the last look, and of many threads the last
 * leaves it milliseconds after the first.  So some time must pass in which this
 * processor was running: two looks at the clock that are further apart than that show
 * another SMI, and it begins anew.  Bounded: a clock that always jumps ends it too.
 */
#include <stdbool.h>
#include <stdint.h>

#define GRACE_RESTARTS 16u

struct grace {
	uint64_t ticks; /* that have to pass */
	uint64_t from, last;
	unsigned restarts;
};

static inline struct grace grace_begin(uint64_t ticks, uint64_t now)
{
	return (struct grace){ .ticks = ticks, .from = now, .last = now };
}

/* At each look at the clock; false: enough. */
static inline bool grace_goes_on(struct grace *grace, uint64_t now)
{
	if (now - grace->last > grace->ticks && grace->restarts < GRACE_RESTARTS) {
		grace->restarts++;
		grace->from = now;
	}
	grace->last = now;
	return now - grace->from <= grace->ticks;
}
