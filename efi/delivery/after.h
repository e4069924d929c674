#pragma once
#include "efi/takeover/program.h"

/* Only the tests' debugexit ends it as well; they take care of what they do. */
static inline bool after_ends_machine(enum config_after after)
{
	return after == AFTER_REBOOT || after == AFTER_SHUTDOWN;
}

/*
 * What the option says, with the firmware's services still there.  Returns only for
 * `wait`, after a key was pressed: then the program does.
 */
void after_with_firmware(struct program *program, enum config_after after,
                         unsigned status);

/* The same when they are gone: returns for `wait`, and if nothing works. */
void after_alone(struct program *program, unsigned status);
