/* Pixels of every format that firmware may have, and nothing beside them. */
#include "tests/unit/support/pixels.h"
#include "tests/unit/support/random.h"

/* What a channel should hold of eight bits, by division. */
static uint32_t channel(uint32_t mask, uint32_t value)
{
	const unsigned bits = (unsigned)__builtin_popcount(mask);
	const uint32_t unit = mask & (~mask + 1);

	return (uint32_t)((uint64_t)value * (UINT64_C(1) << bits) / 256 * unit);
}

static uint32_t expected(const struct pixel_look *look, uint32_t colour)
{
	return channel(look->masks.red, colour >> 16) |
	       channel(look->masks.green, colour >> 8 & 0xff) |
	       channel(look->masks.blue, colour & 0xff);
}

static void assert_filled(const struct pixel_look *look, uint32_t x, uint32_t y,
                          uint32_t width, uint32_t height, uint32_t colour)
{
	framebuffer_fill(&pixels.framebuffer, x, y, width, height, colour);
	for (uint32_t row = 0; row < pixels.mode.height; row++)
		for (uint32_t column = 0; column < pixels.mode.width; column++) {
			const bool inside = column >= x && column - x < width &&
			                    row >= y && row - y < height;

			assert_int_equal(pixel_at(column, row),
			                 inside ? expected(look, colour)
			                        : pixel_untouched());
		}
}

TEST(a_rectangle_is_exact_in_every_format_and_stride)
{
	static const uint32_t strides[] = { 23, 24, 29, 64 };

	for (unsigned i = 0; i < COUNT_OF(pixel_looks); i++)
		for (unsigned k = 0; k < COUNT_OF(strides); k++)
			for (unsigned off = 0; off < 4; off++) {
				pixels_open(&pixel_looks[i], 23, 11, strides[k], off);
				assert_filled(&pixel_looks[i], 3, 2, 7, 5, 0x12c4fe);
				pixels_close();
			}
}

TEST(white_is_white_and_black_is_black)
{
	for (unsigned i = 0; i < COUNT_OF(pixel_looks); i++) {
		const struct pixel_masks *const masks = &pixel_looks[i].masks;
		const uint32_t all = masks->red | masks->green | masks->blue;

		pixels_open(&pixel_looks[i], 2, 1, 2, 0);
		framebuffer_fill(&pixels.framebuffer, 0, 0, 1, 1, COLOUR_BLACK);
		framebuffer_fill(&pixels.framebuffer, 1, 0, 1, 1, COLOUR_WHITE);
		assert_int_equal(pixel_at(0, 0), 0);
		/* More bits than eight are filled to 255/256 of what there is. */
		assert_true((pixel_at(1, 0) & ~all) == 0);
		assert_true(pixel_at(1, 0) >= all - (all >> 6));
		pixels_close();
	}
}

TEST(what_goes_over_an_edge_is_cut)
{
	static const uint32_t places[] = { 0, 1, 12, 13, 14, 100, UINT32_MAX };
	static const uint32_t sizes[] = { 0, 1, 2, 13, 50, UINT32_MAX };

	for (unsigned x = 0; x < COUNT_OF(places); x++)
		for (unsigned y = 0; y < COUNT_OF(places); y++)
			for (unsigned w = 0; w < COUNT_OF(sizes); w++)
				for (unsigned h = 0; h < COUNT_OF(sizes); h++) {
					pixels_open(&pixel_looks[4], 13, 14, 17, 1);
					assert_filled(&pixel_looks[4], places[x],
					              places[y], sizes[w], sizes[h],
					              0xabcdef);
					pixels_close();
				}
}

static enum err open_mode(struct video_mode mode)
{
	struct framebuffer framebuffer;

	return framebuffer_open(&framebuffer, &mode);
}

static struct video_mode good(void)
{
	return (struct video_mode){
		.base = 0x80000000,
		.size = 800 * 600 * 4,
		.width = 800,
		.height = 600,
		.stride = 800,
		.format = PIXEL_BGRX,
	};
}

TEST(a_mode_without_pixels_is_absent)
{
	struct video_mode mode = good();

	assert_int_equal(open_mode(mode), ERR_NONE);
	mode.format = PIXEL_BLT_ONLY;
	assert_int_equal(open_mode(mode), ERR_ABSENT);
	mode.format = (enum pixel_format)4;
	assert_int_equal(open_mode(mode), ERR_ABSENT);
	mode = good();
	mode.base = 0;
	assert_int_equal(open_mode(mode), ERR_ABSENT);
}

TEST(a_mode_that_contradicts_itself_is_damaged)
{
	struct video_mode mode = good();

	mode.width = 0;
	assert_int_equal(open_mode(mode), ERR_DAMAGED);
	mode = good();
	mode.height = 0;
	assert_int_equal(open_mode(mode), ERR_DAMAGED);
	mode = good();
	mode.stride = 799;
	assert_int_equal(open_mode(mode), ERR_DAMAGED);
	mode = good();
	mode.size--;
	assert_int_equal(open_mode(mode), ERR_DAMAGED);
	mode.size = 0;
	assert_int_equal(open_mode(mode), ERR_DAMAGED);
	mode = good();
	mode.height = UINT32_MAX;
	assert_int_equal(open_mode(mode), ERR_DAMAGED);
	mode.width = mode.stride = UINT32_MAX;
	assert_int_equal(open_mode(mode), ERR_DAMAGED);
	mode = good();
	mode.base = UINT64_MAX - 1000;
	assert_int_equal(open_mode(mode), ERR_DAMAGED);
}

TEST(the_last_line_needs_no_padding)
{
	struct video_mode mode = good();

	mode.stride = 832;
	mode.size = (832 * 599 + 800) * 4;
	assert_int_equal(open_mode(mode), ERR_NONE);
	mode.size--;
	assert_int_equal(open_mode(mode), ERR_DAMAGED);
}

static enum err open_masks(uint32_t red, uint32_t green, uint32_t blue)
{
	struct video_mode mode = good();

	mode.format = PIXEL_BIT_MASK;
	mode.masks = (struct pixel_masks){ red, green, blue, 0 };
	return open_mode(mode);
}

TEST(masks_with_holes_or_over_each_other_are_damaged)
{
	assert_int_equal(open_masks(0xff0000, 0xff00, 0xff), ERR_NONE);
	assert_int_equal(open_masks(0, 0xff, 0), ERR_NONE);
	assert_int_equal(open_masks(0, 0, 0), ERR_DAMAGED);
	assert_int_equal(open_masks(0xf10000, 0xff00, 0xff), ERR_DAMAGED);
	assert_int_equal(open_masks(0xff0000, 0x1ff00, 0xff), ERR_DAMAGED);
	assert_int_equal(open_masks(0xff, 0xff00, 0xff), ERR_DAMAGED);
	assert_int_equal(open_masks(0xff0000, 0xff00, 0x80000001), ERR_DAMAGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rectangle_is_exact_in_every_format_and_stride),
		cmocka_unit_test(white_is_white_and_black_is_black),
		cmocka_unit_test(what_goes_over_an_edge_is_cut),
		cmocka_unit_test(a_mode_without_pixels_is_absent),
		cmocka_unit_test(a_mode_that_contradicts_itself_is_damaged),
		cmocka_unit_test(the_last_line_needs_no_padding),
		cmocka_unit_test(masks_with_holes_or_over_each_other_are_damaged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
