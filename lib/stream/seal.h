#pragma once
/*
 * Results that wait in RAM for the next start of the program: a header, and behind it
 * the record stream.  RAM that was switched off, cleared or used by firmware in between
 * is recognised, and so is a copy of another run.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEAL_RUN_ID 64u

struct seal {
	char magic[8];
	uint32_t version;
	uint32_t header_bytes;
	char run_id[SEAL_RUN_ID];
	uint64_t length; /* bytes of the stream, behind the header */
	uint32_t flags;  /* enum seal_flag */
	uint32_t stream_crc32;
	uint64_t nonce; /* of the breadcrumb that was left for it */
	uint32_t reserved[5];
	uint32_t header_crc32; /* of all before it */
};

_Static_assert(sizeof(struct seal) == 128, "what another build reads");

enum seal_flag {
	SEAL_CUT = 1 << 0,  /* there was no room for all of the stream */
	SEAL_OPEN = 1 << 1, /* the run went on: this is what there was by then */
	SEAL_LACKS_SAMPLES = 1 << 2, /* there was no room for all of samples.csv */
};

enum seal_fault {
	SEAL_WHOLE,
	SEAL_ABSENT,         /* nothing that looks like one */
	SEAL_DAMAGED_HEADER, /* its CRC-32 is wrong */
	SEAL_OTHER_VERSION,
	SEAL_OTHER_RUN,
	SEAL_BAD_LENGTH, /* more than there is room for */
	SEAL_DAMAGED_STREAM,
	SEAL_FAULTS,
};

/* What is wrong, for people. */
const char *seal_fault_text(enum seal_fault fault);

/* A header in front of a stream that is still to come: nothing that counts as whole. */
void seal_open(struct seal *seal, const char *run_id, uint64_t nonce);

/*
 * Makes it count, for the length bytes behind it, with flags of enum seal_flag.  As
 * often as there is more of the stream: what was summed up is not read again.
 */
void seal_close(struct seal *seal, uint64_t length, uint32_t flags);

/* The stream of a seal. */
static inline const char *seal_stream(const struct seal *seal)
{
	return (const char *)(seal + 1);
}

/*
 * What is in room bytes of memory, whatever they are.  seal must be aligned.  Two runs
 * may have the same id; the nonce tells them apart.
 */
enum seal_fault seal_check(const struct seal *seal, uint64_t room, const char *run_id,
                           uint64_t nonce);

/*
 * Bytes of header and stream by a header that is right, which must be in memory as a
 * whole; 0 if it is not.  Says nothing of the stream.
 */
uint64_t seal_bytes(const struct seal *seal, uint64_t room, const char *run_id,
                    uint64_t nonce);

/*
 * True if a whole seal is here, of whatever run, but not of this nonce.  Of another
 * version of the program, too, as long as its header is as long as ours.
 */
bool seal_is_foreign(const struct seal *seal, uint64_t room, uint64_t nonce);

/*
 * The first of count copies that is whole, NULL if none is; faults[i] is what is wrong
 * with copy i, up to that one.  A copy that cannot be read is NULL.
 */
const struct seal *seal_choose(const struct seal *const copies[], unsigned count,
                               uint64_t room, const char *run_id, uint64_t nonce,
                               enum seal_fault faults[]);
