#pragma once
/* What is said of an exception that nobody expected. */
#include "bench/harness/smp/smp_types.h"
#include "lib/stream/record.h"

struct exception {
	const struct trap_state *state;
	const struct smp_cpu *member; /* whose it is; NULL: the boot processor's */
	const char *activity;         /* what was running */
	uint64_t image_address;       /* where the program is */
};

/* On the console: which, and the registers. */
void exception_record(struct record *record, const struct exception *exception);
