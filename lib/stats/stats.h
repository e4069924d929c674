#pragma once
/*
 * Order statistics in integers (bench/method.md).  Differences are signed 64-bit TSC
 * ticks; what comes out is thousandths of a tick per operation, that is, already
 * divided.
 */
#include <stdbool.h>
#include <stdint.h>

/* Everything exported about one set of differences, in thousandths of a tick. */
struct summary {
	uint32_t n;
	/* Further than 14.826 MAD from the median, and than a step; counted, kept. */
	uint32_t far;
	int64_t min, p01, p05, p25, p50, p75, p95, p99, max;
	int64_t mean;
	int64_t mad; /* median of |difference - median| */
	int64_t ci95_lo, ci95_hi, ci99_lo, ci99_hi; /* of the median */
};

/* Ranks lo and hi, 0-based, of an order-statistics interval of the median. */
struct rank_interval {
	uint32_t lo, hi;
};

enum confidence { CONFIDENCE_95, CONFIDENCE_99 };

static inline int64_t magnitude(int64_t value)
{
	return value < 0 ? -value : value;
}

/* Largest r with r * r <= value. */
uint64_t isqrt(uint64_t value);

uint64_t gcd(uint64_t a, uint64_t b);

/* In place, ascending; heap sort, so that no input is slow and no memory is needed. */
void sort_ticks(int64_t *ticks, uint32_t n);

/*
 * Distribution-free interval of the median of n >= 1 sorted values: n/2 -+ z sqrt(n)/2.
 * With few values it is the whole range.
 */
struct rank_interval median_ranks(uint32_t n, enum confidence confidence);

/*
 * Fewest values whose whole range holds the median that surely: 1 - 2 / 2^n of the
 * time. Of fewer there is no interval.
 */
uint32_t median_interval_least(enum confidence confidence);

/* 0-based nearest rank of a percentile of n >= 1 sorted values; 50 is n / 2. */
uint32_t percentile_rank(uint32_t n, unsigned percent);

/* value * 1000 / divisor, rounded to nearest, halves away from zero.  divisor > 0. */
int64_t per_operation_milli(int64_t ticks, uint32_t divisor);

/*
 * Sorts ticks and says what they show, each divided by divisor.  n >= 1; scratch
 * has room for n values and is overwritten.  step is that of the clock, in thousandths
 * of a tick.
 */
struct summary summarise(int64_t *ticks, uint32_t n, uint32_t divisor, uint32_t step,
                         int64_t *scratch);
