#pragma once
#include <stdint.h>

/* Numbers that look random and are the same for the same seed (SplitMix64). */
struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 ... limit - 1; the bias of the remainder is below limit / 2^64. */
static inline uint32_t random_below(struct random *random, uint32_t limit)
{
	return (uint32_t)(random_next(random) % limit);
}

/* Every order of the count indices is equally likely (Fisher and Yates). */
static inline void random_shuffle(struct random *random, uint16_t *indices,
                                  uint32_t count)
{
	for (uint32_t i = count; i > 1; i--) {
		const uint32_t j = random_below(random, i);
		const uint16_t swap = indices[i - 1];

		indices[i - 1] = indices[j];
		indices[j] = swap;
	}
}
