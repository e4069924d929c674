#include "lib/stats/two_levels.h"

#include "lib/stats/stats.h"

#define TOP_SHARE 20u   /* 1 of so many is left out */
#define LEAST_SHARE 10u /* 1 of so many is a level */
#define CLOSER 4        /* times, to a level of two than to the one of all */

static int64_t middle(const int64_t *sorted, uint32_t n)
{
	return sorted[n / 2];
}

/* Sum of the distances to the median. */
static int64_t spread(const int64_t *sorted, uint32_t n)
{
	const int64_t median = middle(sorted, n);
	int64_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += magnitude(sorted[i] - median);
	return sum;
}

struct two_levels two_levels_of(int64_t *ticks, uint32_t n)
{
	const uint32_t kept = n - n / TOP_SHARE;
	const uint32_t least = (kept + LEAST_SHARE - 1) / LEAST_SHARE;
	int64_t best;
	uint32_t split = 0;

	sort_ticks(ticks, n);
	best = spread(ticks, kept) / CLOSER;
	for (uint32_t i = least; i + least <= kept; i++) {
		const int64_t sum = spread(ticks, i) + spread(ticks + i, kept - i);

		if (sum < best) {
			best = sum;
			split = i;
		}
	}

	const struct two_levels two = {
		.low = middle(ticks, split),
		.high = middle(ticks + split, kept - split),
		.below = split,
		.above = kept - split,
	};

	if (split == 0 || two.high < 2 * two.low)
		return (struct two_levels){ .low = middle(ticks, kept), .below = kept };
	return two;
}
