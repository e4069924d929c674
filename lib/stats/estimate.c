#include "lib/stats/estimate.h"

#include "lib/stats/stats.h"

#define MILLI INT64_C(1000)
#define BATCHES 24u
#define LEAST 8u /* as median_interval_least has it for 99 % */

/* Steps of the clock that n samples may all have missed by: ln(1 / 0.01), rounded up.
 */
#define UNSEEN 5

const char *estimator_name(enum estimator estimator)
{
	static const char *const names[] = {
		[ESTIMATOR_NONE] = "",
		[ESTIMATOR_MEDIAN] = "median",
		[ESTIMATOR_HUBER] = "huber",
	};

	return names[estimator];
}

struct estimate estimate_median(const struct summary *summary)
{
	return (struct estimate){
		.estimator = ESTIMATOR_MEDIAN,
		.cost = summary->p50,
		.lo = summary->ci99_lo,
		.hi = summary->ci99_hi,
	};
}

/* In thousandths of a tick: the differences, and how far one counts. */
struct bounded {
	const int64_t *ticks;
	uint32_t n;
	int64_t bound;
};

static int64_t bounded_at(const struct bounded *of, uint32_t i, int64_t from)
{
	const int64_t distance = of->ticks[i] * MILLI - from;

	if (distance > of->bound)
		return of->bound;
	return distance < -of->bound ? -of->bound : distance;
}

static int64_t sum_from(const struct bounded *of, int64_t from)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < of->n; i++)
		sum += bounded_at(of, i, from);
	return sum;
}

/* The least place whose sum of distances is at most `most`, by halving the range. */
static int64_t first_place(const struct bounded *of, int64_t lo, int64_t hi,
                           int64_t most)
{
	while (lo < hi) {
		const int64_t middle = lo + (hi - lo) / 2;

		if (sum_from(of, middle) <= most)
			hi = middle;
		else
			lo = middle + 1;
	}
	return lo;
}

/*
 * Where the bounded distances add up to 0.  Half of the values are on either side of
 * the median, so that it is at most a bound away.  Where the sum is 0 over a range, its
 * middle; where it is 0 between two thousandths, the upper one, off by less than one.
 */
static int64_t place_of(const struct bounded *of, int64_t median)
{
	const int64_t lo = median * MILLI - of->bound;
	const int64_t hi = median * MILLI + of->bound;
	const int64_t first = first_place(of, lo, hi, 0);
	const int64_t behind = first_place(of, first, hi, -1);

	return behind > first ? first + (behind - 1 - first) / 2 : first;
}

/* Student's t for 99 %, in thousandths: LEAST - 1 to BATCHES - 1 degrees of freedom. */
static int64_t student(uint32_t freedom)
{
	static const uint16_t quantiles[] = {
		3499, 3355, 3250, 3169, 3106, 3055, 3012, 2977, 2947,
		2921, 2898, 2878, 2861, 2845, 2831, 2819, 2807,
	};

	return quantiles[freedom - (LEAST - 1)];
}

/*
 * t times the standard error of the mean bounded distance, in thousandths, for LEAST
 * differences or more.  Wide ones are made smaller by a power of two first, so that the
 * squares fit.
 */
static int64_t mean_error(const struct bounded *of, int64_t place)
{
	const uint32_t count = of->n < BATCHES ? of->n : BATCHES;
	const uint32_t size = of->n / count; /* 1 or more */
	int64_t means[BATCHES], mean = 0;
	uint64_t squares = 0;
	unsigned shift = 0;

	while (of->bound >> shift > INT64_C(1) << 24)
		shift++;
	for (uint32_t batch = 0; batch < count; batch++) {
		int64_t sum = 0;
		uint32_t taken = 0;

		do
			sum += bounded_at(of, batch * size + taken++, place);
		while (taken < size);
		means[batch] = sum / (int64_t)taken / (INT64_C(1) << shift);
		mean += means[batch];
	}
	mean /= (int64_t)count;
	for (uint32_t batch = 0; batch < count; batch++)
		squares += (uint64_t)((means[batch] - mean) * (means[batch] - mean));
	if (squares == 0)
		return 0;

	const uint64_t error = isqrt(squares / ((uint64_t)count * (count - 1))) + 1;

	return ((int64_t)error << shift) * student(count - 1) / MILLI;
}

static uint32_t count_within(const struct bounded *of, int64_t place)
{
	uint32_t within = 0;

	for (uint32_t i = 0; i < of->n; i++)
		within += magnitude(of->ticks[i] * MILLI - place) < of->bound;
	return within;
}

/* Rounded down, or up: an interval may be wider than nominal, never narrower. */
static int64_t divide_down(int64_t value, int64_t divisor)
{
	return value / divisor - (value % divisor < 0);
}

struct estimate estimate_huber(const int64_t *ticks, uint32_t n, uint32_t divisor,
                               uint32_t step, int64_t median, int64_t mad)
{
	const int64_t two_steps = INT64_C(2) * step;
	const struct bounded of = {
		.ticks = ticks,
		.n = n,
		.bound = mad * MILLI > two_steps ? mad * MILLI : two_steps,
	};
	const int64_t place = place_of(&of, median);
	const uint32_t within = count_within(&of, place);
	/* Only what is within the bound moves the sum when the place moves. */
	const int64_t error = n < LEAST ? 0
	                                : mean_error(&of, place) * (int64_t)n /
	                                                  (within == 0 ? 1 : within) +
	                                          UNSEEN * (int64_t)step / (int64_t)n;
	const int64_t per = divisor;

	return (struct estimate){
		.estimator = ESTIMATOR_HUBER,
		.cost = divide_down(place + per / 2, per),
		.lo = divide_down(place - error, per),
		.hi = -divide_down(-(place + error), per),
	};
}
