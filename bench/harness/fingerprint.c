#include "bench/harness/fingerprint.h"

#include "lib/text.h"

#define READS 4096u
#define LENGTHS 8u
#define SLOPE_PAIRS 63u

static uint32_t clamp(uint64_t ticks)
{
	return ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks;
}

/* What the windows of one length add to what is known of the steps. */
static void note_steps(struct fingerprint *fingerprint, window_code *window,
                       uint64_t *last)
{
	for (uint32_t i = 0; i < READS / LENGTHS; i++) {
		struct window_args args = { 0 };

		window(&args);

		const uint64_t ticks = args.t1 - args.t0;
		const uint64_t step = ticks > *last ? ticks - *last : *last - ticks;

		if (*last != 0 && step != 0) {
			fingerprint->quantum = clamp(gcd(fingerprint->quantum, step));
			if (step < fingerprint->smallest_step)
				fingerprint->smallest_step = clamp(step);
		}
		*last = ticks;
	}
}

/*
 * Windows whose length varies by a few multiplications: the greatest common divisor of
 * their differences is the step of the TSC, whatever they have in common.  If none
 * differs, 1 is the guess that excuses nothing.
 */
static enum err take_quantum(struct fingerprint *fingerprint,
                             struct window_source *source)
{
	uint64_t last = 0;

	fingerprint->smallest_step = UINT32_MAX;
	for (uint32_t copies = 0; copies < LENGTHS; copies++) {
		window_code *const window =
			source->make(source, &(struct window_spec){
						     .body = chain_body(CHAIN_IMUL),
						     .copies = copies,
					     });

		if (window == NULL)
			return ERR_NO_MEMORY;
		note_steps(fingerprint, window, &last);
	}
	if (fingerprint->quantum == 0)
		fingerprint->quantum = fingerprint->smallest_step = 1;
	return ERR_NONE;
}

enum err fingerprint_take(struct fingerprint *fingerprint, struct window_source *source,
                          struct sampler *sampler)
{
	*fingerprint = (struct fingerprint){ 0 };

	const enum err err = take_quantum(fingerprint, source);

	if (err != ERR_NONE)
		return err;
	sampler->quantum = fingerprint->quantum;
	for (unsigned i = 0; i < CHAIN_COUNT; i++) {
		const struct pair pair =
			chain_pair(source, (enum chain)i, SLOPE_COPIES);
		uint32_t a[SLOPE_PAIRS], b[SLOPE_PAIRS];
		struct samples samples = { .a = a, .b = b, .capacity = SLOPE_PAIRS };

		if (pair.a == NULL || pair.b == NULL)
			return ERR_NO_MEMORY;
		fingerprint->slopes[i] =
			sampler_measure(sampler, &pair, &samples, SLOPE_PAIRS).p50;
	}
	fingerprint->measured = true;
	return ERR_NONE;
}

static bool slopes_are_equal(const struct fingerprint *fingerprint)
{
	int64_t lowest = fingerprint->slopes[0];
	int64_t highest = lowest;

	for (unsigned i = 1; i < CHAIN_COUNT; i++) {
		const int64_t slope = fingerprint->slopes[i];

		lowest = slope < lowest ? slope : lowest;
		highest = slope > highest ? slope : highest;
	}
	return lowest > 0 && (highest - lowest) * 20 <= highest;
}

enum environment fingerprint_environment(const struct fingerprint *fingerprint,
                                         const struct machine *machine)
{
	if (!fingerprint->measured)
		return ENV_UNKNOWN;
	if (text_equal(machine->hypervisor, "TCGTCGTCGTCG"))
		return slopes_are_equal(fingerprint) ? ENV_TCG_ICOUNT : ENV_TCG;
	if (slopes_are_equal(fingerprint))
		return ENV_BOCHS;
	return (machine->features & FEATURE_HYPERVISOR) != 0 ? ENV_VM : ENV_HW;
}
