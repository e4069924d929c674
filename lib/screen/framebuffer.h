#pragma once
/*
 * Pixels, as UEFI's graphics output protocol describes them (UEFI 2.10, 12.9), written
 * by the processor.  What lies outside is left out; nothing is ever read back, since a
 * framebuffer may be slow to read.
 */
#include "lib/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* With the protocol's numbers. */
enum pixel_format {
	PIXEL_RGBX, /* four bytes, red first */
	PIXEL_BGRX,
	PIXEL_BIT_MASK, /* 1 to 4 bytes, the channels wherever the masks say */
	PIXEL_BLT_ONLY, /* no framebuffer at all */
};

struct pixel_masks {
	uint32_t red, green, blue, reserved;
};

/* What the protocol says of a mode; stride in pixels, size in bytes. */
struct video_mode {
	uint64_t base, size;
	uint32_t width, height, stride;
	enum pixel_format format;
	struct pixel_masks masks; /* with PIXEL_BIT_MASK */
};

struct channel {
	uint8_t shift, bits;
};

struct framebuffer {
	uint8_t *base;
	uint32_t width, height; /* pixels */
	uint32_t pixel_bytes;
	uint64_t line_bytes;
	struct channel red, green, blue;
};

/* Colours are 00RRGGBBh. */
#define COLOUR_BLACK 0x000000u
#define COLOUR_WHITE 0xffffffu
#define COLOUR_GREY 0xaaaaaau
#define COLOUR_GREEN 0x55ff55u

/*
 * ERR_ABSENT if the mode has no pixels to write to; ERR_DAMAGED if it contradicts
 * itself: lines longer than their stride, more of them than the size holds, masks with
 * holes or over each other.  The base is taken as it stands: it must be mapped there.
 */
enum err framebuffer_open(struct framebuffer *framebuffer,
                          const struct video_mode *mode) MUST_CHECK;

/* A rectangle, cut at the edges. */
void framebuffer_fill(const struct framebuffer *framebuffer, uint32_t x, uint32_t y,
                      uint32_t width, uint32_t height, uint32_t colour);
