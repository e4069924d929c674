#pragma once
/*
 * QR codes (ISO/IEC 18004:2015) of alphanumeric text at error correction level L, which
 * restores 7 % of a code: a screen is clean, and the room is worth more.
 */
#include "lib/base/err.h"
#include "lib/codes/qr_matrix.h"

#include <stddef.h>

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
