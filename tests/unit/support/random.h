#pragma once
/* The program's generator; every test has its seed, and finds the same in every run. */
#include "lib/base/random.h"

/* 0 ... limit - 1; limit far below 2^64, so that the bias does not matter. */
static inline uint64_t random_below_u64(struct random *random, uint64_t limit)
{
	return random_next(random) % limit;
}
