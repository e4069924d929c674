#include "bench/harness/fingerprint.h"

#include "lib/clock_step.h"
#include "lib/text.h"

#define READS 4096u
#define LENGTHS 8u
#define SLOPE_PAIRS 63u

/* Turns that pass before a window, below this: of a cycle or so each. */
#define DELAYS 1024u

/* What is known of the steps of the clock: by readings, and by lengths of windows. */
struct steps {
	struct clock_steps readings, lengths;
	uint64_t last_reading, last_length;
};

static void note_reading(struct steps *steps, uint64_t reading)
{
	if (steps->last_reading != 0 && reading > steps->last_reading)
		clock_steps_note(&steps->readings, reading - steps->last_reading);
	steps->last_reading = reading;
}

static void note_length(struct steps *steps, uint64_t length)
{
	const uint64_t last = steps->last_length;

	if (last != 0)
		clock_steps_note(&steps->lengths,
		                 length > last ? length - last : last - length);
	steps->last_length = length;
}

/* What the windows of one length add, some cycles apart. */
static void note_steps(struct steps *steps, window_code *window,
                       const struct sampler *sampler)
{
	for (uint32_t i = 0; i < READS / LENGTHS; i++) {
		struct window_args args = { 0 };

		sampler_delay(sampler, DELAYS);
		window(&args);
		note_reading(steps, args.t0);
		note_reading(steps, args.t1);
		note_length(steps, args.t1 - args.t0);
	}
}

/*
 * The step of the clock explains how far apart any two readings of it are.  Windows
 * whose length varies by a few multiplications, and the time between them, see to it
 * that there are many such differences.
 */
static enum err take_quantum(struct fingerprint *fingerprint,
                             struct window_source *source,
                             const struct sampler *sampler)
{
	struct steps steps = { 0 };

	for (uint32_t copies = 0; copies < LENGTHS; copies++) {
		window_code *const window =
			source->make(source, &(struct window_spec){
						     .body = chain_body(CHAIN_IMUL),
						     .copies = copies,
					     });

		if (window == NULL)
			return ERR_NO_MEMORY;
		note_steps(&steps, window, sampler);
	}
	fingerprint->step = clock_steps_milli(&steps.readings);
	fingerprint->quantum = (fingerprint->step + 999) / 1000;
	/* Windows of as many steps may still differ by a tick. */
	fingerprint->smallest_step = clock_steps_smallest(
		&steps.lengths, 1 + (fingerprint->quantum - 1) / 2);
	return ERR_NONE;
}

enum err fingerprint_take(struct fingerprint *fingerprint, struct window_source *source,
                          struct sampler *sampler)
{
	*fingerprint = (struct fingerprint){ 0 };

	const enum err err = take_quantum(fingerprint, source, sampler);

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

uint32_t fingerprint_step(const struct fingerprint *fingerprint, enum environment env)
{
	/* A tick is part of an instruction there, and nothing begins in between. */
	if (env == ENV_TCG_ICOUNT || env == ENV_BOCHS)
		return STEP_NONE;
	return fingerprint->step;
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
