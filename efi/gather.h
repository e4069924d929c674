#pragma once
#include "efi/firmware/firmware.h"
#include "efi/firmware/memory.h"
#include "lib/machine/machine.h"

/* Facts that only the firmware can tell: names, tables, date. */
void gather_machine(const struct firmware *firmware, const struct memory_map *map,
                    const struct config *config, struct machine *machine);

/* A run id from the date and the TSC, where the user gave none. */
void gather_run_id(struct machine *machine, const struct config *config);

/*
 * Why this machine cannot be measured on; NULL if it can.  An encrypted guest's memory
 * needs bits in the page tables that this program does not set.
 */
const char *gather_refusal(void);
