#pragma once
/*
 * QR codes (ISO/IEC 18004:2015) of alphanumeric text at error correction level L, which
 * restores 7 % of a code: a screen is clean, and the room is worth more.
 */
#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QR_VERSION_MAX 25u
#define QR_SIDE_MAX (17u + 4u * QR_VERSION_MAX)
#define QR_QUIET 4u /* modules that must stay light on each side */
#define QR_TEXT_MAX 1853u
#define QR_CODEWORDS_MAX 1588u /* of data and of error correction, version 25 */

struct qr_grid {
	uint8_t rows[QR_SIDE_MAX][(QR_SIDE_MAX + 7) / 8];
};

/* One code; the codewords are in here because a kernel's stack is small. */
struct qr {
	unsigned version; /* 1 ... QR_VERSION_MAX */
	unsigned side;    /* modules, without the quiet zone */
	unsigned mask;    /* 0 ... 7, the one of least penalty */
	struct qr_grid dark;
	struct qr_grid fixed; /* patterns and information, which no mask touches */
	uint8_t codewords[QR_CODEWORDS_MAX];
	uint8_t sent[QR_CODEWORDS_MAX]; /* the same, interleaved */
};

/* Characters that fit. */
size_t qr_capacity(unsigned version);

/* The smallest version for so many characters; 0 if there is none. */
unsigned qr_version_for(size_t length);

/*
 * ERR_TOO_LARGE if the text does not fit the version, or there is no such version;
 * ERR_DAMAGED for a character that is not one of alphanumeric mode.
 */
enum err qr_encode(struct qr *qr, const char *text, size_t length,
                   unsigned version) MUST_CHECK;

static inline bool qr_grid_get(const struct qr_grid *grid, unsigned x, unsigned y)
{
	return (grid->rows[y][x / 8] >> x % 8 & 1) != 0;
}

static inline bool qr_is_dark(const struct qr *qr, unsigned x, unsigned y)
{
	return qr_grid_get(&qr->dark, x, y);
}
