#include "lib/stats/histogram.h"

#define LINEAR_LIMIT 32u /* below it every value has a bucket of its own */
#define STEPS_LOG2 4u    /* 16 buckets a doubling */

/* For a magnitude below 2^62. */
static struct bucket bucket_of_magnitude(uint64_t magnitude)
{
	unsigned shift = 0;

	if (magnitude < LINEAR_LIMIT)
		return (struct bucket){ (int64_t)magnitude, (int64_t)magnitude + 1 };
	while (magnitude >> shift >= UINT64_C(2) << STEPS_LOG2)
		shift++;

	const uint64_t lo = magnitude >> shift << shift;

	return (struct bucket){ (int64_t)lo, (int64_t)(lo + (UINT64_C(1) << shift)) };
}

struct bucket bucket_of(int64_t value)
{
	struct bucket bucket;

	if (value >= 0)
		return bucket_of_magnitude((uint64_t)value);
	bucket = bucket_of_magnitude((uint64_t)-value);
	return (struct bucket){ 1 - bucket.hi, 1 - bucket.lo };
}

void histogram(const int64_t *sorted, uint32_t n,
               void (*each)(void *context, struct bucket bucket, uint32_t count),
               void *context)
{
	for (uint32_t i = 0; i < n;) {
		const struct bucket bucket = bucket_of(sorted[i]);
		const uint32_t first = i;

		while (i < n && sorted[i] < bucket.hi)
			i++;
		each(context, bucket, i - first);
	}
}
