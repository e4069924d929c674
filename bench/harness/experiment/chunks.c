#include "bench/harness/experiment/chunks.h"

void chunks_note(struct chunks *chunks, uint32_t samples)
{
	const uint32_t kept = chunks->count < CHUNKS ? chunks->count : CHUNKS - 1;

	chunks->ends[kept] = samples;
	chunks->count = kept + 1;
}

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

struct spread chunks_spread(const struct sampler *sampler,
                            const struct samples *samples, const struct chunks *chunks,
                            uint32_t divisor, uint32_t step)
{
	int64_t cheapest = INT64_MAX, dearest = INT64_MIN;
	int64_t least_hi = INT64_MAX, most_lo = INT64_MIN;
	uint32_t begin = 0, counted = 0;

	for (uint32_t i = 0; i < chunks->count; begin = chunks->ends[i++]) {
		const struct samples chunk = {
			.a = samples->a + begin,
			.b = samples->b + begin,
			.n = chunks->ends[i] - begin,
		};

		if (chunk.n < median_interval_least(CONFIDENCE_99))
			continue;

		const struct estimate found =
			sampler_estimate(sampler, &chunk, divisor, step);

		cheapest = -greater(-cheapest, -found.cost);
		dearest = greater(dearest, found.cost);
		least_hi = -greater(-least_hi, -found.hi);
		most_lo = greater(most_lo, found.lo);
		counted++;
	}
	if (counted < 2)
		return (struct spread){ .agree = true };

	const int64_t size = dearest - cheapest;

	return (struct spread){
		.known = true,
		.agree = most_lo <= least_hi ||
		         size * (int64_t)divisor <=
		                 sampler_narrow(sampler, dearest * (int64_t)divisor,
		                                step),
		.size = size,
	};
}
