/* Lines of any kind through the codes of a screen and back: all the same, or lost. */
#include "lib/codes/pack.h"
#include "tests/fuzz/fuzz.h"

static struct {
	struct pack pack;
	struct packer packer;
	struct line expected[4096];
	unsigned files[4096];
	unsigned count, read;
} run;

static void take(void *context, unsigned file, const struct line *line)
{
	(void)context;
	REQUIRE(run.read < run.count);
	REQUIRE(file == run.files[run.read]);
	REQUIRE(line->length == run.expected[run.read].length);
	REQUIRE(memcmp(line->text, run.expected[run.read].text, line->length) == 0);
	run.read++;
}

/* Keeps those that went into a code. */
static void add(unsigned file, const struct line *line)
{
	const uint32_t lost = run.pack.lost;

	pack_add(&run.pack, file, line);
	if (run.pack.lost == lost) {
		run.expected[run.count] = *line;
		run.files[run.count++] = file;
	}
}

/* The first byte is the room of a code, then lines, each after a byte for its file. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct line line;

	if (length < 2 || length > 4096)
		return 0;
	run.count = run.read = 0;
	pack_begin(&run.pack, 32 + 4 * (size_t)bytes[0], PACK_CODES);
	for (size_t at = 1; at < length;) {
		const unsigned file = bytes[at++] % (PACK_RECORD + 1);

		line_clear(&line);
		while (at < length && bytes[at] != '\n' && !line.cut)
			line_put_char(&line, (char)bytes[at++]);
		at += at < length;
		line.cut = false;
		add(file, &line);
	}

	const unsigned codes = pack_end(&run.pack, "fuzz");

	for (unsigned i = 0; i < codes; i++)
		REQUIRE(pack_read(run.pack.codes[i].bytes, run.pack.codes[i].length,
		                  &run.packer, take, NULL) == ERR_NONE);
	REQUIRE(run.read == run.count);
	return 0;
}
