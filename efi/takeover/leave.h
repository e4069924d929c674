#pragma once
#include "efi/takeover/program.h"

/*
 * Room for the memory map to grow, and for the paint that is made of it: it may have
 * grown since it was read first, and from the first try on there is no allocating any.
 * An error if the paint would not be whole.
 */
EFI_STATUS leave_make_room(struct program *program);

/*
 * Leaves boot services; no firmware service but the runtime ones may be called
 * afterwards.  The map may change between reading it and leaving, so this is tried up
 * to 16 times, with no allocation and nothing printed from the first try on.
 */
EFI_STATUS leave_boot_services(struct program *program);

/* What its status means, for people. */
const char *leave_problem(EFI_STATUS status);
