#include "lib/stats/outlier.h"

#include "lib/stats/stats.h"

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

bool outlier_is(const struct sweep_point *before, const struct sweep_point *at,
                const struct sweep_point *after)
{
	const int64_t apart = magnitude(before->cost - after->cost);
	const int64_t above = at->lo - greater(before->hi, after->hi);
	const int64_t below = -greater(-before->lo, -after->lo) - at->hi;

	return above > apart || below > apart;
}
