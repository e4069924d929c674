#pragma once
/*
 * The order in which a plan's experiments are measured: in rounds, each of which takes
 * a chunk of every experiment that is not done, in an order drawn from the seed, every
 * second round the other way.  What drifts during a benchmark then hits all experiments
 * alike, and none is measured in one piece.
 */
#include "bench/harness/experiment/plan.h"
#include "bench/harness/sample/frequency_probe.h"
#include "bench/harness/smp/place.h"

struct rounds;

/* What is measured of an experiment in one go, wherever. */
struct chunk_work {
	const struct rounds *rounds;
	struct experiment *experiment;
	uint32_t chunk;
	uint32_t frequency_probe;
};

struct rounds {
	struct plan *plan;
	const struct sampler *sampler;
	struct frequency_probe *frequency_probe;
	uint64_t seed;
	uint32_t *chunk; /* number of the last chunk of the run */
	/* Before each chunk; finished is how many experiments are done. */
	void (*on_chunk)(void *context, struct experiment *experiment,
	                 unsigned finished);
	void *context;
	const struct place *place; /* that measures; NULL: the processor that calls */
	struct chunk_work *work;   /* of the place; NULL without one */
};

/*
 * Measures every experiment of the plan that is not skipped.  Those that the place did
 * not come back from are unanswered.
 */
void rounds_run(const struct rounds *rounds);
