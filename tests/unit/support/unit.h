#pragma once
/* What every unit test includes: cmocka, and what it wants before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/line.h"

#define TEST(name) static void name(void **state __attribute__((unused)))

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A line as a C string, until the next one. */
static inline const char *line_text(const struct line *line)
{
	static char text[LINE_CAPACITY + 1];

	line_to_string(line, text, sizeof text);
	return text;
}
