#pragma once
#include "bench/harness/selftest.h"

/*
 * Test 3: N copies of a chain's instruction cost N times one.  Adds the row under name.
 * The worst point decides: its residual, against 1 % of what it costs, or two quanta.
 */
void linearity_test(struct selftest *selftest, enum chain chain, const char *name);
