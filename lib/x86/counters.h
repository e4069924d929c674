#pragma once
/* Counters of the processor: cycles, page walks, SMIs.  All MSR accesses guarded. */
#include "lib/machine/machine.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Starts a counter of unhalted core cycles: Intel's fixed counter 1, AMD's event 76h in
 * its extended counter 0.  Only where CPUID reports it; whether it counts right is for
 * the self-test to say.
 */
struct cycle_counter counters_start_cycles(const struct machine *machine);

/* The same for page walks; *counter is the ECX to read them with.  False without one.
 */
bool counters_start_walks(const struct machine *machine, uint32_t *counter);

/* MSR 34H on Intel, event 2Bh in AMD's extended counter 2. */
enum smi_counter counters_start_smis(const struct machine *machine);
uint32_t counters_read_smis(enum smi_counter counter);

/* True if CPUID reports APERF and MPERF. */
bool counters_have_aperf(void);

struct clock_counts {
	uint64_t aperf, mperf;
};

struct clock_counts counters_read_clock(void);

uint64_t rdpmc(uint32_t counter);
