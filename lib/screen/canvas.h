#pragma once
/*
 * A framebuffer as 80 x 25 characters of 8 x 16 pixels, enlarged by a whole factor as
 * far as they fit, in the middle; and as one QR code below a line of text.
 */
#include "lib/codes/qr.h"
#include "lib/screen/framebuffer.h"

#define CANVAS_COLUMNS 80u
#define CANVAS_ROWS 25u

struct canvas {
	struct framebuffer framebuffer;
	uint32_t scale;       /* screen pixels of one of a character's, 1 at least */
	uint32_t left, above; /* pixels beside the characters */
};

struct canvas canvas_on(const struct framebuffer *framebuffer);

void canvas_clear(const struct canvas *canvas, uint32_t colour);

/* One line of length characters; what goes beyond the 80th is left out. */
void canvas_text(const struct canvas *canvas, unsigned column, unsigned row,
                 const char *text, size_t length, uint32_t colour);

/* A bar across a line, filled for done of all. */
void canvas_bar(const struct canvas *canvas, unsigned row, uint32_t done, uint32_t all);

/*
 * The largest QR version whose modules are five pixels wide below the line of text,
 * which telephones read from a screen; at least 10, with fewer pixels on a small
 * screen.
 */
unsigned canvas_qr_version(const struct canvas *canvas);

/*
 * Black on white over the whole screen, with text in its first line.  False, and
 * nothing drawn but the text, if the screen has fewer pixels than the code has modules.
 */
bool canvas_qr(const struct canvas *canvas, const struct qr *qr, const char *text,
               size_t length);
