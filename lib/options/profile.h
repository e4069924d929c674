#pragma once
#include "lib/base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum sweep {
	SWEEP_ENDS,   /* ends and powers of four */
	SWEEP_POWERS, /* powers of two */
	SWEEP_ALL,
};

/* How long to measure. */
struct profile {
	const char *name;
	uint32_t pairs_per_row; /* at most */
	uint32_t ms_per_row;    /* at most */
	uint32_t rounds;        /* at least */
	uint32_t trials; /* of a cell of the verification whose trials are cheap */
	enum sweep sweep;
	bool histograms;        /* worth their time on a serial line */
	bool every_cpu;         /* is verified, once, beside one core of each type */
	uint32_t litmus_rounds; /* of a test on a pair of processors */
	bool litmus_layouts; /* all of them, not only entries in lines of their own */
};

/* In the order of how long they take; NULL behind the last. */
const struct profile *profile_at(unsigned i);

/* NULL if there is none of that name. */
const struct profile *profile_named(struct text_slice name);

/* True if the profile measures points[i] of count points in ascending order. */
bool profile_has_point(const struct profile *profile, const uint32_t *points,
                       unsigned count, unsigned i);
