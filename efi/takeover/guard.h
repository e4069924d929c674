#pragma once
/* One of the other processors, which resets the machine where its firmware hangs. */
#include "bench/harness/smp/smp_start.h"
#include "lib/machine/acpi.h"

#include <stdatomic.h>
#include <stdint.h>

struct guard {
	_Atomic uint32_t taken; /* by the first who came */
	_Atomic uint32_t off;   /* the firmware has come back: not needed any more */
	uint64_t timeout;       /* ticks */
	const struct machine *machine;
	struct acpi_reset acpi;
};

/*
 * Parks every other processor for good, but one that waits for ten seconds, and then
 * resets the machine without its firmware.  With one processor there is no guard.
 * Remote Action Requests are served by none any more, this one included.
 */
void guard_post(struct guard *guard, struct smp *smp);

void guard_call_off(struct guard *guard);

/* Ticks of the TSC; more than that time where nobody knows its rate. */
uint64_t guard_ticks(const struct machine *machine, uint32_t seconds);
