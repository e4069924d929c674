#include "lib/screen/canvas.h"

#include "lib/screen/font.h"

#define CELL_WIDTH 8u
#define CELL_HEIGHT 16u
#define DOT_HEIGHT (CELL_HEIGHT / FONT_ROWS)
#define DOT_LEFT 1u /* of a character's pixels, before its first dot */
#define WIDTH (CANVAS_COLUMNS * CELL_WIDTH)
#define HEIGHT (CANVAS_ROWS * CELL_HEIGHT)

#define QR_PIXELS 5u
#define QR_VERSION_LEAST 10u

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

struct canvas canvas_on(const struct framebuffer *framebuffer)
{
	const uint32_t fits =
		smaller(framebuffer->width / WIDTH, framebuffer->height / HEIGHT);
	const uint32_t scale = fits == 0 ? 1 : fits;

	return (struct canvas){
		.framebuffer = *framebuffer,
		.scale = scale,
		.left = fits == 0 ? 0 : (framebuffer->width - scale * WIDTH) / 2,
		.above = fits == 0 ? 0 : (framebuffer->height - scale * HEIGHT) / 2,
	};
}

void canvas_clear(const struct canvas *canvas, uint32_t colour)
{
	framebuffer_fill(&canvas->framebuffer, 0, 0, UINT32_MAX, UINT32_MAX, colour);
}

struct place {
	uint32_t x, y; /* pixels */
};

static void put_glyph(const struct canvas *canvas, struct place at, char c,
                      uint32_t foreground, uint32_t background)
{
	const uint32_t scale = canvas->scale;

	framebuffer_fill(&canvas->framebuffer, at.x, at.y, CELL_WIDTH * scale,
	                 CELL_HEIGHT * scale, background);
	for (unsigned row = 0; row < FONT_ROWS; row++)
		for (unsigned column = 0; column < FONT_COLUMNS; column++)
			if (font_dot(c, column, row))
				framebuffer_fill(&canvas->framebuffer,
				                 at.x + (DOT_LEFT + column) * scale,
				                 at.y + row * DOT_HEIGHT * scale, scale,
				                 DOT_HEIGHT * scale, foreground);
}

static struct place place_of(const struct canvas *canvas, unsigned column, unsigned row)
{
	return (struct place){
		canvas->left + column * CELL_WIDTH * canvas->scale,
		canvas->above + row * CELL_HEIGHT * canvas->scale,
	};
}

void canvas_text(const struct canvas *canvas, unsigned column, unsigned row,
                 const char *text, size_t length, uint32_t colour)
{
	if (row >= CANVAS_ROWS)
		return;
	for (size_t i = 0; i < length && column < CANVAS_COLUMNS; i++, column++)
		put_glyph(canvas, place_of(canvas, column, row), text[i], colour,
		          COLOUR_BLACK);
}

void canvas_bar(const struct canvas *canvas, unsigned row, uint32_t done, uint32_t all)
{
	const uint32_t width = WIDTH * canvas->scale;
	const uint32_t height = CELL_HEIGHT * canvas->scale;
	const struct place at = place_of(canvas, 0, row);
	const uint32_t edge = 2 * canvas->scale;
	uint32_t filled = width;

	if (row >= CANVAS_ROWS)
		return;
	if (done < all)
		filled = (uint32_t)((uint64_t)width * done / all);
	framebuffer_fill(&canvas->framebuffer, at.x, at.y + edge, filled,
	                 height - 2 * edge, COLOUR_GREEN);
	framebuffer_fill(&canvas->framebuffer, at.x + filled, at.y + edge,
	                 width - filled, height - 2 * edge, 0x333333u);
}

/* Pixels of the square below the first line, which has its edge above it. */
static uint32_t qr_room(const struct canvas *canvas)
{
	const struct framebuffer *const framebuffer = &canvas->framebuffer;
	const uint32_t text = CELL_HEIGHT * canvas->scale;

	if (framebuffer->height <= text)
		return 0;
	return smaller(framebuffer->width, framebuffer->height - text);
}

static unsigned qr_modules(unsigned version)
{
	return 17 + 4 * version + 2 * QR_QUIET;
}

unsigned canvas_qr_version(const struct canvas *canvas)
{
	unsigned version = QR_VERSION_MAX;

	while (version > QR_VERSION_LEAST &&
	       qr_modules(version) * QR_PIXELS > qr_room(canvas))
		version--;
	return version;
}

bool canvas_qr(const struct canvas *canvas, const struct qr *qr, const char *text,
               size_t length)
{
	const struct framebuffer *const framebuffer = &canvas->framebuffer;
	const uint32_t above = CELL_HEIGHT * canvas->scale;
	const uint32_t pixels = qr_room(canvas) / qr_modules(qr->version);
	const uint32_t side = qr->side * pixels;

	canvas_clear(canvas, COLOUR_WHITE);
	for (size_t i = 0; i < length && i < CANVAS_COLUMNS; i++)
		put_glyph(canvas,
		          (struct place){ canvas->left + (uint32_t)i * CELL_WIDTH *
		                                                 canvas->scale,
		                          0 },
		          text[i], COLOUR_BLACK, COLOUR_WHITE);
	if (pixels == 0)
		return false;

	const uint32_t left = (framebuffer->width - side) / 2;
	const uint32_t top = above + (framebuffer->height - above - side) / 2;

	for (unsigned y = 0; y < qr->side; y++)
		for (unsigned x = 0; x < qr->side; x++)
			if (qr_is_dark(qr, x, y))
				framebuffer_fill(framebuffer, left + x * pixels,
				                 top + y * pixels, pixels, pixels,
				                 COLOUR_BLACK);
	return true;
}
