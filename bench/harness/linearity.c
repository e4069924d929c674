#include "bench/harness/linearity.h"

#define LINE_FIRST 64u
#define LINE_LAST 2048u
#define LINE_ROUNDS 7u
#define LINE_PAIRS 51u

/* LINE_FIRST copies against as many as given. */
static struct pair line_pair(struct selftest *selftest, enum chain chain,
                             uint32_t copies)
{
	struct window_source *const source = selftest->source;
	struct window_spec spec = { .body = chain_body(chain), .copies = LINE_FIRST };
	struct pair pair = { .a = source->make(source, &spec), .divisor = 1 };

	spec.copies = copies;
	pair.b = source->make(source, &spec);
	return pair;
}

struct residual {
	int64_t value, allowed; /* thousandths of a tick */
};

/*
 * Two steps of the clock, as long as they are ticks.  Below a larger step costs are
 * estimated, and stamps without fences bend the line by less than two of AMD's.
 */
static int64_t quanta_allowed(int64_t step)
{
	const int64_t few_ticks = 4000;
	const int64_t half = step / 2 > few_ticks ? step / 2 : few_ticks;

	return 2 * step < half ? 2 * step : half;
}

/*
 * How far a point is from the line through the ends.  Point and line are measured in
 * turn, and the median of several turns decides, because the core's frequency may
 * change at any time and would bend the line.
 */
static struct residual residual_of(struct selftest *selftest, enum chain chain,
                                   uint32_t copies)
{
	const struct pair point = line_pair(selftest, chain, copies);
	const struct pair line = line_pair(selftest, chain, LINE_LAST);
	const int64_t quanta = quanta_allowed(selftest->fingerprint->step);
	int64_t residuals[LINE_ROUNDS];
	int64_t expected = 0;

	for (unsigned i = 0; i < LINE_ROUNDS; i++) {
		const int64_t cost =
			selftest_estimate(selftest, &point, LINE_PAIRS).cost;
		const int64_t whole =
			selftest_estimate(selftest, &line, LINE_PAIRS).cost;

		expected = whole * (int64_t)(copies - LINE_FIRST) /
		           (int64_t)(LINE_LAST - LINE_FIRST);
		residuals[i] = cost - expected;
	}
	sort_ticks(residuals, LINE_ROUNDS);

	const int64_t percent = magnitude(expected) / 100;

	return (struct residual){
		.value = magnitude(residuals[LINE_ROUNDS / 2]),
		.allowed = percent > quanta ? percent : quanta,
	};
}

void linearity_test(struct selftest *selftest, enum chain chain, const char *name)
{
	struct residual worst = { 0 };

	for (uint32_t copies = 2 * LINE_FIRST; copies < LINE_LAST; copies *= 2) {
		const struct residual residual = residual_of(selftest, chain, copies);

		if (copies == 2 * LINE_FIRST ||
		    residual.value - residual.allowed > worst.value - worst.allowed)
			worst = residual;
	}
	selftest_add(selftest, &(struct selftest_row){
				       .test = name,
				       .decides_timing = true,
				       .value = worst.value,
				       .has_limit = true,
				       .limit = worst.allowed,
				       .unit = "ticks",
				       .verdict = selftest_judge_sums(
					       selftest, worst.value <= worst.allowed),
			       });
}
