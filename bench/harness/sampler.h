#pragma once
/*
 * The paired sampler: two windows in turn, AB BA AB BA, and the signed difference of
 * each pair (bench/README.md has the loop as pseudo-code).
 */
#include "bench/harness/window.h"
#include "lib/stats.h"

#include <stdbool.h>
#include <stdint.h>

/* Whole windows, in the order taken; what exceeds 32 bits is kept as UINT32_MAX. */
struct samples {
	uint32_t *a, *b; /* ticks */
	uint32_t n;
	uint32_t capacity;
	uint32_t discard_irq; /* pairs dropped because an interrupt was counted */
	uint32_t discard_tsc; /* pairs dropped because the TSC went back */
	bool converged;
};

struct pair {
	window_code *a, *b;
	struct window_args args;
	uint32_t divisor; /* operations by which B exceeds A */
	/* What must be in the TLB before every window. */
	uint32_t target_pages, primed_pages;
};

struct sampler {
	void (*prime)(uint32_t targets, uint32_t primed);
	const volatile uint32_t *interrupts; /* goes up with every one taken */
	uint64_t ticks_per_row;              /* at most */
	uint32_t quantum;                    /* ticks */
	int64_t *differences, *scratch;      /* room for the largest capacity each */
};

/*
 * Takes pairs until the 99 % interval of the median is within 1 % of it or within a
 * quantum, or capacity or time is used up.  Nothing is dropped for its value.
 */
void sampler_run(struct sampler *sampler, const struct pair *pair,
                 struct samples *samples);

/* b - a of all pairs, sorted and divided; n = 0 without any. */
struct summary sampler_summary(const struct sampler *sampler,
                               const struct samples *samples, uint32_t divisor);

/* Minimum and median of one arm; sampler's memory is overwritten. */
struct arm_summary {
	uint64_t min, p50; /* ticks */
};

struct arm_summary sampler_arm(const struct sampler *sampler, const uint32_t *ticks,
                               uint32_t n);
