#pragma once
#include "efi/firmware.h"
#include "lib/outcome.h"
#include "lib/seal.h"
#include "lib/unpack.h"

/* What came home, on at most 23 lines: as the screen has shown it when it was done. */
void arrival_print(const struct firmware *firmware, const struct seal *seal,
                   const struct unpack_run *run, const struct outcome *outcome);
