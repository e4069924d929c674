#pragma once
/*
 * What is found out before anything is measured: the counters and the clock there are,
 * the self-tests of the clock, the ground of the verification.
 */
#include "bench/harness/runner/run.h"

/* Fills in run from workspace on; records the self-tests and what the timing is worth.
 */
void calibrate(struct run *run);

/* On the processor that calls; machine says what counters it has. */
struct disturbances calibrate_disturbances(const struct smp *smp,
                                           const struct machine *machine);
