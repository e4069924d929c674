#pragma once
/*
 * A reference string: which of so many processes runs next, for ever.  The same for the
 * same seed.
 */
#include "lib/base/random.h"

#include <stdint.h>

#define REFERENCES_MAX 5000u

enum reference_order {
	REFERENCES_RANDOM, /* each as often as any other */
	REFERENCES_ZIPF,   /* number i as often as 1 / (i + 1) says, counted from 0 */
};

struct references {
	struct random random;
	enum reference_order order;
	uint32_t processes;
	/* Zipf: how often one of 0 ... i comes, out of the last of these. */
	uint64_t sums[REFERENCES_MAX];
};

/* processes: from 1 to REFERENCES_MAX. */
void references_open(struct references *references, uint32_t processes,
                     enum reference_order order, uint64_t seed);

uint32_t references_next(struct references *references);
