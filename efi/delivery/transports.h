#pragma once
#include "efi/takeover/program.h"

/* Memory for results that stay in RAM, if that is chosen and there is enough. */
void transports_alloc(struct program *program);

/*
 * Which of the chosen ways out there are on this machine, said on the console, and what
 * they need before the firmware is left: the run marker, the next boot's device.
 * EFI_NOT_FOUND if there is none.
 */
EFI_STATUS transports_plan(struct program *program);

/* At the end of a run: serial ports that did not take all that was said. */
void transports_record_losses(struct program *program);

/* Opens the sinks of those, with the memory they need mapped. */
void transports_open(struct program *program);
