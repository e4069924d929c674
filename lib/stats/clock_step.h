#pragma once
/*
 * By how much a clock goes on at a time, told by differences of its readings.  A clock
 * of 100 MHz that counts ticks of 2.25 GHz goes on by 22 and 23 ticks in turn: each
 * reading is a whole multiple of 22.5, rounded down, and each difference lies less than
 * a tick from such a multiple.  The greatest common divisor of the differences is 1.
 */
#include <stdint.h>

/* Differences from this on say nothing that smaller ones do not say. */
#define CLOCK_DIFFERENCES 4096u
/* The longest step that is looked for, where none divides every difference. */
#define CLOCK_STEP_MOST 200u

struct clock_steps {
	uint64_t seen[CLOCK_DIFFERENCES / 64]; /* a bit for each difference, in ticks */
};

/* Notes a difference of two readings, in ticks. */
void clock_steps_note(struct clock_steps *steps, uint64_t ticks);

/* The smallest difference noted that is no less than so many ticks; 0: there is none.
 */
uint32_t clock_steps_smallest(const struct clock_steps *steps, uint32_t least);

/*
 * The longest step, in thousandths of a tick, that explains every difference; 1000 if
 * that is no longer than two ticks, or if so few or so equal differences may agree with
 * a longer one by chance.  Right to a hundredth of a tick where differences reach some
 * hundred ticks.  Steps between one and two ticks are not told from one.
 */
uint32_t clock_steps_milli(const struct clock_steps *steps);
