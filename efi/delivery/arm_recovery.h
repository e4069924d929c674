#pragma once
#include "efi/takeover/program.h"

/*
 * Leaves on the stick what the next start has to know of this run, in the state given:
 * its folder, which no volume has yet, its nonce, where its results will be.  For a
 * pending run it also asks the firmware to start this program again, and sets
 * program->resets if that was kept; it takes that back if the stick does not take it.
 */
EFI_STATUS arm_recovery(struct program *program, enum run_marker_state state);
