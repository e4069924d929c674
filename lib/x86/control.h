#pragma once
/* Control registers: as they were found, and as the measurements want them. */
#include "lib/machine.h"

#include <stdbool.h>

struct registers control_read(void);

/*
 * Sets CR0, CR4, EFER and, if need be, the PAT for this processor.  CR3 stays: the
 * caller loads its own when everything it needs is mapped there.  With nx false the
 * CPU has no NX bit and EFER.NXE stays clear.
 *
 * On: PE MP ET NE WP PG, PAE MCE PGE OSFXSR OSXMMEXCPT, NXE.  Off: all the rest,
 * SMEP, SMAP, CET and PCIDE among them, but VMXE and SMXE stay as found.  LA57 cannot
 * be changed in long mode, so who calls this has refused it already.
 */
void control_take_over(const struct registers *found, bool nx);

/* AMD: LFENCE waits only where the CPU says so or is told to.  True if it does. */
bool control_lfence_waits(bool amd);
