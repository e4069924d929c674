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

/* What the clock of this guest rests on. */
struct exits_found {
	enum exit_verdict cpuid, rdtsc;
};

/*
 * On the boot processor, all others waiting: one of them is sent some interrupts.
 * Where there is no hypervisor nothing is tried, and both are unclear.
 */
struct exits_found exits_find(const struct exits_spec *spec);
