#pragma once
/* A framebuffer in memory with known bytes around it, read by another way than it is
 * written. */
#include "lib/screen/framebuffer.h"
#include "tests/unit/support/unit.h"

#define PIXELS_GUARD 4096u
#define PIXELS_UNTOUCHED 0x5au

static struct {
	struct video_mode mode;
	struct framebuffer framebuffer;
	uint8_t *memory;
	size_t size;
	unsigned bytes; /* of a pixel */
} pixels;

struct pixel_look {
	enum pixel_format format;
	struct pixel_masks masks;
	unsigned bytes;
};

static const struct pixel_look pixel_looks[] = {
	{ PIXEL_RGBX, { 0x0000ff, 0x00ff00, 0xff0000, 0xff000000 }, 4 },
	{ PIXEL_BGRX, { 0xff0000, 0x00ff00, 0x0000ff, 0xff000000 }, 4 },
	{ PIXEL_BIT_MASK, { 0xf800, 0x07e0, 0x001f, 0 }, 2 },
	{ PIXEL_BIT_MASK, { 0x7c00, 0x03e0, 0x001f, 0x8000 }, 2 },
	{ PIXEL_BIT_MASK, { 0xff0000, 0x00ff00, 0x0000ff, 0 }, 3 },
	{ PIXEL_BIT_MASK, { 0x3ff00000, 0x000ffc00, 0x000003ff, 0xc0000000 }, 4 },
	{ PIXEL_BIT_MASK, { 0xe0, 0x1c, 0x03, 0 }, 1 },
};

/* The last line is not padded: a byte behind its last pixel is not the framebuffer's.
 */
static inline void pixels_open(const struct pixel_look *look, uint32_t width,
                               uint32_t height, uint32_t stride, unsigned misaligned)
{
	pixels.bytes = look->bytes;
	pixels.size = ((size_t)stride * (height - 1) + width) * look->bytes;
	pixels.memory = malloc(pixels.size + 2 * PIXELS_GUARD + misaligned);
	memset(pixels.memory, PIXELS_UNTOUCHED,
	       pixels.size + 2 * PIXELS_GUARD + misaligned);
	pixels.mode = (struct video_mode){
		.base = (uintptr_t)pixels.memory + PIXELS_GUARD + misaligned,
		.size = pixels.size,
		.width = width,
		.height = height,
		.stride = stride,
		.format = look->format,
		.masks = look->masks,
	};
	assert_int_equal(framebuffer_open(&pixels.framebuffer, &pixels.mode), ERR_NONE);
}

/* The pixel's bytes as a number, low byte first. */
static inline uint32_t pixel_at(uint32_t x, uint32_t y)
{
	const uint8_t *const from = (const uint8_t *)(uintptr_t)pixels.mode.base +
	                            ((size_t)pixels.mode.stride * y + x) * pixels.bytes;
	uint32_t value = 0;

	for (unsigned i = pixels.bytes; i-- != 0;)
		value = value << 8 | from[i];
	return value;
}

static inline uint32_t pixel_untouched(void)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < pixels.bytes; i++)
		value = value << 8 | PIXELS_UNTOUCHED;
	return value;
}

/* Nothing around the pixels, nor in the lines' padding, was written. */
static inline void pixels_close(void)
{
	const uint8_t *const base = (const uint8_t *)(uintptr_t)pixels.mode.base;

	for (const uint8_t *at = pixels.memory; at < base; at++)
		assert_int_equal(*at, PIXELS_UNTOUCHED);
	for (unsigned i = 0; i < PIXELS_GUARD; i++)
		assert_int_equal(base[pixels.size + i], PIXELS_UNTOUCHED);
	for (uint32_t y = 0; y + 1 < pixels.mode.height; y++)
		for (uint32_t x = pixels.mode.width; x < pixels.mode.stride; x++)
			assert_int_equal(pixel_at(x, y), pixel_untouched());
	free(pixels.memory);
}
