#pragma once
/* Lines as C strings. */
#include "lib/base/line.h"
#include "tests/unit/support/unit.h"

static inline const char *line_text(const struct line *line)
{
	static char text[LINE_CAPACITY + 1];

	line_to_string(line, text, sizeof text);
	return text;
}
