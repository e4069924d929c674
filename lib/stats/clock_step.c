#include "lib/stats/clock_step.h"

#include "lib/stats/estimate.h"
#include "lib/stats/stats.h"

#include <stdbool.h>

#define MILLI 1000u

void clock_steps_note(struct clock_steps *steps, uint64_t ticks)
{
	if (ticks != 0 && ticks < CLOCK_DIFFERENCES)
		steps->seen[ticks / 64] |= UINT64_C(1) << ticks % 64;
}

uint32_t clock_steps_smallest(const struct clock_steps *steps, uint32_t least)
{
	for (uint32_t ticks = least; ticks < CLOCK_DIFFERENCES; ticks++)
		if ((steps->seen[ticks / 64] >> ticks % 64 & 1) != 0)
			return ticks;
	return 0;
}

/* The difference is less than a tick from a whole number of steps. */
static bool is_multiple(uint32_t ticks, uint32_t step)
{
	const uint32_t above = ticks * MILLI % step;

	return above < MILLI || step - above < MILLI;
}

static bool explains_all(const struct clock_steps *steps, uint32_t step)
{
	for (uint32_t word = 0; word < CLOCK_DIFFERENCES / 64; word++)
		for (uint64_t left = steps->seen[word]; left != 0; left &= left - 1) {
			const uint32_t bit = (uint32_t)__builtin_ctzll(left);

			if (!is_multiple(64 * word + bit, step))
				return false;
		}
	return true;
}

static uint32_t count_seen(const struct clock_steps *steps)
{
	uint32_t count = 0;

	for (uint32_t ticks = 1; ticks < CLOCK_DIFFERENCES; ticks++)
		count += (steps->seen[ticks / 64] >> ticks % 64 & 1) != 0;
	return count;
}

/* Less often than once in 2^24 would that many differences of any size agree with it.
 */
static bool is_no_chance(const struct clock_steps *steps, uint32_t step)
{
	uint64_t chance = UINT64_C(1) << 36;
	uint64_t allowed = 0;

	for (uint32_t ticks = 1; ticks < CLOCK_DIFFERENCES; ticks++)
		allowed += is_multiple(ticks, step);
	for (uint32_t left = count_seen(steps); left != 0 && chance >= 1u << 12; left--)
		chance = chance * allowed / CLOCK_DIFFERENCES;
	return chance < 1u << 12;
}

/* What divides every difference: a step of a whole number of ticks. */
static uint32_t whole_step(const struct clock_steps *steps)
{
	uint64_t divisor = 0;

	for (uint32_t ticks = 1; ticks < CLOCK_DIFFERENCES && divisor != 1; ticks++)
		if ((steps->seen[ticks / 64] >> ticks % 64 & 1) != 0)
			divisor = gcd(divisor, ticks);
	return (uint32_t)divisor;
}

/* The middle of the highest range of steps that explain all; 0: none above two ticks.
 */
static uint32_t broken_step(const struct clock_steps *steps)
{
	const uint32_t smallest = clock_steps_smallest(steps, 1);
	const uint32_t most = smallest < CLOCK_STEP_MOST ? smallest : CLOCK_STEP_MOST;
	uint32_t high = (most + 1) * MILLI;
	uint32_t low;

	while (high > 2 * MILLI && !explains_all(steps, high))
		high--;
	if (high <= 2 * MILLI)
		return 0;
	for (low = high; low > 2 * MILLI && explains_all(steps, low); low--)
		;
	return low + (high - low + 1) / 2;
}

uint32_t clock_steps_milli(const struct clock_steps *steps)
{
	const uint32_t whole = whole_step(steps);
	const uint32_t step = whole > 1 ? whole * MILLI : broken_step(steps);

	return whole != 0 && step != 0 && is_no_chance(steps, step) ? step : STEP_NONE;
}
