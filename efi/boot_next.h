#pragma once
#include "efi/firmware.h"

/*
 * Asks the firmware to start the device of this start once more.  NULL if it will; else
 * why nobody can say where a reset leads.
 */
const char *boot_next_set(const struct firmware *firmware);
