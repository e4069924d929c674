#pragma once
#include "efi/firmware/firmware.h"
#include "lib/stream/log_header.h"
#include "lib/stream/outcome.h"
#include "lib/stream/unpack.h"

/* What came home, on at most 23 lines: as the screen has shown it when it was done. */
void recovery_report_print(const struct firmware *firmware,
                           const struct log_header *header,
                           const struct unpack_run *run, const struct outcome *outcome);
