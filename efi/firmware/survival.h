#pragma once
/* Whether what is in RAM is there after a reset. */
#include "efi/firmware/firmware.h"
#include "lib/machine/machine.h"

/* Reads what the firmware was asked to do with RAM at its next start. */
void survival_read(const struct firmware *firmware, struct machine *machine);

/* Why RAM comes back with other content, for certain; NULL if nothing says so. */
const char *survival_problem(const struct machine *machine);
