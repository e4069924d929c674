#pragma once
/* Arming a watchdog of the chipset. */
#include "lib/machine/watchdog.h"

/*
 * Does the steps; registers in memory must be mapped.  False if one of them shows that
 * the watchdog does not run or cannot reset the machine: nothing is to be waited for
 * then, though it may be armed in part.
 */
bool watchdog_arm(const struct watchdog *watchdog);

/*
 * Configuration space by ports CF8h and CFCh, one access at a time with interrupts off,
 * since handlers of the firmware may use them too.
 */
uint32_t pci_read(const struct pci_bus *bus, unsigned device, unsigned function,
                  unsigned offset);
