#pragma once
/*
 * A run in codes for a screen.  Each code stands for itself: it holds whole lines of
 * the record stream and can be read without the others.
 *
 * Header, 14 bytes, high byte first: 54h; format, 2; CRC-32 of the run's id; number of
 * the code, from 1; count of codes; lines, 16 bits; CRC-32 of these ten bytes and of
 * the lines, each with the number of its file in front and its line end behind.  Then
 * the lines by lib/codes/pack_line.h.
 */
#include "lib/base/err.h"
#include "lib/codes/pack_line.h"

#define PACK_HEADER 14u
#define PACK_CODE_BYTES 1235u /* what Base45 leaves of a QR code of version 25 */
#define PACK_CODES 96u

struct pack_code {
	uint16_t length; /* bytes, header included */
	uint16_t lines;
	uint32_t crc32; /* of the lines */
	uint8_t bytes[PACK_CODE_BYTES];
};

/* Where the writer stands. */
struct pack_state {
	struct packer packer;
	unsigned count; /* codes begun */
	uint16_t lines; /* of the last one */
	uint32_t crc32;
};

struct pack {
	size_t room;   /* bytes of a code */
	unsigned most; /* codes */
	uint32_t lost; /* lines that went into no code */
	struct pack_state now, before_line, before_part;
	struct pack_code codes[PACK_CODES];
};

/*
 * Up to `most` codes, PACK_CODES at most, of room bytes each, more than PACK_HEADER and
 * at most PACK_CODE_BYTES.
 */
void pack_begin(struct pack *pack, size_t room, unsigned most);

/* The next line of a file, or of PACK_RECORD. */
void pack_add(struct pack *pack, unsigned file, const struct line *line);

/* Remembers where a part of a file begins, and forgets what came since. */
void pack_mark(struct pack *pack);
void pack_rewind(struct pack *pack);

/* Ends the last code and writes all headers; returns the number of codes. */
unsigned pack_end(struct pack *pack, const char *run_id);

/* What the codes of a run have of its id. */
uint32_t pack_run(const char *run_id);

struct pack_header {
	uint32_t run; /* CRC-32 of its id */
	unsigned number, count;
	unsigned lines;
	uint32_t crc32;
};

/* ERR_DAMAGED if the bytes do not begin with a header of this format. */
enum err pack_read_header(const uint8_t *bytes, size_t length,
                          struct pack_header *header) MUST_CHECK;

/*
 * Passes each line of a code on.  ERR_DAMAGED if they are not those that were written:
 * known only at the end, so what was passed on is to be forgotten then.  The packer is
 * room to work in, too large for a stack.
 */
enum err pack_read(const uint8_t *bytes, size_t length, struct packer *packer,
                   void (*take)(void *context, unsigned file, const struct line *line),
                   void *context) MUST_CHECK;
