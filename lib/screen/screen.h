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
#include "lib/screen/screen_draw.h"

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
