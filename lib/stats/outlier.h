#pragma once
/*
 * Whether a point of a sweep contradicts the two beside it.
 *
 * For sweeps that have no peak or dip of a single point in truth: costs rise with what
 * is swept, or stay.  A point that is clear of both neighbours on the same side is one,
 * and then something else was measured.  "Clear" is by more than the three are known
 * to: the intervals, each made wider by what it does not hold, may not meet.  And by
 * more than the neighbours differ, because a curve may bend by as much as it goes on
 * by.  So the neighbours of such a point are no outliers themselves.
 *
 * Not found: the first and the last point of a sweep, and two false ones side by side.
 */
#include <stdbool.h>
#include <stdint.h>

enum outlier {
	OUTLIER_UNKNOWN, /* there are no two neighbours with an interval */
	OUTLIER_NO,
	OUTLIER_YES,
};

/* A cost and the ends of what it may be; all three points in one unit. */
struct sweep_point {
	int64_t cost, lo, hi;
};

/* True if at is an outlier between before and after. */
bool outlier_is(const struct sweep_point *before, const struct sweep_point *at,
                const struct sweep_point *after);
