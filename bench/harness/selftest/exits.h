#pragma once
/*
 * Which instructions leave this guest, found by cost in ring 0, and recorded as facts
 * of machine.csv: exits_NAME is yes, no, unclear, or says why it was not tried, and
 * exits_NAME_ticks what it costs.
 */
#include "bench/harness/selftest/exit_verdict.h"
#include "bench/harness/smp/smp.h"
#include "lib/stream/record.h"

struct exits_spec {
	struct smp *smp;
	const struct machine *machine; /* env is known */
	struct record *record;
	int64_t add_milli; /* what an ADD takes, in thousandths of a tick */
};

/*
 * On the boot processor, all others waiting: one of them is sent some interrupts.  Says
 * whether RDTSC leaves the guest; where there is no hypervisor nothing is tried.
 */
enum exit_verdict exits_find(const struct exits_spec *spec);
