#include "lib/stats/stats.h"

uint64_t isqrt(uint64_t value)
{
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1) {
		const uint64_t candidate = root | bit;

		if (candidate * candidate <= value)
			root = candidate;
	}
	return root;
}

uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b != 0) {
		const uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static void sift_down(int64_t *heap, uint32_t root, uint32_t n)
{
	for (uint32_t child = 2 * root + 1; child < n; child = 2 * root + 1) {
		if (child + 1 < n && heap[child + 1] > heap[child])
			child++;
		if (heap[root] >= heap[child])
			return;

		const int64_t swap = heap[root];

		heap[root] = heap[child];
		heap[child] = swap;
		root = child;
	}
}

void sort_ticks(int64_t *ticks, uint32_t n)
{
	for (uint32_t i = n / 2; i-- != 0;)
		sift_down(ticks, i, n);
	for (uint32_t end = n; end > 1; end--) {
		const int64_t largest = ticks[0];

		ticks[0] = ticks[end - 1];
		ticks[end - 1] = largest;
		sift_down(ticks, 0, end - 1);
	}
}

struct rank_interval median_ranks(uint32_t n, enum confidence confidence)
{
	const uint64_t z_hundredths = confidence == CONFIDENCE_99 ? 258 : 196;
	const uint64_t root_hundredths = isqrt((uint64_t)n * 10000u);
	/* Rounded up: an interval may be wider than nominal, never narrower. */
	const uint64_t width = (root_hundredths * z_hundredths + 9999u) / 10000u;
	/* From lo to hi there are n - 1 - 2 lo steps. */
	const uint32_t half = width < n ? (n - 1 - (uint32_t)width) / 2 : 0;

	return (struct rank_interval){ half, n - 1 - half };
}

uint32_t median_interval_least(enum confidence confidence)
{
	return confidence == CONFIDENCE_99 ? 8 : 6;
}

uint32_t percentile_rank(uint32_t n, unsigned percent)
{
	if (percent == 50)
		return n / 2;

	const uint64_t rank = ((uint64_t)n * percent + 99) / 100;

	return rank == 0 ? 0 : (uint32_t)rank - 1;
}

int64_t per_operation_milli(int64_t ticks, uint32_t divisor)
{
	const int64_t half = (int64_t)divisor / 2;
	const int64_t scaled = ticks * 1000;

	return (scaled + (scaled < 0 ? -half : half)) / (int64_t)divisor;
}

static int64_t distance(int64_t a, int64_t b)
{
	return a < b ? b - a : a - b;
}

/* Median of the distances from the median; scratch ends up sorted. */
static int64_t median_distance(const int64_t *sorted, uint32_t n, int64_t *scratch)
{
	for (uint32_t i = 0; i < n; i++)
		scratch[i] = distance(sorted[i], sorted[n / 2]);
	sort_ticks(scratch, n);
	return scratch[n / 2];
}

/*
 * Where most samples are the same the MAD is 0, and what falls on the next step of the
 * clock is none the further for it.  Readings are whole ticks, so that one step of a
 * broken number of them may look a little longer, and two never as short as one and a
 * half.
 */
static uint32_t count_far(const int64_t *distances, uint32_t n, int64_t mad,
                          uint32_t step)
{
	const int64_t nearest = (int64_t)step + step / 2;
	const int64_t bound = mad * 14826 > nearest ? mad * 14826 : nearest;
	uint32_t far = 0;

	for (uint32_t i = 0; i < n; i++)
		far += distances[i] * 1000 > bound;
	return far;
}

static int64_t sum_of(const int64_t *ticks, uint32_t n)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += ticks[i];
	return sum;
}

struct summary summarise(int64_t *ticks, uint32_t n, uint32_t divisor, uint32_t step,
                         int64_t *scratch)
{
	sort_ticks(ticks, n);

	const int64_t mad = median_distance(ticks, n, scratch);
	const struct rank_interval r95 = median_ranks(n, CONFIDENCE_95);
	const struct rank_interval r99 = median_ranks(n, CONFIDENCE_99);

#define MILLI(rank) per_operation_milli(ticks[rank], divisor)
#define PERCENTILE(percent) MILLI(percentile_rank(n, percent))
	return (struct summary){
		.n = n,
		.far = count_far(scratch, n, mad, step),
		.min = MILLI(0),
		.p01 = PERCENTILE(1),
		.p05 = PERCENTILE(5),
		.p25 = PERCENTILE(25),
		.p50 = PERCENTILE(50),
		.p75 = PERCENTILE(75),
		.p95 = PERCENTILE(95),
		.p99 = PERCENTILE(99),
		.max = MILLI(n - 1),
		.mean = per_operation_milli(sum_of(ticks, n), n * divisor),
		.mad = per_operation_milli(mad, divisor),
		.ci95_lo = MILLI(r95.lo),
		.ci95_hi = MILLI(r95.hi),
		.ci99_lo = MILLI(r99.lo),
		.ci99_hi = MILLI(r99.hi),
	};
#undef PERCENTILE
#undef MILLI
}
