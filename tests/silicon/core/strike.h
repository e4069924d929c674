#pragma once
/* Which errata strike now. */
#include "tests/silicon/core/state.h"

struct strikes {
	const struct silicon_erratum *at[ERRATA_MOST];
	uint32_t count;
};

/* Those of an operation that the processor does now. */
void silicon_strikes_of(struct silicon *s, struct cpu_state *cpu,
                        enum silicon_operation operation, struct strikes *strikes);

/* Whether the lone erratum strikes; each question may be a time for "one_in". */
bool silicon_lone_strikes(struct silicon *s, struct cpu_state *cpu,
                          enum silicon_effect effect);
