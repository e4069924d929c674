#pragma once
/* What the screen shows, and the layout of its pages; lib/screen/screen.c knows when.
 */
#include "lib/base/sink.h"
#include "lib/codes/pack.h"
#include "lib/screen/canvas.h"
#include "lib/stream/capture.h"
#include "lib/stream/outcome.h"

#define SCREEN_MESSAGES 12u
#define SCREEN_PAGE_SECONDS 6u

struct screen_clock {
	uint64_t (*now)(void *context); /* never goes back */
	void *context;
	/* Of now(); 0: unknown, taken for 1 GHz.  May be put right in the screen later.
	 */
	uint64_t hz;
};

struct screen {
	struct sink sink;
	struct canvas canvas;
	struct screen_clock clock;
	struct capture capture;
	/*
	 * The last of the 25 lines: where the results are, and what is to be done now.
	 * To be set before the run is done; NULL: in the codes alone.
	 */
	const char *where;

	char run_id[CAPTURE_NAME_MAX + 1];
	char activity[CANVAS_COLUMNS];
	uint32_t first_step, step, steps;
	uint64_t began_at, first_at, step_at, drawn_at, done_at;
	bool is_done;
	uint32_t status;
	unsigned message_count;
	char messages[SCREEN_MESSAGES][CANVAS_COLUMNS];
	/* What the summary says; as it was, where a part of a file is cut. */
	struct outcome outcome, outcome_before_part;

	/* What is in the cells of the screen; 0 where nobody knows. */
	char shown[CANVAS_ROWS][CANVAS_COLUMNS];
	uint32_t bar; /* parts of 1000 that are filled */

	unsigned codes; /* once the run is done */
	unsigned page;  /* that is shown, from 1; 0: none */
	struct pack pack;
	struct qr qr;
	char text[QR_TEXT_MAX + 1];
};

/* One of the 25 lines, as far as it is not there already. */
void screen_draw_line(struct screen *screen, unsigned row, const struct line *line);

void screen_draw_running(struct screen *screen);
void screen_draw_summary(struct screen *screen);

/* Code 0 says the summary in words, the others hold the run. */
void screen_draw_code(struct screen *screen, unsigned code);
