#pragma once
#include "lib/pack_line.h"

#define PACK_MEASURED (PACK_STATISTICS + PACK_ARMS)

/*
 * Writes those fields from fields, or reads them into line with commas between; false,
 * and only a bit done, if the row holds anything but such numbers.
 */
bool pack_measured(struct packer *packer, const struct text_slice *fields,
                   struct line *line);
