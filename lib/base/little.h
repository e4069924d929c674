#pragma once
/* Numbers in tables of the firmware, which are little-endian, and may lie anywhere. */
#include <stdint.h>

/* That many bytes as one number; eight at most. */
static inline uint64_t little(const uint8_t *bytes, unsigned count)
{
	uint64_t value = 0;

	while (count-- != 0)
		value = value << 8 | bytes[count];
	return value;
}
