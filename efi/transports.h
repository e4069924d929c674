#pragma once
#include "efi/program.h"

/*
 * Which of the chosen ways out there are on this machine, said on the console, and all
 * they need before the firmware is left: memory, the breadcrumb, the next boot's
 * device.  EFI_NOT_FOUND if there is none.
 */
EFI_STATUS transports_plan(struct program *program);

/* Opens the sinks of those, with the memory they need mapped. */
void transports_open(struct program *program);
