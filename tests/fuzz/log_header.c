/*
 * What an earlier start may have left in RAM: any bytes, and then the same with sums
 * that are right, because they are hard to guess.  What counts as whole is unpacked.
 */
#include "lib/stream/log_header.h"
#include "lib/base/crc32.h"
#include "lib/stream/unpack.h"
#include "tests/fuzz/fuzz.h"

#define RUN "fuzz"
#define NONCE 7u

/* Into a block of the size that is promised to be enough. */
static void unpack_all(const struct log_header *header)
{
	static struct capture capture;
	const size_t room = header->length + UNPACK_EXTRA;
	struct unpacked unpacked;
	char *const to = malloc(room);
	size_t sum = 0;

	unpack(&capture, log_header_stream(header), header->length, to, &unpacked);
	for (unsigned i = 0; i < FILE_COUNT; i++)
		sum += unpacked.files[i].length;
	REQUIRE(unpacked.console.length <= header->length + 1);
	REQUIRE(sum + unpacked.console.length <= room);
	free(to);
}

/* The second copy is whole, whatever the first is. */
static void choose(const struct log_header *header, uint64_t room,
                   enum log_header_fault fault)
{
	struct log_header *const other = malloc(sizeof *other + 1);
	const struct log_header *const copies[] = { header, other, NULL };
	enum log_header_fault faults[3];

	*(char *)(other + 1) = '\n';
	log_header_open(other, RUN, NONCE);
	log_header_close(other, 1, 0);

	const struct log_header *const chosen =
		log_header_choose(copies, 3, room, RUN, NONCE, faults);

	REQUIRE(chosen == (fault == LOG_HEADER_WHOLE ? header : other));
	free(other);
}

static void check(const struct log_header *header, uint64_t room)
{
	const enum log_header_fault fault = log_header_check(header, room, RUN, NONCE);

	REQUIRE(fault < LOG_HEADER_FAULTS && log_header_fault_text(fault) != NULL);
	if (fault == LOG_HEADER_WHOLE && room > sizeof *header) {
		REQUIRE(header->length <= room - sizeof *header);
		unpack_all(header);
	}
	if (room > sizeof *header)
		choose(header, room, fault);
}

/* All that is behind the header is the stream; then any length, as its first bytes say.
 */
static void mend(struct log_header *header, uint64_t room)
{
	log_header_open(header, RUN, NONCE);
	log_header_close(header, room - sizeof *header, 0);
	check(header, room);
	memcpy(&header->length, log_header_stream(header),
	       room < sizeof *header + 8 ? 0 : 8);
	if (header->length <= room - sizeof *header)
		header->stream_crc32 =
			crc32_update(0, log_header_stream(header), header->length);
	header->header_crc32 =
		crc32_update(0, header, offsetof(struct log_header, header_crc32));
	check(header, room);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	/* As large as it is, so that whoever reads behind it is seen. */
	struct log_header *const header = malloc(length + (length == 0));

	memcpy(header, bytes, length);
	check(header, length);
	if (length >= sizeof *header)
		mend(header, length);
	free(header);
	return 0;
}
