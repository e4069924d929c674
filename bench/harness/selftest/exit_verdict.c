#include "bench/harness/selftest/exit_verdict.h"

#define ADDS_OF_AN_EXIT 400 /* microcode takes some hundred cycles at most */

static enum exit_verdict of_level(int64_t ticks, uint32_t instructions,
                                  int64_t reference)
{
	const int64_t each = ticks / (int64_t)instructions;

	if (each * 2 >= reference)
		return EXIT_YES;
	return each * 4 <= reference ? EXIT_NO : EXIT_UNCLEAR;
}

enum exit_verdict exit_verdict(const struct two_levels *levels, uint32_t instructions,
                               int64_t reference)
{
	if (reference <= 0)
		return EXIT_UNCLEAR;

	const enum exit_verdict low = of_level(levels->low, instructions, reference);

	if (levels->above == 0 ||
	    of_level(levels->high, instructions, reference) == low)
		return low;
	return EXIT_UNCLEAR;
}

int64_t exit_reference(const struct two_levels *cpuid, int64_t add_milli)
{
	return add_milli > 0 && cpuid->low * 1000 > ADDS_OF_AN_EXIT * add_milli
	               ? cpuid->low
	               : 0;
}

const char *exit_verdict_name(enum exit_verdict verdict)
{
	static const char *const names[] = {
		[EXIT_UNCLEAR] = "unclear",
		[EXIT_NO] = "no",
		[EXIT_YES] = "yes",
	};

	return names[verdict];
}

void exit_put_levels(const struct two_levels *levels, struct line *line)
{
	const uint32_t all = levels->below + levels->above;

	line_format(line, "%ld", levels->low);
	if (levels->above != 0)
		line_format(line, " (%u %%) %ld (%u %%)", levels->below * 100 / all,
		            levels->high, 100 - levels->below * 100 / all);
}
