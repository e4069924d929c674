#pragma once
/*
 * Where an experiment's samples came in pieces, a chunk in each round, with other
 * experiments between: whether the chunks agree.  What differs from round to round is
 * in no interval that takes neighbouring samples for independent.
 */
#include "bench/harness/sample/sampler.h"

#define CHUNKS 16u /* kept of an experiment; they double, so that it has fewer */

struct chunks {
	uint32_t ends[CHUNKS]; /* samples that the experiment had behind each */
	uint32_t count;
};

struct spread {
	bool known; /* two chunks or more have a cost of their own */
	/*
	 * The 99 % intervals of all have a value in common, or they differ by as little
	 * as the interval of an experiment that is done.
	 */
	bool agree;
	int64_t size; /* dearest less cheapest, in thousandths of a tick per operation
	               */
};

/* Notes that a chunk has ended with so many samples of the experiment. */
void chunks_note(struct chunks *chunks, uint32_t samples);

/*
 * What the headline of each chunk is, held against the others; step as in
 * sampler_estimate().  Chunks of fewer than 8 samples do not count.  One chunk agrees.
 */
struct spread chunks_spread(const struct sampler *sampler,
                            const struct samples *samples, const struct chunks *chunks,
                            uint32_t divisor, uint32_t step);
