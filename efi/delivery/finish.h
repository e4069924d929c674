#pragma once
#include "efi/takeover/program.h"

/* The last record, and then what the user asked for with "after". */
_Noreturn void finish(struct program *program, enum run_status status);

/*
 * Nothing is said any more, on no line and no screen: what is in RAM has its header
 * closed, and the machine resets if it was to.
 */
_Noreturn void finish_silently(struct program *program);
