#pragma once
#include "lib/base/line.h"
#include "lib/codes/pack_model.h"

#define PACK_MEASURED (PACK_STATISTICS + PACK_ARMS)

/*
 * Writes those fields from fields, or reads them into line with commas between; false,
 * and only a bit done, if the row holds anything but such numbers.
 */
bool pack_measured(struct packer *packer, const struct text_slice *fields,
                   struct line *line);

/*
 * The same for one field, as the difference to p50, ci99_lo or ci99_hi (which: 0, 1, 2)
 * of the measured row that it stands behind, or to 0 (3).
 */
bool pack_near_measured(struct packer *packer, unsigned which, struct text_slice field,
                        struct line *line);
