#include "lib/stream/seal.h"

#include "lib/base/crc32.h"
#include "lib/base/text.h"

#include <string.h>

#define VERSION 3u

static const char magic[8] = { 'T', 'L', 'B', 'M', 'S', 'E', 'A', 'L' };

const char *seal_fault_text(enum seal_fault fault)
{
	static const char *const texts[SEAL_FAULTS] = {
		[SEAL_WHOLE] = "whole",
		[SEAL_ABSENT] = "gone",
		[SEAL_DAMAGED_HEADER] = "its header is damaged",
		[SEAL_OTHER_VERSION] = "of another version of the program",
		[SEAL_OTHER_RUN] = "of another run",
		[SEAL_BAD_LENGTH] = "its length is wrong",
		[SEAL_DAMAGED_STREAM] = "its content is damaged",
	};

	return texts[fault];
}

static uint32_t header_crc32(const struct seal *seal)
{
	return crc32_update(0, seal, offsetof(struct seal, header_crc32));
}

void seal_open(struct seal *seal, const char *run_id, uint64_t nonce)
{
	*seal = (struct seal){
		.version = VERSION,
		.header_bytes = sizeof *seal,
		.nonce = nonce,
	};
	text_copy(seal->run_id, sizeof seal->run_id, run_id);
}

void seal_close(struct seal *seal, uint64_t length, uint32_t flags)
{
	seal->stream_crc32 =
		crc32_update(seal->stream_crc32, seal_stream(seal) + seal->length,
	                     length - seal->length);
	seal->length = length;
	seal->flags = flags;
	memcpy(seal->magic, magic, sizeof magic);
	seal->header_crc32 = header_crc32(seal);
}

/* The checksum comes before whatever it covers is believed. */
static enum seal_fault check_header(const struct seal *seal, uint64_t room,
                                    const char *run_id, uint64_t nonce)
{
	char id[SEAL_RUN_ID];

	if (room < sizeof *seal || memcmp(seal->magic, magic, sizeof magic) != 0)
		return SEAL_ABSENT;
	if (header_crc32(seal) != seal->header_crc32)
		return SEAL_DAMAGED_HEADER;
	if (seal->version != VERSION || seal->header_bytes != sizeof *seal)
		return SEAL_OTHER_VERSION;
	text_copy(id, sizeof id, run_id);
	/* One without its NUL differs from every id at the latest there. */
	if (!text_equal(seal->run_id, id) || seal->nonce != nonce)
		return SEAL_OTHER_RUN;
	if (seal->length > room - sizeof *seal)
		return SEAL_BAD_LENGTH;
	return SEAL_WHOLE;
}

uint64_t seal_bytes(const struct seal *seal, uint64_t room, const char *run_id,
                    uint64_t nonce)
{
	return check_header(seal, room, run_id, nonce) == SEAL_WHOLE
	               ? sizeof *seal + seal->length
	               : 0;
}

enum seal_fault seal_check(const struct seal *seal, uint64_t room, const char *run_id,
                           uint64_t nonce)
{
	const enum seal_fault fault = check_header(seal, room, run_id, nonce);

	if (fault != SEAL_WHOLE)
		return fault;
	if (crc32_update(0, seal_stream(seal), seal->length) != seal->stream_crc32)
		return SEAL_DAMAGED_STREAM;
	return SEAL_WHOLE;
}

bool seal_is_foreign(const struct seal *seal, uint64_t room, uint64_t nonce)
{
	return room >= sizeof *seal && memcmp(seal->magic, magic, sizeof magic) == 0 &&
	       header_crc32(seal) == seal->header_crc32 &&
	       seal->header_bytes == sizeof *seal && seal->nonce != nonce &&
	       seal->length <= room - sizeof *seal &&
	       crc32_update(0, seal_stream(seal), seal->length) == seal->stream_crc32;
}

const struct seal *seal_choose(const struct seal *const copies[], unsigned count,
                               uint64_t room, const char *run_id, uint64_t nonce,
                               enum seal_fault faults[])
{
	for (unsigned i = 0; i < count; i++) {
		faults[i] = copies[i] == NULL
		                    ? SEAL_ABSENT
		                    : seal_check(copies[i], room, run_id, nonce);
		if (faults[i] == SEAL_WHOLE)
			return copies[i];
	}
	return NULL;
}
