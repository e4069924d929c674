/*
 * The four functions a compiler may call without being asked to, for copies and
 * comparisons of structs.  Those of libefi would bring its vector code along.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	uint8_t *const target = to;
	const uint8_t *const source = from;

	for (size_t i = 0; i < bytes; i++)
		target[i] = source[i];
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	uint8_t *const target = to;
	const uint8_t *const source = from;

	if (target <= source)
		return memcpy(to, from, bytes);
	for (size_t i = bytes; i-- != 0;)
		target[i] = source[i];
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	uint8_t *const target = to;

	for (size_t i = 0; i < bytes; i++)
		target[i] = (uint8_t)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const uint8_t *const x = a;
	const uint8_t *const y = b;

	for (size_t i = 0; i < bytes; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}
