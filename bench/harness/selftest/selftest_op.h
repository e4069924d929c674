#pragma once
/*
 * The self-tests that need ring 0: operations add up, an interrupt is noticed, the
 * counters count, the walks are as many as they must be.
 */
#include "bench/harness/selftest/selftest.h"
#include "bench/harness/space/workspace.h"
#include "lib/machine/machine.h"

struct selftest_op {
	struct selftest *selftest;
	struct workspace *workspace;
	const struct machine *machine;
};

/*
 * A prime() that sends an NMI to this processor when the uint32_t at the priming's
 * context has been counted down to 0; without a context it is workspace_prime().
 */
void selftest_prime_with_nmi(const struct priming *priming);

/* Tests 4 (the timers' part), 6, 8, 9 and 12, and the second witness. */
void selftest_operations(const struct selftest_op *context);
