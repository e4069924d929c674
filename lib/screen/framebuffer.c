#include "lib/screen/framebuffer.h"

/* A mask's bits must stand together; an empty one is a channel nobody sees. */
static bool read_channel(uint32_t mask, struct channel *channel)
{
	*channel = (struct channel){ 0, 0 };
	if (mask == 0)
		return true;
	while ((mask >> channel->shift & 1) == 0)
		channel->shift++;
	mask >>= channel->shift;
	while ((mask & 1) != 0) {
		channel->bits++;
		mask >>= 1;
	}
	return mask == 0;
}

static struct pixel_masks masks_of(const struct video_mode *mode)
{
	switch (mode->format) {
	case PIXEL_RGBX:
		return (struct pixel_masks){ 0xff, 0xff00, 0xff0000, 0xff000000 };
	case PIXEL_BGRX:
		return (struct pixel_masks){ 0xff0000, 0xff00, 0xff, 0xff000000 };
	default:
		return mode->masks;
	}
}

/* A pixel ends with the byte of the highest bit that anything is said of. */
static uint32_t bytes_of(const struct pixel_masks *masks)
{
	uint32_t all = masks->red | masks->green | masks->blue | masks->reserved;
	uint32_t bytes = 0;

	for (; all != 0; all >>= 8)
		bytes++;
	return bytes;
}

static bool overlap(const struct pixel_masks *masks)
{
	return ((masks->red & masks->green) | (masks->red & masks->blue) |
	        (masks->green & masks->blue)) != 0;
}

enum err framebuffer_open(struct framebuffer *framebuffer,
                          const struct video_mode *mode)
{
	const struct pixel_masks masks = masks_of(mode);
	const uint32_t bytes = bytes_of(&masks);
	const uint64_t line_bytes = (uint64_t)mode->stride * bytes;

	if (mode->format > PIXEL_BIT_MASK || mode->base == 0)
		return ERR_ABSENT;
	if ((masks.red | masks.green | masks.blue) == 0 || overlap(&masks) ||
	    !read_channel(masks.red, &framebuffer->red) ||
	    !read_channel(masks.green, &framebuffer->green) ||
	    !read_channel(masks.blue, &framebuffer->blue))
		return ERR_DAMAGED;
	if (line_bytes == 0 || mode->width == 0 || mode->height == 0 ||
	    mode->width > mode->stride || mode->size > UINT64_MAX - mode->base)
		return ERR_DAMAGED;
	/* The last line need not be padded to its stride. */
	if (mode->size < (uint64_t)mode->width * bytes ||
	    (mode->size - (uint64_t)mode->width * bytes) / line_bytes <
	            mode->height - 1)
		return ERR_DAMAGED;
	framebuffer->base = (uint8_t *)(uintptr_t)mode->base;
	framebuffer->width = mode->width;
	framebuffer->height = mode->height;
	framebuffer->pixel_bytes = bytes;
	framebuffer->line_bytes = line_bytes;
	return ERR_NONE;
}

/* Eight bits in as many as the channel has; of a wider one the upper eight. */
static uint32_t in_channel(struct channel channel, uint32_t value)
{
	const uint32_t narrow = channel.bits < 8 ? value >> (8 - channel.bits)
	                                         : value << (channel.bits - 8);

	return narrow << channel.shift;
}

static uint32_t pixel_of(const struct framebuffer *framebuffer, uint32_t colour)
{
	return in_channel(framebuffer->red, colour >> 16 & 0xff) |
	       in_channel(framebuffer->green, colour >> 8 & 0xff) |
	       in_channel(framebuffer->blue, colour & 0xff);
}

static void put_pixel(uint8_t *to, uint32_t pixel, uint32_t bytes)
{
	/* Each store may go all the way to the card. */
	if (bytes == 4 && (uintptr_t)to % 4 == 0) {
		*(volatile uint32_t *)(void *)to = pixel;
		return;
	}
	for (uint32_t i = 0; i < bytes; i++)
		((volatile uint8_t *)to)[i] = (uint8_t)(pixel >> 8 * i);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void framebuffer_fill(const struct framebuffer *framebuffer, uint32_t x, uint32_t y,
                      uint32_t width, uint32_t height, uint32_t colour)
{
	const uint32_t pixel = pixel_of(framebuffer, colour);

	if (x >= framebuffer->width || y >= framebuffer->height)
		return;
	width = smaller(width, framebuffer->width - x);
	height = smaller(height, framebuffer->height - y);
	for (uint32_t row = 0; row < height; row++) {
		uint8_t *to = framebuffer->base + (y + row) * framebuffer->line_bytes +
		              (uint64_t)x * framebuffer->pixel_bytes;

		for (uint32_t i = 0; i < width; i++) {
			put_pixel(to, pixel, framebuffer->pixel_bytes);
			to += framebuffer->pixel_bytes;
		}
	}
}
