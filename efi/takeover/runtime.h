#pragma once
/* The firmware's runtime services, called when it has been left. */
#include "efi/takeover/program.h"

/*
 * Calls with the firmware's own registers and page tables, which stay in use from then
 * on.  True if the call came back: a fault in it ends here.  One that hangs is not.
 */
bool runtime_call(struct program *program, void (*call)(void *), void *argument);
