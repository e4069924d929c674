#pragma once
/* The run marker on the stick, from one start of the program to the next. */
#include "efi/stick/volume.h"
#include "lib/boot/run_marker.h"

#define RESULTS_FOLDER "results"

/*
 * The newest run marker that this machine has left.  Its state is RUN_MARKER_NONE if
 * there is none, or none that can be read.  What other machines left is theirs.
 */
void marker_file_read(const struct volumes *volumes, uint32_t machine,
                      struct run_marker *marker);

/*
 * True if this volume has a run marker of this machine whose results are on their way:
 * then somebody has allowed to write here, for as long as that lasts.
 */
bool marker_file_is_pending_on(const struct volume *volume, uint32_t machine);

/* True if some volume has results\FOLDER. */
bool marker_file_has_folder(const struct volumes *volumes, const char *folder);

/*
 * A copy of the run marker in a folder says whose it is: first that its files are to
 * come, at last that they are there.  Its nonce decides, because ids come again.
 */
EFI_STATUS marker_file_mark(const struct firmware *firmware,
                            const struct volume *volume, const char *path,
                            const struct run_marker *marker,
                            enum run_marker_state state);

/* What the mark in a folder says of this run; RUN_MARKER_NONE: it is not its folder. */
enum run_marker_state marker_file_mark_of(const struct volume *volume, const char *path,
                                          const struct run_marker *marker);

/*
 * Puts it, with the next sequence number, where there is one of this machine already,
 * or on the first volume that takes it.  The status is the first one's if none does.
 */
EFI_STATUS marker_file_write(const struct volumes *volumes, struct run_marker *marker);
