/*
 * What an earlier start may have left in RAM: any bytes, and then the same with sums
 * that are right, because they are hard to guess.  What counts as whole is unpacked.
 */
#include "lib/stream/seal.h"
#include "lib/base/crc32.h"
#include "lib/stream/unpack.h"
#include "tests/fuzz/fuzz.h"

#define RUN "fuzz"
#define NONCE 7u

static void unpack(const struct seal *seal)
{
	static struct capture capture;
	struct unpack_run run;
	char *const to = malloc(seal->length + LINE_CAPACITY);

	REQUIRE(unpack_file(&capture, seal_stream(seal), seal->length, FILE_RESULTS,
	                    to) <= seal->length + LINE_CAPACITY);
	REQUIRE(unpack_console(&capture, seal_stream(seal), seal->length, to, &run) <=
	        seal->length + 1);
	free(to);
}

/* The second copy is whole, whatever the first is. */
static void choose(const struct seal *seal, uint64_t room, enum seal_fault fault)
{
	struct seal *const other = malloc(sizeof *other + 1);
	const struct seal *const copies[] = { seal, other, NULL };
	enum seal_fault faults[3];

	*(char *)(other + 1) = '\n';
	seal_open(other, RUN, NONCE);
	seal_close(other, 1, 0);

	const struct seal *const chosen =
		seal_choose(copies, 3, room, RUN, NONCE, faults);

	REQUIRE(chosen == (fault == SEAL_WHOLE ? seal : other));
	free(other);
}

static void check(const struct seal *seal, uint64_t room)
{
	const enum seal_fault fault = seal_check(seal, room, RUN, NONCE);

	REQUIRE(fault < SEAL_FAULTS && seal_fault_text(fault) != NULL);
	if (fault == SEAL_WHOLE && room > sizeof *seal) {
		REQUIRE(seal->length <= room - sizeof *seal);
		unpack(seal);
	}
	if (room > sizeof *seal)
		choose(seal, room, fault);
}

/* All that is behind the header is the stream; then any length, as its first bytes say.
 */
static void mend(struct seal *seal, uint64_t room)
{
	seal_open(seal, RUN, NONCE);
	seal_close(seal, room - sizeof *seal, 0);
	check(seal, room);
	memcpy(&seal->length, seal_stream(seal), room < sizeof *seal + 8 ? 0 : 8);
	if (seal->length <= room - sizeof *seal)
		seal->stream_crc32 = crc32_update(0, seal_stream(seal), seal->length);
	seal->header_crc32 = crc32_update(0, seal, offsetof(struct seal, header_crc32));
	check(seal, room);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	/* As large as it is, so that whoever reads behind it is seen. */
	struct seal *const seal = malloc(length + (length == 0));

	memcpy(seal, bytes, length);
	check(seal, length);
	if (length >= sizeof *seal)
		mend(seal, length);
	free(seal);
	return 0;
}
