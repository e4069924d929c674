#pragma once
/*
 * How large a processor's caches of data are, as its own CPUID says: leaf 04H (SDM 2A
 * "CPUID—CPU Identification"), on AMD 8000_001DH (APM 3 "CPUID Fn8000_001D").  Pure:
 * decodes what was read.
 */
#include "lib/processor/topology.h"
#include "lib/stream/record.h"

#include <stdint.h>

#define CACHE_LEVELS 3u

struct cache_sizes {
	/* Of data, or of both; the largest if there are several.  0: none, or not said.
	 */
	uint64_t bytes[CACHE_LEVELS];
};

/* Of as many subleaves as are read, in their order; the first of no kind ends them. */
struct cache_sizes cache_sizes_of(const struct topology_leaf *caches, unsigned count);

/* cache_l1_bytes and so on, where they are known, as lines of machine.csv. */
void cache_record(const struct cache_sizes *sizes, struct record *record);
