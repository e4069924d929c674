#include "lib/processor/tsc_rate.h"

const char *rate_source_name(enum rate_source source)
{
	static const char *const names[RATE_SOURCES] = {
		[RATE_CPUID] = "cpuid",
		[RATE_PM_TIMER] = "pm_timer",
		[RATE_HPET] = "hpet",
		[RATE_PIT] = "pit",
		[RATE_HYPERVISOR] = "hypervisor",
		[RATE_P0] = "msr_p0",
		[RATE_CPUID_BASE] = "cpuid_16h",
	};

	return names[source];
}

uint64_t rate_from_cpuid(uint32_t denominator, uint32_t numerator, uint32_t crystal_hz)
{
	if (denominator == 0)
		return 0;
	return (uint64_t)crystal_hz * numerator / denominator;
}

/* ticks * timer_hz may need more than 64 bits: the quotient and the rest apart. */
uint64_t rate_from_timer(uint64_t ticks, uint64_t timer_hz, uint64_t steps)
{
	if (steps == 0)
		return 0;
	return ticks / steps * timer_hz + ticks % steps * timer_hz / steps;
}

uint64_t rate_from_p0(uint32_t family, uint64_t pstate)
{
	const uint64_t mhz = 1000000;
	const uint64_t divisor = pstate >> 8 & 0x3f;

	if (pstate >> 63 == 0)
		return 0;
	if (family == 0x1a)
		return (pstate & 0xfff) * 5 * mhz;
	if ((family == 0x17 || family == 0x19) && divisor != 0)
		return (pstate & 0xff) * 200 * mhz / divisor;
	return 0;
}

bool rate_wants_pit(const struct tsc_rate *rate)
{
	unsigned speak = 0;

	for (unsigned i = 0; i < RATE_PIT; i++)
		speak += rate->hz[i] != 0;
	return speak < 2;
}

static bool is_timer(unsigned source)
{
	return source == RATE_PM_TIMER || source == RATE_HPET || source == RATE_PIT;
}

static bool is_nominal(unsigned source)
{
	return source == RATE_HYPERVISOR || source == RATE_P0 ||
	       source == RATE_CPUID_BASE;
}

uint32_t rate_ppm(uint64_t a, uint64_t b)
{
	const uint64_t larger = a > b ? a : b;
	const uint64_t smaller = a > b ? b : a;
	const uint64_t millionth = smaller / 1000000u;
	const uint64_t ppm =
		millionth == 0 ? UINT32_MAX : (larger - smaller) / millionth;

	return ppm > UINT32_MAX ? UINT32_MAX : (uint32_t)ppm;
}

void rate_vote(struct tsc_rate *rate)
{
	bool far = false; /* a nominal rate is */

	rate->best = 0;
	rate->checked = false;
	rate->timed = false;
	rate->disagreement_ppm = 0;
	for (unsigned i = 0; i < RATE_SOURCES; i++) {
		if (rate->hz[i] == 0)
			continue;
		if (rate->best == 0) {
			rate->best = rate->hz[i];
			rate->source = (enum rate_source)i;
			continue;
		}

		const uint32_t ppm = rate_ppm(rate->best, rate->hz[i]);

		if (is_nominal(i) && ppm > RATE_CONFLICT_PPM) {
			far = far || ppm > RATE_NOMINAL_FAR_PPM;
			continue;
		}
		rate->checked = true;
		rate->timed = rate->timed || is_timer(i) || is_timer(rate->source);
		if (ppm > rate->disagreement_ppm)
			rate->disagreement_ppm = ppm;
	}
	rate->conflict =
		rate->disagreement_ppm > RATE_CONFLICT_PPM || (far && !rate->checked);
}
