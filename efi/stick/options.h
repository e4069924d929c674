#pragma once
#include "efi/stick/volume.h"
#include "lib/options/config.h"

#define OPTIONS_CHARS 512u

/*
 * Options from tlbmark.cfg beside the program on the server of PXE or HTTP boot, then
 * in the root of each volume, in their order, then from the command line.  What cannot
 * be read of either is a bad option, named like a bad line. text becomes that of the
 * command line, in OPTIONS_CHARS characters; shown, for people, is as much of it as
 * fits, or says why there is none.
 */
void options_read(const struct firmware *firmware, const struct volumes *volumes,
                  struct config *config, char *text, char *shown, size_t capacity);
