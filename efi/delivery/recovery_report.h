#pragma once
#include "efi/firmware/firmware.h"
#include "lib/stream/outcome.h"
#include "lib/stream/seal.h"
#include "lib/stream/unpack.h"

/* What came home, on at most 23 lines: as the screen has shown it when it was done. */
void arrival_print(const struct firmware *firmware, const struct seal *seal,
                   const struct unpack_run *run, const struct outcome *outcome);
