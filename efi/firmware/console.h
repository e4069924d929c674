#pragma once
/* The firmware's console, before it is left. */
#include "efi/firmware/firmware.h"

/* ASCII only; '\n' becomes CR LF. */
void console_print(const struct firmware *firmware, const char *text);
