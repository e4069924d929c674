#pragma once
/* What the machine calls itself (DMTF DSP0134, "System Management BIOS"). */
#include "lib/base/text.h"
#include "lib/machine/acpi.h"

/*
 * The name of the board, or of the system where the board has none, as the firmware
 * has it; empty if there is none.  entry is the physical address of either entry point.
 */
void smbios_board(const struct physical_memory *memory, uint64_t entry, char *name,
                  size_t capacity);

/*
 * A checksum of what tells this machine from others: its UUID, makers, names, versions
 * and serial numbers of system and board, and serial numbers of its memory, which
 * results that wait in RAM are in.  The same at every start, which MAC addresses are
 * not: a start that connects the boot device only has no network interface yet
 * (UEFI 2.10 3.1 "Firmware Boot Manager").  0 if there is nothing of it.
 */
uint32_t smbios_identity(const struct physical_memory *memory, uint64_t entry);

/* Lower-case letters, digits and single dashes of a name, for a folder. */
void smbios_short_name(const char *name, char *to, size_t capacity);
