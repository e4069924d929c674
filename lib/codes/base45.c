#include "lib/codes/base45.h"

#include <stdbool.h>

/* RFC 9285, table 1; ISO/IEC 18004, table of alphanumeric mode. */
static const char alphabet[] = { "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:" };

int base45_value(char c)
{
	for (int i = 0; i < 45; i++)
		if (alphabet[i] == c)
			return i;
	return -1;
}

/* The least significant character comes first. */
static void put(uint32_t value, unsigned characters, char *text)
{
	for (unsigned i = 0; i < characters; i++) {
		text[i] = alphabet[value % 45];
		value /= 45;
	}
}

void base45_encode(const uint8_t *bytes, size_t count, char *text)
{
	for (; count >= 2; count -= 2, bytes += 2, text += 3)
		put((uint32_t)bytes[0] << 8 | bytes[1], 3, text);
	if (count == 1)
		put(bytes[0], 2, text);
}

/* False for a character that is none, and for a value of limit or more. */
static bool take(const char *text, unsigned characters, uint32_t limit, uint32_t *value)
{
	*value = 0;
	for (unsigned i = characters; i-- != 0;) {
		const int digit = base45_value(text[i]);

		if (digit < 0)
			return false;
		*value = *value * 45 + (uint32_t)digit;
	}
	return *value < limit;
}

enum err base45_decode(const char *text, size_t length, uint8_t *bytes)
{
	uint32_t value;

	for (; length >= 3; length -= 3, text += 3, bytes += 2) {
		if (!take(text, 3, 0x10000, &value))
			return ERR_DAMAGED;
		bytes[0] = (uint8_t)(value >> 8);
		bytes[1] = (uint8_t)value;
	}
	if (length == 0)
		return ERR_NONE;
	if (length == 1 || !take(text, 2, 0x100, &value))
		return ERR_DAMAGED;
	bytes[0] = (uint8_t)value;
	return ERR_NONE;
}
