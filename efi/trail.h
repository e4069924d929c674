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

/*
 * Puts it where there is one already, or on the first volume that takes it.  The
 * status is the last one's if none does.
 */
EFI_STATUS trail_write(const struct volumes *volumes,
                       const struct breadcrumb *breadcrumb);
