/*
 * The screen of a run, without a machine: reads a record stream from standard input and
 * writes what would be seen as DIR/running.ppm and DIR/page-NN.ppm.
 *
 *     screen WIDTH HEIGHT rgbx|bgrx|565|888 DIR <STREAM
 */
#include "lib/screen/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PADDING 13u /* pixels of a line behind what is seen */

struct look {
	const char *name;
	enum pixel_format format;
	struct pixel_masks masks;
	unsigned bytes;
};

static const struct look looks[] = {
	{ "rgbx", PIXEL_RGBX, { 0xff, 0xff00, 0xff0000, 0xff000000 }, 4 },
	{ "bgrx", PIXEL_BGRX, { 0xff0000, 0xff00, 0xff, 0xff000000 }, 4 },
	{ "565", PIXEL_BIT_MASK, { 0xf800, 0x07e0, 0x001f, 0 }, 2 },
	{ "888", PIXEL_BIT_MASK, { 0xff0000, 0xff00, 0xff, 0 }, 3 },
};

static struct {
	struct video_mode mode;
	const struct look *look;
	uint8_t *pixels;
	const char *dir;
	uint64_t seconds;
} world;

static uint64_t now(void *context)
{
	(void)context;
	return world.seconds;
}

static unsigned channel(uint32_t pixel, uint32_t mask)
{
	const unsigned width = (unsigned)__builtin_popcount(mask);

	return ((pixel & mask) >> __builtin_ctz(mask)) * 255 / ((1u << width) - 1);
}

static void save(const char *name)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s.ppm", world.dir, name);

	FILE *const file = fopen(path, "w");

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	fprintf(file, "P6\n%u %u\n255\n", world.mode.width, world.mode.height);
	for (uint32_t y = 0; y < world.mode.height; y++)
		for (uint32_t x = 0; x < world.mode.width; x++) {
			uint32_t pixel = 0;

			memcpy(&pixel,
			       world.pixels + (y * (size_t)world.mode.stride + x) *
			                              world.look->bytes,
			       world.look->bytes);
			putc((int)channel(pixel, world.look->masks.red), file);
			putc((int)channel(pixel, world.look->masks.green), file);
			putc((int)channel(pixel, world.look->masks.blue), file);
		}
	fclose(file);
}

static bool parse(int argc, char **argv)
{
	if (argc != 5)
		return false;
	for (unsigned i = 0; i < sizeof looks / sizeof looks[0]; i++)
		if (strcmp(argv[3], looks[i].name) == 0)
			world.look = &looks[i];
	world.mode.width = (uint32_t)strtoul(argv[1], NULL, 10);
	world.mode.height = (uint32_t)strtoul(argv[2], NULL, 10);
	world.mode.stride = world.mode.width + PADDING;
	world.dir = argv[4];
	return world.look != NULL && world.mode.width != 0 && world.mode.height != 0;
}

static void feed(struct screen *screen)
{
	static char line[8192];

	while (fgets(line, sizeof line, stdin) != NULL) {
		if (strncmp(line, "@progress", 9) == 0)
			world.seconds++;
		if (strncmp(line, "@done", 5) == 0)
			save("running");
		screen->sink.write(&screen->sink, line, strlen(line));
	}
}

int main(int argc, char **argv)
{
	static struct screen screen;
	struct framebuffer framebuffer;

	if (!parse(argc, argv)) {
		fputs("usage: screen WIDTH HEIGHT rgbx|bgrx|565|888 DIR <STREAM\n",
		      stderr);
		return 2;
	}
	world.mode.format = world.look->format;
	world.mode.masks = world.look->masks;
	world.mode.size =
		(uint64_t)world.mode.stride * world.mode.height * world.look->bytes;
	world.pixels = calloc(1, world.mode.size);
	world.mode.base = (uintptr_t)world.pixels;
	if (world.pixels == NULL ||
	    framebuffer_open(&framebuffer, &world.mode) != ERR_NONE)
		return 1;
	screen_open(&screen, &framebuffer, &(struct screen_clock){ now, NULL, 1 });
	feed(&screen);
	/* The summary stays for two turns. */
	for (unsigned turn = 0; turn <= screen_pages(&screen); turn++) {
		char name[32];

		screen_turn(&screen);
		snprintf(name, sizeof name, "page-%02u", screen.page);
		save(name);
		world.seconds += SCREEN_PAGE_SECONDS;
	}
	free(world.pixels);
	return screen.is_done ? 0 : 1;
}
