#include "bench/harness/sample/sampler.h"

#include "bench/harness/space/workspace.h"
#include "lib/x86/insn.h"

#define WARM_UPS 8u
#define BLOCK 32u

/*
 * Turns of the loop before a window are drawn from so many steps of the clock: what is
 * left of the last step makes one phase likelier than another by a thirtieth at most.
 */
#define DITHER_STEPS 32u
#define DITHER_TURNS 65536u /* at most */

static uint32_t span_of(enum span span, const struct window_args *args)
{
	const uint64_t begin = span == SPAN_REFILL ? args->t1 : args->t0;
	const uint64_t end = span == SPAN_OPERATION ? args->t1 : args->t2;
	const uint64_t difference = end - begin;

	return difference > UINT32_MAX ? UINT32_MAX : (uint32_t)difference;
}

void sampler_spin(uint32_t turns)
{
	spin((uint64_t)turns + 1);
}

void sampler_delay(const struct sampler *sampler, uint32_t turns)
{
	struct dither *const dither = sampler->dither;

	if (dither != NULL && turns != 0)
		dither->spin(random_below(&dither->random, turns));
}

/* So that the stamps of a window are at any phase of a clock that steps. */
static void choose_phase(const struct sampler *sampler)
{
	const uint64_t turns = (uint64_t)sampler->step * DITHER_STEPS / 1000;

	if (sampler->step > STEP_NONE)
		sampler_delay(sampler,
		              turns < DITHER_TURNS ? (uint32_t)turns : DITHER_TURNS);
}

/* A once, untimed.  What the window undoes is to be there still when it comes. */
static void warm_up(const struct pair *pair, const struct priming *priming)
{
	struct window_args args = pair->args;

	if (priming != NULL && priming->cr4_before != 0)
		args.operands.cr4 = priming->cr4_before;
	pair->a(&args);
}

/* Ticks of one window, or what it counts; false if the TSC went back. */
static bool take(const struct sampler *sampler, const struct pair *pair, bool b,
                 uint32_t *ticks)
{
	struct window_args args = pair->args;
	const struct priming *const priming =
		b && pair->priming_b != NULL ? pair->priming_b : pair->priming;

	if (priming != NULL)
		priming->prime(priming);
	if (pair->count != NULL) {
		*ticks = pair->count(&args, b);
		return true;
	}
	if (pair->warm_up_code)
		warm_up(pair, priming);
	choose_phase(sampler);
	(b ? pair->b : pair->a)(&args);

	*ticks = span_of(pair->span, &args);
	return args.t0 <= args.t1 && args.t1 <= args.t2;
}

static bool has_given_up(const struct pair *pair)
{
	return pair->gave_up != NULL && *pair->gave_up;
}

/* One pair at index n; every second one in the other order. */
static void take_pair(const struct sampler *sampler, const struct pair *pair,
                      struct samples *samples, uint32_t round)
{
	uint32_t *const a = &samples->a[samples->n];
	uint32_t *const b = &samples->b[samples->n];
	bool a_is_good, b_is_good;

	if (round % 2 == 0) {
		a_is_good = take(sampler, pair, false, a);
		b_is_good = take(sampler, pair, true, b);
	} else {
		b_is_good = take(sampler, pair, true, b);
		a_is_good = take(sampler, pair, false, a);
	}
	if (has_given_up(pair))
		return;
	if (a_is_good && b_is_good)
		samples->n++;
	else
		samples->discard_tsc++;
}

/* A change of frequency is noted, not a cause to drop anything. */
static void note_frequency(struct samples *samples, const struct disturbances *before,
                           const struct disturbances *after)
{
	const uint64_t aperf = after->aperf - before->aperf;
	const uint64_t mperf = after->mperf - before->mperf;

	if (mperf == 0)
		return;

	const int64_t ratio = (int64_t)(aperf * 1000 / mperf);

	if (samples->frequency_lowest == 0 || ratio < samples->frequency_lowest)
		samples->frequency_lowest = ratio;
	if (ratio > samples->frequency_highest)
		samples->frequency_highest = ratio;
}

/*
 * A block is kept whole or, if something else ran meanwhile, dropped whole.  An SMI is
 * named before an interrupt: it may have brought that along.
 */
static void take_block(const struct sampler *sampler, const struct pair *pair,
                       struct samples *samples, uint32_t pairs)
{
	const uint32_t kept = samples->n;
	const struct disturbances before = sampler->disturbances(sampler->context);

	for (uint32_t i = 0; i < pairs && !has_given_up(pair); i++)
		take_pair(sampler, pair, samples, i);

	const struct disturbances after = sampler->disturbances(sampler->context);

	if (after.smis != before.smis) {
		samples->discard_smi += samples->n - kept;
		samples->n = kept;
	} else if (after.interrupts != before.interrupts) {
		samples->discard_irq += samples->n - kept;
		samples->n = kept;
	} else {
		note_frequency(samples, &before, &after);
	}
}

static void fill_differences(const struct sampler *sampler,
                             const struct samples *samples)
{
	for (uint32_t i = 0; i < samples->n; i++)
		sampler->differences[i] =
			(int64_t)samples->b[i] - (int64_t)samples->a[i];
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void sampler_warm_up(const struct sampler *sampler, const struct pair *pair)
{
	const uint64_t begin = rdtsc_ordered();
	uint32_t ignored = 0;

	for (unsigned i = 0; i < WARM_UPS && !has_given_up(pair); i++) {
		if (i != 0 && rdtsc_ordered() - begin >= sampler->ticks_per_row)
			break;
		(void)take(sampler, pair, false, &ignored);
		(void)take(sampler, pair, true, &ignored);
	}
}

bool sampler_is_used_up(const struct sampler *sampler, const struct pair *pair,
                        const struct samples *samples)
{
	return samples->n == samples->capacity ||
	       samples->ticks_used >= sampler->ticks_per_row || has_given_up(pair);
}

void sampler_extend(const struct sampler *sampler, const struct pair *pair,
                    struct samples *samples, uint32_t goal)
{
	const uint32_t wanted = least(goal, samples->capacity);
	const uint32_t block = pair->block != 0 ? pair->block : BLOCK;
	const uint64_t used_before = samples->ticks_used;
	const uint64_t begin = rdtsc_ordered();

	while (samples->n < wanted && !sampler_is_used_up(sampler, pair, samples)) {
		take_block(sampler, pair, samples, least(block, wanted - samples->n));
		samples->ticks_used = used_before + (rdtsc_ordered() - begin);
	}
}

int64_t sampler_narrow(const struct sampler *sampler, int64_t cost, uint32_t step)
{
	const int64_t percent = magnitude(cost) / 100;
	const int64_t finest =
		step > STEP_NONE ? step / 4 : INT64_C(1000) * sampler->quantum;

	return percent > finest ? percent : finest;
}

bool sampler_is_narrow(const struct sampler *sampler, const struct samples *samples,
                       uint32_t step)
{
	const struct estimate found = sampler_estimate(sampler, samples, 1, step);

	/* The whole range of fewer values holds the median less often than that. */
	return samples->n >= median_interval_least(CONFIDENCE_99) &&
	       found.hi - found.lo <= sampler_narrow(sampler, found.cost, step);
}

bool sampler_is_repeatable(const struct sampler *sampler, const struct samples *samples,
                           uint32_t step)
{
	if (sampler->unrepeated == 0)
		return true;

	const int64_t cost = sampler_estimate(sampler, samples, 1, step).cost;
	const int64_t narrow = sampler_narrow(sampler, cost, step);
	const int64_t hundred_percent = 100000;

	/* What differs may add to any cost the same, or grow with it: the less counts.
	 */
	return sampler->unrepeated_ticks <= narrow ||
	       magnitude(cost) <= narrow * hundred_percent / sampler->unrepeated;
}

struct summary sampler_summary(const struct sampler *sampler,
                               const struct samples *samples, uint32_t divisor,
                               uint32_t step)
{
	if (samples->n == 0)
		return (struct summary){ 0 };
	fill_differences(sampler, samples);
	return summarise(sampler->differences, samples->n, divisor, step,
	                 sampler->scratch);
}

/* Median and median distance from it, by way of the scratch. */
static struct estimate estimate_stepping(const struct sampler *sampler,
                                         const struct samples *samples,
                                         uint32_t divisor, uint32_t step)
{
	const uint32_t n = samples->n;
	int64_t *const scratch = sampler->scratch;

	fill_differences(sampler, samples);
	for (uint32_t i = 0; i < n; i++)
		scratch[i] = sampler->differences[i];
	sort_ticks(scratch, n);

	const int64_t median = scratch[n / 2];

	for (uint32_t i = 0; i < n; i++)
		scratch[i] = magnitude(scratch[i] - median);
	sort_ticks(scratch, n);
	return estimate_huber(sampler->differences, n, divisor, step, median,
	                      scratch[n / 2]);
}

struct estimate sampler_estimate(const struct sampler *sampler,
                                 const struct samples *samples, uint32_t divisor,
                                 uint32_t step)
{
	if (samples->n == 0)
		return (struct estimate){ .estimator = ESTIMATOR_NONE };
	if (step > STEP_NONE)
		return estimate_stepping(sampler, samples, divisor, step);

	const struct summary summary = sampler_summary(sampler, samples, divisor, step);

	return estimate_median(&summary);
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

struct summary sampler_measure(const struct sampler *sampler, const struct pair *pair,
                               struct samples *samples, uint32_t goal)
{
	sampler_warm_up(sampler, pair);
	sampler_extend(sampler, pair, samples, goal);
	return sampler_summary(sampler, samples, pair->divisor, sampler->step);
}
