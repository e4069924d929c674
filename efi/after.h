#pragma once
#include "efi/program.h"

/*
 * What the option says, with the firmware's services still there.  Returns only for
 * `wait`, after a key was pressed: then the program does.
 */
void after_with_firmware(struct program *program, enum config_after after,
                         unsigned status);

/* The same when they are gone: returns for `wait`, and if nothing works. */
void after_alone(struct program *program, unsigned status);
