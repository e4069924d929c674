#pragma once
/*
 * Base45, RFC 9285: bytes as the 45 characters of a QR code's alphanumeric mode.  Two
 * bytes are three characters, a last odd one is two.  The text never ends with a blank,
 * which might get lost: its last character stands for 32 at most.
 */
#include "lib/base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Characters that so many bytes become, and bytes that fit so many characters. */
static inline size_t base45_length(size_t bytes)
{
	return bytes / 2 * 3 + bytes % 2 * 2;
}

static inline size_t base45_room(size_t characters)
{
	return characters / 3 * 2 + (characters % 3 == 2 ? 1 : 0);
}

/* The value of a character in both standards; -1 for any other character. */
int base45_value(char c);

/* Writes base45_length(count) characters, without a NUL. */
void base45_encode(const uint8_t *bytes, size_t count, char *text);

/*
 * Writes base45_room(length) bytes.  ERR_DAMAGED if the text has a length, a character
 * or a group of characters that no encoder makes.
 */
enum err base45_decode(const char *text, size_t length, uint8_t *bytes) MUST_CHECK;
