#include "bench/harness/selftest/fingerprint.h"

#include "lib/base/text.h"
#include "lib/stats/clock_step.h"
#include "lib/x86/insn.h"

#define READS 4096u
#define LENGTHS 8u
#define SLOPE_PAIRS 63u
#define CPUID_TRIES 63u

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
		window_code *const window = source->make(
			source, &(struct window_spec){
					.body = calibration_body(CALIBRATION_IMUL),
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

static int64_t median_of(int64_t *ticks)
{
	sort_ticks(ticks, CPUID_TRIES);
	return ticks[CPUID_TRIES / 2];
}

/* In thousandths of a tick, less what the stamps cost. */
static int64_t time_cpuid(void)
{
	int64_t with[CPUID_TRIES];
	int64_t without[CPUID_TRIES];

	for (unsigned i = 0; i < CPUID_TRIES; i++) {
		const uint64_t t0 = rdtsc_ordered();

		(void)cpuid(0, 0);

		const uint64_t t1 = rdtsc_ordered();
		const uint64_t t2 = rdtsc_ordered();

		with[i] = (int64_t)(t1 - t0);
		without[i] = (int64_t)(t2 - t1);
	}
	return (median_of(with) - median_of(without)) * 1000;
}

enum err fingerprint_take(struct fingerprint *fingerprint, struct window_source *source,
                          struct sampler *sampler)
{
	*fingerprint = (struct fingerprint){ 0 };

	const enum err err = take_quantum(fingerprint, source, sampler);

	if (err != ERR_NONE)
		return err;
	sampler->quantum = fingerprint->quantum;
	for (unsigned i = 0; i < CALIBRATION_COUNT; i++) {
		const struct pair pair =
			calibration_pair(source, (enum calibration)i, SLOPE_COPIES);
		uint32_t a[SLOPE_PAIRS], b[SLOPE_PAIRS];
		struct samples samples = { .a = a, .b = b, .capacity = SLOPE_PAIRS };

		if (pair.a == NULL || pair.b == NULL)
			return ERR_NO_MEMORY;
		fingerprint->slopes[i] =
			sampler_measure(sampler, &pair, &samples, SLOPE_PAIRS).p50;
	}
	fingerprint->cpuid = time_cpuid();
	fingerprint->measured = true;
	return ERR_NONE;
}

static bool slopes_are_equal(const struct fingerprint *fingerprint)
{
	int64_t lowest = fingerprint->slopes[0];
	int64_t highest = lowest;

	for (unsigned i = 1; i < CALIBRATION_COUNT; i++) {
		const int64_t slope = fingerprint->slopes[i];

		lowest = slope < lowest ? slope : lowest;
		highest = slope > highest ? slope : highest;
	}
	return lowest > 0 && (highest - lowest) * 20 <= highest;
}

/*
 * Every processor of 64 bits decodes two instructions in a cycle at least, and none 32:
 * a NOP costs between that, where a translator drops it and an interpreter does not.
 */
static bool nop_is_real(int64_t add, int64_t nop)
{
	return nop * 32 >= add && nop * 4 <= add * 3;
}

/*
 * In cycles, as ADD takes one: microcode takes tens to hundreds, an interpreter as long
 * as for anything else, and the way to a hypervisor and back more than a thousand.
 */
#define CPUID_LEAST 16
#define CPUID_MOST 1000

static const char *doubt_of_timers(const struct tsc_rate *rate)
{
	if (rate->conflict)
		return "the TSC and the timers disagree";
	/* One source alone shows nothing, neither for hardware nor against it. */
	return rate->best == 0 ? "nothing says the rate of the TSC" : NULL;
}

static const char *doubt_of_instructions(const struct fingerprint *fingerprint)
{
	const int64_t add = fingerprint->slopes[CALIBRATION_ADD];
	const int64_t imul = fingerprint->slopes[CALIBRATION_IMUL];
	const int64_t nop = fingerprint->slopes[CALIBRATION_NOP];
	const int64_t lfence = fingerprint->slopes[CALIBRATION_LFENCE];

	if (!fingerprint->measured)
		return "nothing could be measured";
	if (add <= 0)
		return "ADD costs nothing";
	if (imul * 2 < add * 3)
		return "IMUL costs no more than ADD";
	if (!nop_is_real(add, nop))
		return "NOP costs what it does on no processor";
	if (lfence < 2 * add || lfence <= 3 * nop)
		return "LFENCE waits for nothing";
	if (fingerprint->cpuid < CPUID_LEAST * add)
		return "CPUID costs as little as other instructions";
	return NULL;
}

const char *fingerprint_doubt(const struct fingerprint *fingerprint,
                              const struct machine *machine)
{
	const char *const doubt = doubt_of_instructions(fingerprint);

	if (doubt != NULL)
		return doubt;
	if (fingerprint->cpuid > CPUID_MOST * fingerprint->slopes[CALIBRATION_ADD])
		return "CPUID takes as long as if a hypervisor answered it";
	return doubt_of_timers(&machine->tsc_rate);
}

const char *fingerprint_env_doubt(const struct fingerprint *fingerprint,
                                  const struct machine *machine)
{
	if (machine->env == ENV_VM)
		return doubt_of_instructions(fingerprint);
	return machine->env == ENV_UNKNOWN ? fingerprint_doubt(fingerprint, machine)
	                                   : NULL;
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
	const char *const signature = machine->hypervisor.signature[0];

	if (!fingerprint->measured)
		return ENV_UNKNOWN;
	if (text_equal(signature, "tlbmarkmodel"))
		return ENV_MODEL;
	if (text_equal(signature, "TCGTCGTCGTCG"))
		return slopes_are_equal(fingerprint) ? ENV_TCG_ICOUNT : ENV_TCG;
	if (slopes_are_equal(fingerprint))
		return ENV_BOCHS;
	if ((machine->features & FEATURE_HYPERVISOR) != 0 ||
	    machine->hypervisor.count != 0)
		return ENV_VM;
	return fingerprint_doubt(fingerprint, machine) == NULL ? ENV_HW : ENV_UNKNOWN;
}
