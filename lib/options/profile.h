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
	enum sweep sweep;
	bool histograms; /* worth their time on a serial line */
};

/* NULL if there is none of that name. */
const struct profile *profile_named(struct text_slice name);

/* True if the profile measures points[i] of count points in ascending order. */
bool profile_has_point(const struct profile *profile, const uint32_t *points,
                       unsigned count, unsigned i);
