#pragma once
/*
 * The existence test in a guest: it reads a word, an entry is changed, something is
 * done, it reads again.  The old word means that the old translation was used.  The
 * control arm does nothing in between; within one VMRUN where the guest does it, else
 * over two.
 */
#include "bench/harness/nested/nested.h"
#include "bench/harness/nested/nested_cell.h"

struct nested_trials {
	struct nested *nested;
	const struct config *config; /* selftest.break: what does nothing on purpose */
	uint32_t trials;             /* of each arm */
};

/*
 * One cell, between nested_begin() and nested_end().  False, and nested->guest.fault: a
 * guest did not come back.
 */
bool nested_verify(const struct nested_trials *trials, const struct nested_cell *cell,
                   struct staleness *staleness);
