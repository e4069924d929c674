#include "lib/stream/log_header.h"

#include "lib/base/crc32.h"
#include "lib/base/text.h"

#include <string.h>

#define VERSION 3u

static const char magic[8] = { 'T', 'L', 'B', 'M', 'S', 'E', 'A', 'L' };

const char *log_header_fault_text(enum log_header_fault fault)
{
	static const char *const texts[LOG_HEADER_FAULTS] = {
		[LOG_HEADER_WHOLE] = "whole",
		[LOG_HEADER_ABSENT] = "gone",
		[LOG_HEADER_DAMAGED_HEADER] = "its header is damaged",
		[LOG_HEADER_OTHER_VERSION] = "of another version of the program",
		[LOG_HEADER_OTHER_RUN] = "of another run",
		[LOG_HEADER_BAD_LENGTH] = "its length is wrong",
		[LOG_HEADER_DAMAGED_STREAM] = "its content is damaged",
	};

	return texts[fault];
}

static uint32_t header_crc32(const struct log_header *header)
{
	return crc32_update(0, header, offsetof(struct log_header, header_crc32));
}

void log_header_open(struct log_header *header, const char *run_id, uint64_t nonce)
{
	*header = (struct log_header){
		.version = VERSION,
		.header_bytes = sizeof *header,
		.nonce = nonce,
	};
	text_copy(header->run_id, sizeof header->run_id, run_id);
}

void log_header_close(struct log_header *header, uint64_t length, uint32_t flags)
{
	header->stream_crc32 = crc32_update(header->stream_crc32,
	                                    log_header_stream(header) + header->length,
	                                    length - header->length);
	header->length = length;
	header->flags = flags;
	memcpy(header->magic, magic, sizeof magic);
	header->header_crc32 = header_crc32(header);
}

/* The checksum comes before whatever it covers is believed. */
static enum log_header_fault check_header(const struct log_header *header,
                                          uint64_t room, const char *run_id,
                                          uint64_t nonce)
{
	char id[LOG_HEADER_RUN_ID];

	if (room < sizeof *header || memcmp(header->magic, magic, sizeof magic) != 0)
		return LOG_HEADER_ABSENT;
	if (header_crc32(header) != header->header_crc32)
		return LOG_HEADER_DAMAGED_HEADER;
	if (header->version != VERSION || header->header_bytes != sizeof *header)
		return LOG_HEADER_OTHER_VERSION;
	text_copy(id, sizeof id, run_id);
	/* One without its NUL differs from every id at the latest there. */
	if (!text_equal(header->run_id, id) || header->nonce != nonce)
		return LOG_HEADER_OTHER_RUN;
	if (header->length > room - sizeof *header)
		return LOG_HEADER_BAD_LENGTH;
	return LOG_HEADER_WHOLE;
}

uint64_t log_header_bytes(const struct log_header *header, uint64_t room,
                          const char *run_id, uint64_t nonce)
{
	return check_header(header, room, run_id, nonce) == LOG_HEADER_WHOLE
	               ? sizeof *header + header->length
	               : 0;
}

enum log_header_fault log_header_check(const struct log_header *header, uint64_t room,
                                       const char *run_id, uint64_t nonce)
{
	const enum log_header_fault fault = check_header(header, room, run_id, nonce);

	if (fault != LOG_HEADER_WHOLE)
		return fault;
	if (crc32_update(0, log_header_stream(header), header->length) !=
	    header->stream_crc32)
		return LOG_HEADER_DAMAGED_STREAM;
	return LOG_HEADER_WHOLE;
}

bool log_header_is_foreign(const struct log_header *header, uint64_t room,
                           uint64_t nonce)
{
	return room >= sizeof *header &&
	       memcmp(header->magic, magic, sizeof magic) == 0 &&
	       header_crc32(header) == header->header_crc32 &&
	       header->header_bytes == sizeof *header && header->nonce != nonce &&
	       header->length <= room - sizeof *header &&
	       crc32_update(0, log_header_stream(header), header->length) ==
	               header->stream_crc32;
}

const struct log_header *log_header_choose(const struct log_header *const copies[],
                                           unsigned count, uint64_t room,
                                           const char *run_id, uint64_t nonce,
                                           enum log_header_fault faults[])
{
	for (unsigned i = 0; i < count; i++) {
		faults[i] = copies[i] == NULL
		                    ? LOG_HEADER_ABSENT
		                    : log_header_check(copies[i], room, run_id, nonce);
		if (faults[i] == LOG_HEADER_WHOLE)
			return copies[i];
	}
	return NULL;
}
