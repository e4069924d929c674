#pragma once
/* A QR code as a picture: where its codewords stand, and under which mask. */
#include <stdbool.h>
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

/* Function patterns, then count codewords of qr->sent under the mask of least penalty.
 */
void qr_matrix_make(struct qr *qr, unsigned count);

/* The same code under another mask. */
void qr_matrix_mask(struct qr *qr, unsigned mask);

/* The mask's penalty by ISO/IEC 18004:2015, 7.8.3. */
unsigned qr_matrix_penalty(const struct qr *qr);

static inline bool qr_grid_get(const struct qr_grid *grid, unsigned x, unsigned y)
{
	return (grid->rows[y][x / 8] >> x % 8 & 1) != 0;
}

static inline bool qr_is_dark(const struct qr *qr, unsigned x, unsigned y)
{
	return qr_grid_get(&qr->dark, x, y);
}
