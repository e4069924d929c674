#pragma once
/* Where a run's marker is kept: on the stick, or in a variable where there is none. */
#include "efi/takeover/program.h"

/*
 * Reads what earlier starts have left into program->marker.  A variable counts if
 * results wait that it tells of, or no volume tells of a run.
 */
void keep_marker_read(struct program *program);

/*
 * Writes program->marker where it belongs: program->marker_is_variable.  A variable of
 * a run that needs no more of it is deleted.
 */
EFI_STATUS keep_marker_write(struct program *program);
