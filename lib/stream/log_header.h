#pragma once
/*
 * Results that wait in RAM for the next start of the program: a header, and behind it
 * the record stream.  RAM that was switched off, cleared or used by firmware in between
 * is recognised, and so is a copy of another run.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_HEADER_RUN_ID 64u

struct log_header {
	char magic[8];
	uint32_t version;
	uint32_t header_bytes;
	char run_id[LOG_HEADER_RUN_ID];
	uint64_t length; /* bytes of the stream, behind the header */
	uint32_t flags;  /* enum log_header_flag */
	uint32_t stream_crc32;
	uint64_t nonce; /* of the run marker that was left for it */
	uint32_t reserved[5];
	uint32_t header_crc32; /* of all before it */
};

_Static_assert(sizeof(struct log_header) == 128, "what another build reads");

enum log_header_flag {
	LOG_HEADER_CUT = 1 << 0,  /* there was no room for all of the stream */
	LOG_HEADER_OPEN = 1 << 1, /* the run went on: this is what there was by then */
	LOG_HEADER_LACKS_SAMPLES = 1
	                           << 2, /* there was no room for all of samples.csv */
};

enum log_header_fault {
	LOG_HEADER_WHOLE,
	LOG_HEADER_ABSENT,         /* nothing that looks like one */
	LOG_HEADER_DAMAGED_HEADER, /* its CRC-32 is wrong */
	LOG_HEADER_OTHER_VERSION,
	LOG_HEADER_OTHER_RUN,
	LOG_HEADER_BAD_LENGTH, /* more than there is room for */
	LOG_HEADER_DAMAGED_STREAM,
	LOG_HEADER_FAULTS,
};

/* What is wrong, for people. */
const char *log_header_fault_text(enum log_header_fault fault);

/* A header in front of a stream that is still to come: nothing that counts as whole. */
void log_header_open(struct log_header *header, const char *run_id, uint64_t nonce);

/*
 * Makes it count, for the length bytes behind it, with flags of enum log_header_flag.
 * As often as there is more of the stream: what was summed up is not read again.
 */
void log_header_close(struct log_header *header, uint64_t length, uint32_t flags);

/* The stream of a header. */
static inline const char *log_header_stream(const struct log_header *header)
{
	return (const char *)(header + 1);
}

/*
 * What is in room bytes of memory, whatever they are.  header must be aligned.  Two
 * runs may have the same id; the nonce tells them apart.
 */
enum log_header_fault log_header_check(const struct log_header *header, uint64_t room,
                                       const char *run_id, uint64_t nonce);

/*
 * Bytes of header and stream by a header that is right, which must be in memory as a
 * whole; 0 if it is not.  Says nothing of the stream.
 */
uint64_t log_header_bytes(const struct log_header *header, uint64_t room,
                          const char *run_id, uint64_t nonce);

/*
 * True if a whole header is here, of whatever run, but not of this nonce.  Of another
 * version of the program, too, as long as its header is as long as ours.
 */
bool log_header_is_foreign(const struct log_header *header, uint64_t room,
                           uint64_t nonce);

/*
 * The first of count copies that is whole, NULL if none is; faults[i] is what is wrong
 * with copy i, up to that one.  A copy that cannot be read is NULL.
 */
const struct log_header *log_header_choose(const struct log_header *const copies[],
                                           unsigned count, uint64_t room,
                                           const char *run_id, uint64_t nonce,
                                           enum log_header_fault faults[]);
