#pragma once
/*
 * What a row costs, with its interval: the headline of results.csv.
 *
 * Where the clock goes on by one tick at a time that is the median.  Where it goes on
 * by several, the median is a multiple of them, and its interval by ranks may have no
 * width and exclude the truth.  A difference of two stamps taken at a random phase of
 * the clock is right in its mean, though: the mean of floor(x + u) is x, with u uniform
 * in [0, 1).  So there it is Huber's estimate of location (P. J. Huber, "Robust
 * Estimation of a Location Parameter", 1964): the mean of the differences, in which
 * what is further away than a bound counts as if it was at the bound.  The bound is two
 * steps, so that without noise it is the mean, or the median distance from the median,
 * if that is larger, so that a long tail moves it no further than it moves a median.
 */
#include <stdint.h>

enum estimator { ESTIMATOR_NONE, ESTIMATOR_MEDIAN, ESTIMATOR_HUBER };

/* In thousandths of a tick per operation. */
struct estimate {
	enum estimator estimator; /* NONE: nothing was measured */
	int64_t cost;
	int64_t lo, hi; /* 99 % */
};

/* A clock that goes on by no more than this, in thousandths of a tick, has no steps. */
#define STEP_NONE 1000u

const char *estimator_name(enum estimator estimator);

struct summary;

/* What a summary of differences, n > 0, has of its median. */
struct estimate estimate_median(const struct summary *summary);

/*
 * Huber's estimate of n differences, in ticks and in the order in which they were
 * taken; step is that of the clock in thousandths of a tick.  median and mad are those
 * of the differences, in ticks.
 *
 * The interval is by Student's t over the means of up to 24 batches of neighbours, so
 * that what drifts slowly is in it, and has a term for what n samples may not show: a
 * value that comes up once in a few hundred.  It is no interval of what differs between
 * two boots.  Fewer than 8 differences have none: lo and hi are the cost.
 */
struct estimate estimate_huber(const int64_t *ticks, uint32_t n, uint32_t divisor,
                               uint32_t step, int64_t median, int64_t mad);
