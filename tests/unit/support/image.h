#pragma once
/* A QR code on paper, for programs that others wrote. */
#include "lib/codes/qr.h"
#include "tests/unit/support/unit.h"

#include <unistd.h>

/* Writes a PBM of so many pixels a module, in its quiet zone; the name is put into
 * path. */
static inline void image_write(const struct qr *qr, unsigned pixels, char path[64])
{
	const unsigned side = (qr->side + 2 * QR_QUIET) * pixels;

	strcpy(path, "/tmp/tlbmark-unit.XXXXXX");

	const int descriptor = mkstemp(path);
	FILE *const file = fdopen(descriptor, "w");

	assert_non_null(file);
	fprintf(file, "P1\n%u %u\n", side, side);
	for (unsigned y = 0; y < side; y++)
		for (unsigned x = 0; x < side; x++) {
			const unsigned column = x / pixels - QR_QUIET;
			const unsigned row = y / pixels - QR_QUIET;

			fputs(column < qr->side && row < qr->side &&
			                      qr_is_dark(qr, column, row)
			              ? "1"
			              : "0",
			      file);
		}
	fclose(file);
}

/* What a command prints, to be freed. */
static inline char *output_of(const char *command)
{
	char *output = NULL;
	size_t length = 0;
	FILE *const from = popen(command, "r");
	FILE *const to = open_memstream(&output, &length);

	assert_non_null(from);
	assert_non_null(to);
	for (int c = getc(from); c != EOF; c = getc(from))
		putc(c, to);
	fclose(to);
	assert_int_equal(pclose(from), 0);
	return output;
}

/* What zbarimg reads in an image, without its line end, to be freed; removes the image.
 */
static inline char *zbar_reads(const char *path)
{
	char command[128];

	snprintf(command, sizeof command, "zbarimg --nodbus --raw -q %s", path);

	char *const text = output_of(command);

	unlink(path);
	text[strcspn(text, "\n")] = '\0';
	return text;
}
