#pragma once
#include "efi/program.h"

/*
 * Looks for the results of an earlier start, which program->trail tells of: writes them
 * to every volume of the stick, or says that they are lost and what to do.  Returns the
 * status of that run, or -1 if there was none to look for.
 */
int homecoming(struct program *program);

/*
 * True, and said, if this is the start that `after = reboot` led to: a stick that the
 * machine prefers would else measure and reboot for ever.  Another `run` is a new one.
 */
bool homecoming_follows_reboot(const struct program *program);
