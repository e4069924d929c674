#pragma once
#include "efi/takeover/program.h"

/*
 * Whether paging has five levels while it measures, and why: as found, or as the option
 * la57 wants it.  After low was allocated, before all below.
 */
void takeover_choose_levels(struct program *program);

/* Frames the own tables, stacks and processors will take; the map may still grow a
 * little. */
uint64_t takeover_frames(const struct program *program);

/*
 * Allocates coats of paint for as many descriptors as the map has room for and what is
 * our own, in place of those that are too few for that.
 */
EFI_STATUS takeover_fit_paints(struct program *program);

/*
 * Builds the own tables and stacks, still under the firmware's: nothing is loaded yet.
 * All memory is read-only but ours, the MMIO in use and the runtime services' data.
 */
enum err takeover_build(struct program *program) MUST_CHECK;

/*
 * Makes the processor ours: PIC masked, own GDT, IDT, TSS, control registers, tables.
 * Runs on the own stack, since the firmware's is read-only behind this.
 */
void takeover_enter(struct program *program);
