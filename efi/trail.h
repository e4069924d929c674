#pragma once
/* The breadcrumb on the stick, from one start of the program to the next. */
#include "efi/volume.h"
#include "lib/breadcrumb.h"

#define RESULTS_FOLDER "results"

/*
 * The breadcrumb there is: one of a run nobody has seen the results of comes first. Its
 * state is BREADCRUMB_NONE if there is none, or none that can be read.
 */
void trail_read(const struct volumes *volumes, struct breadcrumb *breadcrumb);

/* True if some volume has results\FOLDER. */
bool trail_has_folder(const struct volumes *volumes, const char *folder);

/*
 * A copy of the breadcrumb in a folder says whose it is: first that its files are to
 * come, at last that they are there.  Its nonce decides, because ids come again.
 */
EFI_STATUS trail_mark(const struct firmware *firmware, const struct volume *volume,
                      const char *path, const struct breadcrumb *breadcrumb,
                      enum breadcrumb_state state);

/* What the mark in a folder says of this run; BREADCRUMB_NONE: it is not its folder. */
enum breadcrumb_state trail_mark_of(const struct volume *volume, const char *path,
                                    const struct breadcrumb *breadcrumb);

/*
 * Puts it where there is one already, or on the first volume that takes it.  The
 * status is the last one's if none does.
 */
EFI_STATUS trail_write(const struct volumes *volumes,
                       const struct breadcrumb *breadcrumb);
