#pragma once
/*
 * Turbo and power settings: recorded, and changed only if the user asks for it with
 * pin=1.  All MSR accesses are guarded: one that faults is a register that is absent.
 */
#include "lib/machine.h"

/* Fills in machine->power. */
void power_record(struct machine *machine);

/*
 * Turbo off and, with HWP, least and most performance set to what is guaranteed.  Says
 * in machine->pinned what was done.  Only this processor, only until power_restore().
 */
void power_pin(struct machine *machine);

/* Puts back what power_pin() changed; nothing if it changed nothing. */
void power_restore(const struct machine *machine);
