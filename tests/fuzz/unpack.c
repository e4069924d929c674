/* A code of the screen as a camera may read it, and what is behind its header. */
#include "lib/base/crc32.h"
#include "lib/codes/base45.h"
#include "lib/codes/pack.h"
#include "tests/fuzz/fuzz.h"

static void take(void *context, unsigned file, const struct line *line)
{
	unsigned *const lines = context;

	REQUIRE(file <= PACK_RECORD);
	REQUIRE(line->length <= LINE_CAPACITY);
	REQUIRE(!line->cut);
	++*lines;
}

static void read_code(const uint8_t *bytes, size_t length)
{
	static struct packer packer;
	struct pack_header header;
	unsigned lines = 0;

	if (pack_read(bytes, length, &packer, take, &lines) == ERR_NONE) {
		REQUIRE(pack_read_header(bytes, length, &header) == ERR_NONE);
		REQUIRE(lines == header.lines);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const size_t room = base45_room(length);
	uint8_t *const decoded = malloc(room + 1);
	char *const text = malloc(base45_length(room) + 1);

	if (base45_decode((const char *)bytes, length, decoded) == ERR_NONE) {
		base45_encode(decoded, room, text);
		REQUIRE(base45_length(room) == length);
		REQUIRE(memcmp(text, bytes, length) == 0);
		read_code(decoded, room);
	}
	read_code(bytes, length);
	free(decoded);
	free(text);
	return 0;
}
