#include "bench/harness/sample/calibration_loops.h"

/*
 * ADD and IMUL depend each on the one before.  Not add $1, inc or lea: recent cores
 * remove those at rename.
 */
BODY(chain_add, "add %rbx, %rbx")
BODY(chain_imul, "imul %rbx, %rbx")
BODY(chain_nop, "nop")
BODY(chain_lfence, "lfence")

static const struct body chains[CHAIN_COUNT] = {
	[CHAIN_ADD] = { BODY_RANGE(chain_add) },
	[CHAIN_IMUL] = { BODY_RANGE(chain_imul) },
	[CHAIN_NOP] = { BODY_RANGE(chain_nop) },
	[CHAIN_LFENCE] = { BODY_RANGE(chain_lfence) },
};

const struct body *chain_body(enum chain chain)
{
	return &chains[chain];
}

struct pair chain_pair(struct window_source *source, enum chain chain, uint32_t copies)
{
	struct window_spec spec = { .body = chain_body(chain), .copies = copies };
	struct window_spec twice = spec;

	twice.copies = 2 * copies;
	return (struct pair){
		.a = source->make(source, &spec),
		.b = source->make(source, &twice),
		.divisor = copies,
	};
}
