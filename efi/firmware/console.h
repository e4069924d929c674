#pragma once
/* The firmware's console, before it is left. */
#include "efi/firmware/firmware.h"

/* ASCII only; '\n' becomes CR LF. */
void console_print(const struct firmware *firmware, const char *text);

/* What line_format() makes of it, as far as a line goes. */
void console_format(const struct firmware *firmware, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
