#pragma once
/* The picture of a QR code: what lib/qr.c leaves to lib/qr_matrix.c. */
#include "lib/qr.h"

/* Function patterns, then count codewords of qr->sent under the mask of least penalty.
 */
void qr_matrix_make(struct qr *qr, unsigned count);

/* The same code under another mask. */
void qr_matrix_mask(struct qr *qr, unsigned mask);

/* The mask's penalty by ISO/IEC 18004:2015, 7.8.3. */
unsigned qr_matrix_penalty(const struct qr *qr);
