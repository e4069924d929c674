/* Characters, bars and codes where they belong, on screens of any size. */
#include "lib/screen/canvas.h"

#include "lib/screen/font.h"
#include "tests/unit/support/pixels.h"

static struct canvas canvas;

static void open_canvas(uint32_t width, uint32_t height)
{
	pixels_open(&pixel_looks[1], width, height, width + 5, 0);
	canvas = canvas_on(&pixels.framebuffer);
	canvas_clear(&canvas, 0x000001);
}

/* The character that stands in a cell, found by comparison with the whole font. */
static char read_cell(unsigned column, unsigned row)
{
	const uint32_t left = canvas.left + column * 8 * canvas.scale;
	const uint32_t top = canvas.above + row * 16 * canvas.scale;

	for (int c = FONT_FIRST; c <= FONT_LAST; c++) {
		bool same = true;

		for (uint32_t y = 0; y < 16 * canvas.scale; y++)
			for (uint32_t x = 0; x < 8 * canvas.scale; x++) {
				const uint32_t dot = x / canvas.scale - 1;
				const bool lit =
					dot < FONT_COLUMNS &&
					font_dot((char)c, dot, y / canvas.scale / 2);

				same = same &&
				       pixel_at(left + x, top + y) ==
				               (lit ? COLOUR_WHITE : COLOUR_BLACK);
			}
		if (same)
			return (char)c;
	}
	return '\0';
}

TEST(no_two_characters_look_alike)
{
	for (int a = FONT_FIRST; a <= FONT_LAST; a++) {
		const char *const glyph = font_glyphs[a - FONT_FIRST];

		for (unsigned i = 0; i < sizeof font_glyphs[0]; i++)
			assert_true(i % 6 == 5 ? glyph[i] == (i == 47 ? '\0' : ' ')
			                       : glyph[i] == '#' || glyph[i] == '.');
		for (int b = a + 1; b <= FONT_LAST; b++)
			assert_string_not_equal(glyph, font_glyphs[b - FONT_FIRST]);
	}
}

TEST(characters_stand_in_their_cells_at_every_scale)
{
	static const uint32_t sizes[][3] = {
		{ 640, 400, 1 },  { 640, 480, 1 },   { 800, 600, 1 },
		{ 1024, 768, 1 }, { 1280, 1024, 2 }, { 1920, 1080, 2 },
		{ 1366, 768, 1 }, { 3840, 2160, 5 },
	};

	for (unsigned i = 0; i < COUNT_OF(sizes); i++) {
		open_canvas(sizes[i][0], sizes[i][1]);
		assert_int_equal(canvas.scale, sizes[i][2]);
		canvas_text(&canvas, 78, 24, "gQ", 2, COLOUR_WHITE);
		canvas_text(&canvas, 0, 0, "~!", 2, COLOUR_WHITE);
		assert_int_equal(read_cell(78, 24), 'g');
		assert_int_equal(read_cell(79, 24), 'Q');
		assert_int_equal(read_cell(0, 0), '~');
		assert_int_equal(read_cell(1, 0), '!');
		pixels_close();
	}
}

TEST(every_character_can_be_written)
{
	open_canvas(640, 400);
	for (unsigned c = 0; c < 256; c++) {
		const char text = (char)c;

		canvas_text(&canvas, c % 80, c / 80, &text, 1, COLOUR_WHITE);
		assert_int_equal(read_cell(c % 80, c / 80),
		                 c >= ' ' && c <= '~' ? (char)c : '?');
	}
	pixels_close();
}

/* Lit pixels outside of a rectangle. */
static unsigned changed_outside(uint32_t left, uint32_t top, uint32_t width,
                                uint32_t height)
{
	unsigned changed = 0;

	for (uint32_t y = 0; y < pixels.mode.height; y++)
		for (uint32_t x = 0; x < pixels.mode.width; x++)
			changed += (x < left || x - left >= width || y < top ||
			            y - top >= height) &&
			           pixel_at(x, y) != 1;
	return changed;
}

TEST(text_ends_at_the_80th_column_and_the_25th_row)
{
	open_canvas(700, 410);
	canvas_text(&canvas, 79, 3, "abc", 3, COLOUR_WHITE);
	canvas_text(&canvas, 80, 3, "abc", 3, COLOUR_WHITE);
	canvas_text(&canvas, 0, 25, "abc", 3, COLOUR_WHITE);
	canvas_bar(&canvas, 25, 1, 2);
	assert_int_equal(read_cell(79, 3), 'a');
	assert_int_equal(
		changed_outside(canvas.left + 79 * 8, canvas.above + 48, 8, 16), 0);
	pixels_close();
}

TEST(a_screen_smaller_than_the_characters_shows_what_fits)
{
	open_canvas(101, 37);
	for (unsigned row = 0; row < 25; row++)
		for (unsigned column = 0; column < 80; column++)
			canvas_text(&canvas, column, row, "W", 1, COLOUR_WHITE);
	canvas_bar(&canvas, 1, 5, 9);
	canvas_bar(&canvas, 20, 5, 9);
	assert_int_equal(read_cell(0, 0), 'W');
	pixels_close();
}

static uint32_t bar_pixels(uint32_t done, uint32_t all)
{
	uint32_t filled = 0;

	canvas_bar(&canvas, 2, done, all);
	while (filled < 640 &&
	       pixel_at(canvas.left + filled, canvas.above + 40) == COLOUR_GREEN)
		filled++;
	return filled;
}

TEST(a_bar_is_as_long_as_what_is_done)
{
	open_canvas(641, 403);
	assert_int_equal(bar_pixels(0, 7), 0);
	assert_int_equal(bar_pixels(1, 2), 320);
	assert_int_equal(bar_pixels(999, 1000), 639);
	assert_int_equal(bar_pixels(7, 7), 640);
	assert_int_equal(bar_pixels(9, 7), 640);
	assert_int_equal(bar_pixels(0, 0), 640);
	assert_int_equal(bar_pixels(UINT32_MAX - 1, UINT32_MAX), 639);
	assert_int_equal(changed_outside(canvas.left, canvas.above + 32, 640, 16), 0);
	pixels_close();
}

static struct qr qr;

TEST(a_code_is_on_the_screen_as_it_was_encoded_with_light_around_it)
{
	static const uint32_t sizes[][3] = {
		{ 1024, 768, 6 },  { 1920, 1080, 8 }, { 800, 600, 4 },
		{ 1080, 1920, 8 }, { 641, 643, 5 },   { 125, 141, 1 },
	};
	char text[] = "BB8 THIS";

	assert_int_equal(qr_encode(&qr, text, strlen(text), 25), ERR_NONE);
	for (unsigned i = 0; i < COUNT_OF(sizes); i++) {
		const uint32_t pixel = sizes[i][2], side = 117 * pixel;

		open_canvas(sizes[i][0], sizes[i][1]);
		assert_true(canvas_qr(&canvas, &qr, "", 0));

		const uint32_t above = 16 * canvas.scale;
		const uint32_t left = (sizes[i][0] - side) / 2;
		const uint32_t top = above + (sizes[i][1] - above - side) / 2;

		assert_true(left >= 4 * pixel && top - above >= 4 * pixel);
		for (uint32_t y = 0; y < sizes[i][1]; y++)
			for (uint32_t x = 0; x < sizes[i][0]; x++) {
				const uint32_t column = (x - left) / pixel;
				const uint32_t row = (y - top) / pixel;
				const bool dark = x >= left && y >= top &&
				                  column < 117 && row < 117 &&
				                  qr_is_dark(&qr, column, row);

				assert_int_equal(pixel_at(x, y),
				                 dark ? COLOUR_BLACK : COLOUR_WHITE);
			}
		pixels_close();
	}
}

TEST(a_screen_with_fewer_pixels_than_modules_has_no_code)
{
	open_canvas(124, 300);
	assert_int_equal(qr_encode(&qr, "A", 1, 25), ERR_NONE);
	assert_false(canvas_qr(&canvas, &qr, "caption", 7));
	pixels_close();
	open_canvas(300, 12);
	assert_false(canvas_qr(&canvas, &qr, "caption", 7));
	pixels_close();
}

static unsigned version_on(uint32_t width, uint32_t height)
{
	struct framebuffer framebuffer = { .width = width, .height = height };

	canvas = canvas_on(&framebuffer);
	return canvas_qr_version(&canvas);
}

TEST(the_version_is_the_largest_with_five_pixels_a_module)
{
	assert_int_equal(version_on(1920, 1080), 25);
	assert_int_equal(version_on(1024, 768), 25);
	assert_int_equal(version_on(640, 641), 25);
	assert_int_equal(version_on(640, 640), 24);
	assert_int_equal(version_on(800, 600), 22);
	assert_int_equal(version_on(640, 480), 16);
	assert_int_equal(version_on(320, 200), 10);
	assert_int_equal(version_on(8, 8), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_two_characters_look_alike),
		cmocka_unit_test(characters_stand_in_their_cells_at_every_scale),
		cmocka_unit_test(every_character_can_be_written),
		cmocka_unit_test(text_ends_at_the_80th_column_and_the_25th_row),
		cmocka_unit_test(a_screen_smaller_than_the_characters_shows_what_fits),
		cmocka_unit_test(a_bar_is_as_long_as_what_is_done),
		cmocka_unit_test(
			a_code_is_on_the_screen_as_it_was_encoded_with_light_around_it),
		cmocka_unit_test(a_screen_with_fewer_pixels_than_modules_has_no_code),
		cmocka_unit_test(the_version_is_the_largest_with_five_pixels_a_module),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
