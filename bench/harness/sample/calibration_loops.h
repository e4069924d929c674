#pragma once
/*
 * Chains of one instruction that every processor executes at a rate that is known, or
 * known to differ: what a clock is judged by.  They need no privilege.
 */
#include "bench/harness/sample/sampler.h"

enum chain { CHAIN_ADD, CHAIN_IMUL, CHAIN_NOP, CHAIN_LFENCE, CHAIN_COUNT };

const struct body *chain_body(enum chain chain);

/*
 * copies against twice as many, nothing primed, per copy.  Windows are
 * NULL without memory.
 */
struct pair chain_pair(struct window_source *source, enum chain chain, uint32_t copies);
