#pragma once
/*
 * Turbo and power settings: recorded, and changed only if the user asks for it with
 * pin=1.  All MSR accesses are guarded: one that faults is a register that is absent.
 */
#include "lib/machine/machine.h"

/* Fills in machine->power. */
void power_record(struct machine *machine);

/*
 * Turbo off and, with HWP, least and most performance set to what is guaranteed, on the
 * processor that calls, until power_restore().  Says in pins, empty before, what was
 * changed.  Some of it is one register for a core or a package.
 */
void power_pin(const struct machine *machine, struct pins *pins);

/* Puts back what power_pin() changed, on the same processor, and empties pins. */
void power_restore(struct pins *pins);
