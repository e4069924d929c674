#pragma once
/* The timers a TSC can be checked against. */
#include "lib/processor/tsc_rate.h"

#include <stdint.h>

/* Where this machine has them; 0: it has none. */
struct timers {
	uint16_t pm_timer_port;
	bool pm_timer_32_bits;  /* else 24 */
	uint64_t hpet_address;  /* mapped 1:1, uncached */
	uint32_t amd_family;    /* 0: not AMD's, or Hygon's */
	uint64_t hypervisor_hz; /* of the TSC, as it says; 0: nothing */
};

/*
 * Asks CPUID and AMD's P-state 0, and lets the TSC run for 50 ms beside each timer
 * there is; the PIT is asked only where fewer than two of the others speak.  Interrupts
 * must be off, and faults handled.  Every wait is bounded: a timer that stands still
 * says nothing.
 */
struct tsc_rate timers_measure(const struct timers *timers);
