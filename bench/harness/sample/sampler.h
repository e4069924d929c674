#pragma once
/*
 * The paired sampler: two windows in turn, AB BA AB BA, and the signed difference of
 * each pair (bench/method.md has the loop as pseudo-code).
 */
#include "bench/harness/window/window.h"
#include "lib/base/random.h"
#include "lib/stats/estimate.h"
#include "lib/stats/stats.h"

#include <stdbool.h>
#include <stdint.h>

struct priming;

/* Which stamps of a window are the ends of what is measured. */
enum span {
	SPAN_OPERATION, /* T0 to T1 */
	SPAN_TOTAL,     /* T0 to T2: with the first misses */
	SPAN_REFILL,    /* T1 to T2: those alone */
};

/*
 * What a pair of unit "count" has instead of windows: how many there are of what is
 * counted, in arm B or A, where args are.
 */
typedef uint32_t pair_count(const struct window_args *args, bool b);

struct pair {
	window_code *a, *b;
	pair_count *count; /* in place of both; NULL: they are run and timed */
	struct window_args args;
	const struct priming *priming;   /* NULL: nothing to prime */
	const struct priming *priming_b; /* of arm B; NULL: the same */
	/* Pairs between two looks at counters and clock; 0: as many as usual. */
	uint32_t block;
	/*
	 * Runs A once, untimed, before every window: A's own pages are in the TLB then,
	 * which they need not be where they are not global.
	 */
	bool warm_up_code;
	enum span span;
	uint32_t divisor; /* operations by which B exceeds A */
	/* What it points at becomes true when no more can be taken; NULL: never. */
	const bool *gave_up;
};

/* Whole windows, in the order taken; what exceeds 32 bits is kept as UINT32_MAX. */
struct samples {
	uint32_t *a, *b; /* ticks */
	uint32_t n;
	uint32_t capacity;
	uint32_t discard_irq; /* pairs dropped because an interrupt was counted */
	uint32_t discard_smi; /* pairs dropped because an SMI was counted */
	uint32_t discard_tsc; /* pairs dropped because the TSC went back */
	uint64_t ticks_used;
	/* Delta APERF / delta MPERF of the blocks kept, in thousandths; 0: not known.
	 */
	int64_t frequency_lowest, frequency_highest;
};

/* What goes up when something other than the program ran. */
struct disturbances {
	uint32_t interrupts;
	uint32_t smis; /* stays 0 where nothing counts them */
	/* How fast the core ran against the TSC; both stay 0 where it is not known. */
	uint64_t aperf, mperf;
};

/*
 * Before each window some turns of a loop pass, as many as are drawn: so a window
 * begins at any phase of a clock that steps, and at none more often than at another.
 */
struct dither {
	struct random random;
	void (*spin)(uint32_t turns); /* a turn takes no longer than some ticks */
};

/* Turns of a loop of one cycle each. */
void sampler_spin(uint32_t turns);

struct sampler {
	struct disturbances (*disturbances)(void *context);
	void *context;
	uint64_t ticks_per_row; /* at most */
	uint32_t quantum;       /* ticks: the step of the clock, rounded up */
	uint32_t step; /* thousandths of a tick; up to STEP_NONE: it does not step */
	/*
	 * What a row that was measured again and again differed by, in thousandths of a
	 * percent of its cost, and of a tick; both 0: by no more than a row that is
	 * done may.
	 */
	uint32_t unrepeated;
	int64_t unrepeated_ticks;
	struct dither *dither; /* NULL: windows follow each other at once */
	/* Room for the largest capacity each; overwritten by every summary. */
	int64_t *differences, *scratch;
};

/*
 * A few of each window, not kept: code, data and predictors get warm.  One of each if
 * that takes longer than a row may.
 */
void sampler_warm_up(const struct sampler *sampler, const struct pair *pair);

/* Takes pairs until there are goal of them or the row's time is used up. */
void sampler_extend(const struct sampler *sampler, const struct pair *pair,
                    struct samples *samples, uint32_t goal);

/* True if nothing more can be taken. */
bool sampler_is_used_up(const struct sampler *sampler, const struct pair *pair,
                        const struct samples *samples);

/* Waits for as many turns as are drawn below that; not at all without a dither. */
void sampler_delay(const struct sampler *sampler, uint32_t turns);

/*
 * True if the headline's 99 % interval is within 1 % of it.  Also if the median's is
 * within a quantum, or Huber's within a quarter of the step.  Fewer than 8 pairs have
 * no such interval.  step as in sampler_estimate().
 */
bool sampler_is_narrow(const struct sampler *sampler, const struct samples *samples,
                       uint32_t step);

/*
 * False if such a row, measured again, would differ by more than it may: then its
 * interval is narrower than what this machine can tell.
 */
bool sampler_is_repeatable(const struct sampler *sampler, const struct samples *samples,
                           uint32_t step);

/* b - a of all pairs, sorted and divided; n = 0 without any.  step as below. */
struct summary sampler_summary(const struct sampler *sampler,
                               const struct samples *samples, uint32_t divisor,
                               uint32_t step);

/*
 * How wide the interval of such a cost may be, both in thousandths of a tick and not
 * divided.
 */
int64_t sampler_narrow(const struct sampler *sampler, int64_t cost, uint32_t step);

/*
 * The headline of b - a: the median, or Huber's estimate if step, that of the clock in
 * thousandths of a tick, is above STEP_NONE.  step is an argument because not all
 * samples are ticks of the TSC.
 */
struct estimate sampler_estimate(const struct sampler *sampler,
                                 const struct samples *samples, uint32_t divisor,
                                 uint32_t step);

/* Minimum and median of one arm. */
struct arm_summary {
	uint64_t min, p50; /* ticks */
};

struct arm_summary sampler_arm(const struct sampler *sampler, const uint32_t *ticks,
                               uint32_t n);

/* Warm-up, then up to goal pairs, then their summary: for what is measured once. */
struct summary sampler_measure(const struct sampler *sampler, const struct pair *pair,
                               struct samples *samples, uint32_t goal);
