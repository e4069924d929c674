#pragma once
/* The breadcrumb on the stick, from one start of the program to the next. */
#include "efi/stick/volume.h"
#include "lib/boot/breadcrumb.h"

#define RESULTS_FOLDER "results"

/*
 * The newest breadcrumb that this machine has left.  Its state is BREADCRUMB_NONE if
 * there is none, or none that can be read.  What other machines left is theirs.
 */
void run_marker_read(const struct volumes *volumes, uint32_t machine,
                     struct breadcrumb *breadcrumb);

/*
 * True if this volume has a breadcrumb of this machine whose results are on their way:
 * then somebody has allowed to write here, for as long as that lasts.
 */
bool run_marker_is_pending_on(const struct volume *volume, uint32_t machine);

/* True if some volume has results\FOLDER. */
bool run_marker_has_folder(const struct volumes *volumes, const char *folder);

/*
 * A copy of the breadcrumb in a folder says whose it is: first that its files are to
 * come, at last that they are there.  Its nonce decides, because ids come again.
 */
EFI_STATUS run_marker_mark(const struct firmware *firmware, const struct volume *volume,
                           const char *path, const struct breadcrumb *breadcrumb,
                           enum breadcrumb_state state);

/* What the mark in a folder says of this run; BREADCRUMB_NONE: it is not its folder. */
enum breadcrumb_state run_marker_mark_of(const struct volume *volume, const char *path,
                                         const struct breadcrumb *breadcrumb);

/*
 * Puts it, with the next sequence number, where there is one of this machine already,
 * or on the first volume that takes it.  The status is the first one's if none does.
 */
EFI_STATUS run_marker_write(const struct volumes *volumes,
                            struct breadcrumb *breadcrumb);
