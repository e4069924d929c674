#pragma once
/* Numbers that look random and are the same in every run (SplitMix64). */
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_u64(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 ... limit - 1; limit far below 2^64, so that the bias does not matter. */
static inline uint64_t random_below(struct random *random, uint64_t limit)
{
	return random_u64(random) % limit;
}
