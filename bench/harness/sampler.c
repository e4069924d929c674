#include "bench/harness/sampler.h"

#include "lib/x86/insn.h"

#define WARM_UPS 8u
#define BLOCK 32u
#define FIRST_GOAL 255u
#define LEAST_FOR_99 8u

enum sample_error { SAMPLE_OK, SAMPLE_TSC_WENT_BACK };

static enum sample_error take(const struct sampler *sampler, const struct pair *pair,
                              window_code *window, uint32_t *ticks)
{
	struct window_args args = pair->args;

	sampler->prime(pair->target_pages, pair->primed_pages);
	window(&args);
	if (args.t1 < args.t0)
		return SAMPLE_TSC_WENT_BACK;

	const uint64_t difference = args.t1 - args.t0;

	*ticks = difference > UINT32_MAX ? UINT32_MAX : (uint32_t)difference;
	return SAMPLE_OK;
}

/* One pair at index n; every second one in the other order. */
static void take_pair(const struct sampler *sampler, const struct pair *pair,
                      struct samples *samples, uint32_t round)
{
	uint32_t *const a = &samples->a[samples->n];
	uint32_t *const b = &samples->b[samples->n];
	enum sample_error error_a, error_b;

	if (round % 2 == 0) {
		error_a = take(sampler, pair, pair->a, a);
		error_b = take(sampler, pair, pair->b, b);
	} else {
		error_b = take(sampler, pair, pair->b, b);
		error_a = take(sampler, pair, pair->a, a);
	}
	if (error_a == SAMPLE_OK && error_b == SAMPLE_OK)
		samples->n++;
	else
		samples->discard_tsc++;
}

/* A block is kept whole or, if an interrupt fell into it, dropped whole. */
static void take_block(const struct sampler *sampler, const struct pair *pair,
                       struct samples *samples, uint32_t pairs)
{
	const uint32_t n_before = samples->n;
	const uint32_t interrupts_before = *sampler->interrupts;

	for (uint32_t i = 0; i < pairs; i++)
		take_pair(sampler, pair, samples, i);
	if (*sampler->interrupts == interrupts_before)
		return;
	samples->discard_irq += samples->n - n_before;
	samples->n = n_before;
}

static void fill_differences(const struct sampler *sampler,
                             const struct samples *samples)
{
	for (uint32_t i = 0; i < samples->n; i++)
		sampler->differences[i] =
			(int64_t)samples->b[i] - (int64_t)samples->a[i];
}

static bool is_narrow(const struct sampler *sampler, const struct samples *samples)
{
	const uint32_t n = samples->n;
	int64_t *const sorted = sampler->differences;

	/* The whole range of fewer values holds the median less often than that. */
	if (n < LEAST_FOR_99)
		return false;
	fill_differences(sampler, samples);
	sort_ticks(sorted, n);

	const struct rank_interval ranks = median_ranks(n, CONFIDENCE_99);
	const int64_t median = sorted[n / 2];
	const int64_t percent = (median < 0 ? -median : median) / 100;
	const int64_t allowed =
		percent > sampler->quantum ? percent : (int64_t)sampler->quantum;

	return sorted[ranks.hi] - sorted[ranks.lo] <= allowed;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void warm_up(const struct sampler *sampler, const struct pair *pair)
{
	uint32_t ignored = 0;

	for (unsigned i = 0; i < WARM_UPS; i++) {
		(void)take(sampler, pair, pair->a, &ignored);
		(void)take(sampler, pair, pair->b, &ignored);
	}
}

void sampler_run(struct sampler *sampler, const struct pair *pair,
                 struct samples *samples)
{
	const uint64_t begin = rdtsc_ordered();
	uint32_t goal = least(FIRST_GOAL, samples->capacity);

	warm_up(sampler, pair);
	while (rdtsc_ordered() - begin < sampler->ticks_per_row) {
		take_block(sampler, pair, samples, least(BLOCK, goal - samples->n));
		if (samples->n < goal)
			continue;
		samples->converged = is_narrow(sampler, samples);
		if (samples->converged || goal == samples->capacity)
			return;
		goal = least(2 * goal + 1, samples->capacity);
	}
	if (samples->n != 0)
		samples->converged = is_narrow(sampler, samples);
}

struct summary sampler_summary(const struct sampler *sampler,
                               const struct samples *samples, uint32_t divisor)
{
	if (samples->n == 0)
		return (struct summary){ 0 };
	fill_differences(sampler, samples);
	return summarise(sampler->differences, samples->n, divisor, sampler->scratch);
}

struct arm_summary sampler_arm(const struct sampler *sampler, const uint32_t *ticks,
                               uint32_t n)
{
	if (n == 0)
		return (struct arm_summary){ 0 };
	for (uint32_t i = 0; i < n; i++)
		sampler->differences[i] = ticks[i];
	sort_ticks(sampler->differences, n);
	return (struct arm_summary){
		.min = (uint64_t)sampler->differences[0],
		.p50 = (uint64_t)sampler->differences[n / 2],
	};
}
