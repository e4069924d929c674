#pragma once
/* What machine.csv has of physical addresses and of keys of RAM. */
#include "lib/machine/physical.h"
#include "lib/stream/record.h"

/* physical_limit, tme_activate, amd_syscfg; a register that is not there is empty. */
void physical_record(const struct physical *physical, struct record *record);
