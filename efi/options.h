#pragma once
#include "efi/volume.h"
#include "lib/config.h"

/*
 * Options from tlbmark.cfg in the root of each volume, in their order, then from the
 * command line.  A file that cannot be read is a bad option, named like a bad line.
 * load_options is left as the text that was used, or says why there is none.
 */
void options_read(const struct firmware *firmware, const struct volumes *volumes,
                  struct config *config, char *load_options, size_t capacity);
