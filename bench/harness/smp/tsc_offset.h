#pragma once
/*
 * By how much the TSCs of two processors differ, by causality alone (pure).
 *
 * A reads t0 and stores, B sees it, reads t1 and stores, A sees that and reads t2.
 * B's reading came between A's two, so B's clock less A's lies in [t1 - t2, t1 - t0].
 * Every round narrows the interval; an empty one says that the difference moved.
 */
#include <stdbool.h>
#include <stdint.h>

struct tsc_offset {
	uint32_t rounds; /* 0: nothing is known */
	int64_t lo, hi;  /* ticks; empty if lo > hi */
};

/* Narrows the interval by one round. */
void tsc_offset_add(struct tsc_offset *offset, uint64_t t0, uint64_t t1, uint64_t t2);

/* Known, not empty. */
bool tsc_offset_valid(const struct tsc_offset *offset);

/* Of a valid one: its middle, and how far from there the truth may be.  Ticks. */
int64_t tsc_offset_middle(const struct tsc_offset *offset);
uint64_t tsc_offset_half(const struct tsc_offset *offset);

/* B's clock less A's, from both less a third's; no round if one has none. */
struct tsc_offset tsc_offset_between(const struct tsc_offset *a,
                                     const struct tsc_offset *b);
