#pragma once
#include "efi/firmware.h"
#include "lib/config.h"

/*
 * Options from tlbmark.cfg in the root of the volume the program came from, then from
 * that of a volume labelled TLBMARK, then from the command line.  A file that cannot
 * be read is a bad option, named like a bad line.  load_options is left as the text
 * that was used, or says why there is none.
 */
void options_read(const struct firmware *firmware, struct config *config,
                  char *load_options, size_t capacity);
