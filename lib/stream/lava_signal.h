#pragma once
/*
 * Signals of LAVA, the lab that runs tests on boards: what its dispatcher looks for in
 * the output of a test, as "<LAVA_SIGNAL_KIND PARAMETERS>" on a line of its own.
 */
#include "lib/base/line.h"
#include "lib/base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct lava_case {
	struct text_slice name;
	const char *result;            /* pass, fail, skip or unknown */
	struct text_slice measurement; /* empty: none, and no unit */
	struct text_slice unit;
};

/* Whether a line, without its end, is a signal. */
bool lava_is_signal(struct text_slice line);

/*
 * Puts a part of a name behind the others, with a dot between; nothing if it is empty.
 * What would end a parameter, or be a part of an address, becomes "_".
 */
void lava_put_part(struct line *name, struct text_slice part);

/* Clears text; "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=... RESULT=...>". */
void lava_test_case(const struct lava_case *one, struct line *text);

/* Clears text; kind is STARTRUN or ENDRUN. */
void lava_run_signal(const char *kind, const char *run_id, struct line *text);

/*
 * Puts ticks, a decimal fraction of up to three places as results.csv has it, as
 * nanoseconds of such a fraction, halves away from 0.  False, and nothing is put, if it
 * is no such number, or the rate is 0 or beyond 16 GHz.
 */
bool lava_put_ns(struct line *text, struct text_slice ticks, uint64_t hz);
