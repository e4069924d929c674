#pragma once
/*
 * A log-linear histogram: 16 buckets for each doubling, so that a bucket is at most
 * 1/16 of its value wide, and exact below 32.  Negative values mirror positive ones.
 */
#include <stdint.h>

struct bucket {
	int64_t lo, hi; /* hi is the first value above it */
};

/* The bucket that value falls into. */
struct bucket bucket_of(int64_t value);

/*
 * Calls each with every bucket that holds something, in ascending order.  sorted is n
 * values, ascending.
 */
void histogram(const int64_t *sorted, uint32_t n,
               void (*each)(void *context, struct bucket bucket, uint32_t count),
               void *context);
