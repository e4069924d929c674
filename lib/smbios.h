#pragma once
/* What the machine calls itself (DMTF DSP0134, "System Management BIOS"). */
#include "lib/acpi.h"
#include "lib/text.h"

/*
 * The name of the board, or of the system where the board has none, as the firmware
 * has it; empty if there is none.  entry is the physical address of either entry point.
 */
void smbios_board(const struct physical_memory *memory, uint64_t entry, char *name,
                  size_t capacity);

/* Lower-case letters, digits and single dashes of a name, for a folder. */
void smbios_short_name(const char *name, char *to, size_t capacity);
