#pragma once
/*
 * ASCII in dots, five wide; seven rows stand on the line and one hangs below it.  Drawn
 * for this program.
 */
#include <stdbool.h>

#define FONT_FIRST ' '
#define FONT_LAST '~'
#define FONT_COLUMNS 5u
#define FONT_ROWS 8u

/* '#' is a dot; rows are separated by blanks. */
extern const char font_glyphs[FONT_LAST - FONT_FIRST + 1]
			     [FONT_ROWS * (FONT_COLUMNS + 1)];

/* What is no character of the font is a question mark. */
static inline bool font_dot(char c, unsigned column, unsigned row)
{
	if (c < FONT_FIRST || c > FONT_LAST)
		c = '?';
	return font_glyphs[c - FONT_FIRST][row * (FONT_COLUMNS + 1) + column] == '#';
}
