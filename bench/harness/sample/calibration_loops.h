#pragma once
/*
 * One instruction over and over, which every processor executes at a rate that is
 * known, or known to differ: what a clock is judged by.  They need no privilege.
 */
#include "bench/harness/sample/sampler.h"

enum calibration {
	CALIBRATION_ADD,
	CALIBRATION_IMUL,
	CALIBRATION_NOP,
	CALIBRATION_LFENCE,
	CALIBRATION_COUNT
};

const struct body *calibration_body(enum calibration code);

/*
 * copies against twice as many, nothing primed, per copy.  Windows are
 * NULL without memory.
 */
struct pair calibration_pair(struct window_source *source, enum calibration code,
                             uint32_t copies);
