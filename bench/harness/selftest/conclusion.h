#pragma once
/* What the self-tests together say of the timing and of the verification. */
#include "bench/harness/selftest/selftest.h"
#include "lib/machine/machine.h"

/*
 * Test 7, after the benchmarks: must cells that failed, of those that said anything.
 */
void selftest_verification(struct selftest *selftest, unsigned failed, unsigned passed);

/*
 * The verdict on the timing: valid on hardware if no test of the clock failed, with the
 * reason either way.  Only tests 1 to 6 count; test 7 is about belief, row by row.
 */
void selftest_conclude(const struct selftest *selftest, struct machine *machine);
