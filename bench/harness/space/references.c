#include "bench/harness/space/references.h"

/* Of the process that comes most often; the others' are exact to 5000 / 2^40. */
#define WEIGHT (UINT64_C(1) << 40)

void references_open(struct references *references, uint32_t processes,
                     enum reference_order order, uint64_t seed)
{
	uint64_t sum = 0;

	references->random.state = seed ^ ((uint64_t)processes << 32 | (uint64_t)order);
	references->order = order;
	references->processes = processes;
	for (uint32_t i = 0; i < processes; i++) {
		sum += WEIGHT / (i + 1);
		references->sums[i] = sum;
	}
}

/* The first process whose sum is above drawn. */
static uint32_t find(const struct references *references, uint64_t drawn)
{
	uint32_t below = 0, above = references->processes - 1;

	while (below < above) {
		const uint32_t middle = below + (above - below) / 2;

		if (references->sums[middle] > drawn)
			above = middle;
		else
			below = middle + 1;
	}
	return below;
}

uint32_t references_next(struct references *references)
{
	const uint32_t processes = references->processes;

	if (references->order == REFERENCES_RANDOM)
		return random_below(&references->random, processes);
	return find(references,
	            random_next(&references->random) % references->sums[processes - 1]);
}
