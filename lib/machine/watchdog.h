#pragma once
/*
 * Hardware watchdogs that reset the machine where its firmware does not: which one
 * there is, and the accesses to its registers that arm it.  Found out before the
 * firmware is left; nothing here touches a register (lib/chipset/watchdog.h does).
 */
#include "lib/machine/acpi.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * After so many seconds it bites: behind the processor that stands guard for 10, and
 * long after any firmware that resets at all.
 */
#define WATCHDOG_SECONDS 12u

/* A table that needs more of one of the two is not used. */
#define WATCHDOG_STEPS 24u
#define WATCHDOG_MOST_SECONDS 120u

enum watchdog_action {
	WATCHDOG_WRITE,  /* value, and what the register has in the bits of keep */
	WATCHDOG_EXPECT, /* it reads as value in the bits of keep, else it is not armed
	                  */
};

/* One access, to an I/O port or to memory. */
struct watchdog_step {
	uint64_t address;
	uint8_t action; /* enum watchdog_action */
	uint8_t space;  /* ACPI_IO or ACPI_MEMORY */
	uint8_t bytes;  /* 1, 2 or 4 */
	uint32_t keep;  /* 0: written without being read */
	uint32_t value;
};

struct watchdog {
	const char *name; /* NULL: there is none */
	uint32_t seconds; /* in which it has bitten, at the latest */
	uint32_t count;
	struct watchdog_step steps[WATCHDOG_STEPS];
};

/*
 * By the WDAT table (Microsoft, "Hardware Watchdog Timers Design Specification").
 * ERR_ABSENT if the watchdog is switched off there, if its times are of no use, or if
 * it is in the clock's ports, which take an index first; ERR_DAMAGED if the table
 * contradicts itself.  No watchdog is left behind then.
 */
enum err watchdog_by_wdat(const struct acpi_table *wdat,
                          struct watchdog *watchdog) MUST_CHECK;

/* Configuration space of PCI bus 0; the tests have arrays in its place. */
struct pci_bus {
	/* The doubleword at offset, a multiple of 4; all ones where nothing answers. */
	uint32_t (*read)(const struct pci_bus *bus, unsigned device, unsigned function,
	                 unsigned offset);
};

/*
 * By the PCI ids of the chipset: Intel's TCO timer, AMD's watchdog.  ERR_ABSENT on a
 * machine with another, or where its registers are not decoded.  Not used are Intel's
 * of the 100 to 300 series and C620, whose NO_REBOOT bit is in a device that firmware
 * hides, those of Atoms, and AMD's before family 17h.
 */
enum err watchdog_by_pci(const struct pci_bus *bus,
                         struct watchdog *watchdog) MUST_CHECK;

/* One step more; false, and no watchdog, where there is no room for it. */
bool watchdog_add(struct watchdog *watchdog, struct watchdog_step step);
