#pragma once
/*
 * The screen of a run whose firmware is gone: a reader of the record stream like the
 * one at the other end of the serial line.  While the run goes on it shows the stage,
 * the time and what was said last; when it has ended, a summary and the run in QR
 * codes, page after page.
 *
 * It draws where the stream is written, thus between measurements, once a second at
 * most but for messages, and only what has changed.
 */
#include "lib/canvas.h"
#include "lib/capture.h"
#include "lib/costs.h"
#include "lib/pack.h"
#include "lib/sink.h"

#define SCREEN_MESSAGES 12u
#define SCREEN_PAGE_SECONDS 6u

struct screen_clock {
	uint64_t (*now)(void *context); /* never goes back */
	void *context;
	/* Of now(); 0: unknown, taken for 1 GHz.  May be put right in the screen later.
	 */
	uint64_t hz;
};

/* What the summary says; counted anew where a part of a file was cut. */
struct screen_tally {
	uint32_t ok, skipped, failed; /* rows of results.csv; timeouts are failed */
	uint32_t refused;             /* must cells of verify.csv that failed */
	struct costs costs;
	char env[16], valid[4], reason[CANVAS_COLUMNS];
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
	struct screen_tally tally, tally_before_part;

	/* What is in the cells of the screen; 0 where nobody knows. */
	char shown[CANVAS_ROWS][CANVAS_COLUMNS];
	uint32_t bar; /* parts of 1000 that are filled */

	unsigned codes; /* once the run is done */
	unsigned page;  /* that is shown, from 1; 0: none */
	struct pack pack;
	struct qr qr;
	char text[QR_TEXT_MAX + 1];
};

/* Clears the screen.  The sink is to be added to the record. */
void screen_open(struct screen *screen, const struct framebuffer *framebuffer,
                 const struct screen_clock *clock);

/*
 * Once the run is done: shows the page that is due.  To be called again and again, in
 * less than a second each time.  Page 1 is the summary, page 2 a code that says the
 * same in words, the others are the run's codes.
 */
void screen_turn(struct screen *screen);

unsigned screen_pages(const struct screen *screen);

/* True once each page has had its time. */
bool screen_has_turned(const struct screen *screen);

/* Draws a page now. */
void screen_show(struct screen *screen, unsigned page);
