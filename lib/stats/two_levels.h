#pragma once
/*
 * Whether samples lie at one level or at two, as the costs of an instruction do that
 * leaves the guest at times: the split into two groups that are closest to their
 * medians.
 */
#include <stdint.h>

struct two_levels {
	int64_t low, high;     /* medians of the groups */
	uint32_t below, above; /* samples in each; above = 0: there is one level, low */
};

/*
 * Sorts ticks and leaves their top twentieth out, where disturbances are.  There are
 * two levels if each has a tenth of the rest at least, the upper one is twice the lower
 * one or more, and the samples are four times as close to their level as to the median
 * of all.  n >= 1; for some hundreds, as it takes n^2 steps.
 */
struct two_levels two_levels_of(int64_t *ticks, uint32_t n);
