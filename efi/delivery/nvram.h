#pragma once
/*
 * Results in variables of the firmware, in codes as the screen shows them, a variable
 * each.  The last resort, for a machine with neither a serial line nor RAM that
 * survives a reset.  Only for those who ask for it.
 */
#include "efi/takeover/program.h"
#include "lib/stream/log_header.h"

/*
 * With the firmware: whether it takes variables and has room for them, said on the
 * console if not.  What another run has left there is deleted.
 */
bool nvram_plan(struct program *program);

/* Without it: packs the stream of program->ram_log and writes it. */
void nvram_write(struct program *program);

/*
 * What the run of program->marker has left, as a stream with its header in memory of
 * its own; NULL if it is not there.  What is missing is said on the console.
 */
const struct log_header *nvram_find(struct program *program);

/* Deletes what that run has left, and what nobody can read: others are waited for. */
void nvram_forget(struct program *program);
