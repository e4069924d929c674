#pragma once
/* The crew's own self-test: every call that is sent is taken, once. */
#include "bench/harness/crew.h"
#include "bench/harness/selftest.h"

/*
 * Calls each member in every state it can wait in, by interrupt, by NMI and by its
 * request line, and adds the row calls_answered: calls that were not taken exactly
 * once.  Skipped without another processor.
 */
void crew_test(struct crew *crew, struct selftest *selftest);
