#pragma once
/* The self-test of the started processors: each call that is sent is taken once. */
#include "bench/harness/selftest/selftest.h"
#include "bench/harness/smp/smp.h"

/*
 * Calls each member in every state it can wait in, by interrupt, by NMI and by its
 * request line, and adds the rows calls_answered: calls that were not taken exactly
 * once; and calls_in_each_state: how many were called in each.  In an emulator those
 * behind the first 16 are called in HALT only.  Skipped without another processor.
 */
void smp_test(struct smp *smp, struct selftest *selftest);
