/*
 * Reads the codes of a run's screen, a line of text each as zbarimg --raw prints them,
 * from standard input, and writes the record stream that they hold to standard output,
 * for capture.  Order and repetition do not matter.
 *
 * Exit status: 0 if the run is whole, 1 if a code is missing, 2 for wrong usage, 3 for
 * I/O errors, 4 if there are no codes, or codes of several runs.
 */
#include "lib/codes/base45.h"
#include "lib/codes/pack.h"
#include "lib/codes/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MISSING = 1, USAGE = 2, IO_ERROR = 3, NO_RUN = 4 };

struct code {
	size_t length; /* 0: not seen */
	uint8_t bytes[2048];
};

static struct {
	struct pack_header header; /* of any code of the run */
	bool known;
	struct code codes[256];
	struct packer packer;
} run;

static void ignore(void *context, unsigned file, const struct line *line)
{
	(void)context;
	(void)file;
	(void)line;
}

/* False if the line is a code, but not one that can be kept. */
static bool keep(const struct code *code)
{
	struct pack_header header;

	if (pack_read_header(code->bytes, code->length, &header) != ERR_NONE)
		return true;
	if (pack_read(code->bytes, code->length, &run.packer, ignore, NULL) !=
	    ERR_NONE) {
		fprintf(stderr, "qrread: a code is damaged\n");
		return true;
	}

	struct code *const kept = &run.codes[header.number];

	if ((run.known &&
	     (header.run != run.header.run || header.count != run.header.count)) ||
	    (kept->length != 0 &&
	     (kept->length != code->length ||
	      memcmp(kept->bytes, code->bytes, code->length) != 0))) {
		fprintf(stderr, "qrread: these are codes of several runs\n");
		return false;
	}
	run.known = true;
	run.header = header;
	*kept = *code;
	return true;
}

static bool read_codes(void)
{
	static char line[4096];
	static struct code code;
	bool good = true;

	while (good && fgets(line, sizeof line, stdin) != NULL) {
		const char *text = line;
		size_t length = strcspn(line, "\r\n");

		if (strncmp(text, "QR-Code:", 8) == 0) {
			text += 8;
			length -= 8;
		}
		code.length = base45_room(length);
		if (code.length <= sizeof code.bytes &&
		    base45_decode(text, length, code.bytes) == ERR_NONE)
			good = keep(&code);
	}
	return good;
}

static void write_out(struct sink *sink, const char *text, size_t length)
{
	(void)sink;
	fwrite(text, 1, length, stdout);
}

/* Returns the number of codes that are missing. */
static unsigned write_run(void)
{
	struct sink out = { "stdout", write_out };
	struct replay replay;
	unsigned missing = 0;

	replay_begin(&replay, &out);
	for (unsigned i = 1; i <= run.header.count; i++) {
		const struct code *const code = &run.codes[i];

		if (code->length == 0) {
			fprintf(stderr, "qrread: code %u of %u is missing\n", i,
			        run.header.count);
			missing++;
			/* Its lines would have begun the run. */
			if (i == 1)
				printf("@run unknown-%08x\n", (unsigned)run.header.run);
			continue;
		}
		if (pack_read(code->bytes, code->length, &run.packer, replay_line,
		              &replay) != ERR_NONE)
			abort();
	}
	replay_end(&replay);
	return missing;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc != 1) {
		fputs("usage: zbarimg --raw -q SCREEN... | qrread | capture --out "
		      "DIR\n",
		      stderr);
		return USAGE;
	}
	if (!read_codes())
		return NO_RUN;
	if (!run.known) {
		fprintf(stderr, "qrread: there is no code of a run here\n");
		return ferror(stdin) ? IO_ERROR : NO_RUN;
	}

	const unsigned missing = write_run();

	if (ferror(stdin) || fflush(stdout) != 0)
		return IO_ERROR;
	return missing != 0 ? MISSING : 0;
}
