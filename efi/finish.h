#pragma once
#include "efi/program.h"

/* The last record, and then what the user asked for with "after". */
_Noreturn void finish(struct program *program, enum run_status status);
