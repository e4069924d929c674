#pragma once
#include "efi/takeover/program.h"

struct recover {
	bool was_due; /* there was a run to look for */
	bool arrived; /* and the stick, or a server, has all that is needed of it */
	uint32_t status;
};

/*
 * Looks for the results of an earlier start, which program->marker tells of: writes
 * them to every volume of the stick and to the server, or says that they are lost and
 * what to do.
 */
struct recover recover(struct program *program);

/*
 * True, and said, if this is the start that `after = reboot` led to: a stick that the
 * machine prefers would else measure and reboot for ever.  Another `run` is a new one.
 */
bool recovery_follows_reboot(const struct program *program);
