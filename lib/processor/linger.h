#pragma once
/*
 * How long to go on waiting for another processor when patience is at its end.  All
 * processors may have been in an SMI since the last look, and of many threads the last
 * leaves it milliseconds after the first.  So some time must pass in which this
 * processor was running: two looks at the clock that are further apart than that show
 * another SMI, and it begins anew.  Bounded: a clock that always jumps ends it too.
 */
#include <stdbool.h>
#include <stdint.h>

#define LINGER_RESTARTS 16u

struct linger {
	uint64_t ticks; /* that have to pass */
	uint64_t from, last;
	unsigned restarts;
};

static inline struct linger linger_begin(uint64_t ticks, uint64_t now)
{
	return (struct linger){ .ticks = ticks, .from = now, .last = now };
}

/* At each look at the clock; false: enough. */
static inline bool linger_goes_on(struct linger *linger, uint64_t now)
{
	if (now - linger->last > linger->ticks && linger->restarts < LINGER_RESTARTS) {
		linger->restarts++;
		linger->from = now;
	}
	linger->last = now;
	return now - linger->from <= linger->ticks;
}
