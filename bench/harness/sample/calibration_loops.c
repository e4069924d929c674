#include "bench/harness/sample/calibration_loops.h"

/*
 * ADD and IMUL depend each on the one before.  Not add $1, inc or lea: recent cores
 * remove those at rename.
 */
BODY(calibration_add, "add %rbx, %rbx")
BODY(calibration_imul, "imul %rbx, %rbx")
BODY(calibration_nop, "nop")
BODY(calibration_lfence, "lfence")

static const struct body codes[CALIBRATION_COUNT] = {
	[CALIBRATION_ADD] = { BODY_RANGE(calibration_add) },
	[CALIBRATION_IMUL] = { BODY_RANGE(calibration_imul) },
	[CALIBRATION_NOP] = { BODY_RANGE(calibration_nop) },
	[CALIBRATION_LFENCE] = { BODY_RANGE(calibration_lfence) },
};

const struct body *calibration_body(enum calibration code)
{
	return &codes[code];
}

struct pair calibration_pair(struct window_source *source, enum calibration code,
                             uint32_t copies)
{
	struct window_spec spec = { .body = calibration_body(code), .copies = copies };
	struct window_spec twice = spec;

	twice.copies = 2 * copies;
	return (struct pair){
		.a = source->make(source, &spec),
		.b = source->make(source, &twice),
		.divisor = copies,
	};
}
