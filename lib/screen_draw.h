#pragma once
/* The layout of the screen's pages; lib/screen.c knows when and what. */
#include "lib/screen.h"

/* One of the 25 lines, as far as it is not there already. */
void screen_draw_line(struct screen *screen, unsigned row, const struct line *line);

void screen_draw_running(struct screen *screen);
void screen_draw_summary(struct screen *screen);

/* Code 0 says the summary in words, the others hold the run. */
void screen_draw_code(struct screen *screen, unsigned code);
