#include "lib/boot/nvram.h"

#define LEAST_FREE (UINT64_C(5) << 10)
#define LEAST_CODES 4u /* one benchmark, and what machine it was */

/* What a variable takes besides its value: a header and its name. */
#define OVERHEAD 128u

/* How many variables of so many bytes. */
static uint64_t variables(uint64_t storage, uint64_t left, uint64_t largest,
                          uint64_t bytes)
{
	const uint64_t half = storage / 2 + storage % 2;
	const uint64_t stays = half > LEAST_FREE ? half : LEAST_FREE;

	if (left > storage || left <= stays || largest < bytes + OVERHEAD)
		return 0;
	return (left - stays) / (bytes + OVERHEAD);
}

unsigned nvram_codes(uint64_t storage, uint64_t left, uint64_t largest)
{
	const uint64_t codes = variables(storage, left, largest, NVRAM_CODE_BYTES);

	if (codes < LEAST_CODES)
		return 0;
	return codes < NVRAM_CODES ? (unsigned)codes : NVRAM_CODES;
}

bool nvram_takes(uint64_t storage, uint64_t left, uint64_t largest, uint64_t bytes)
{
	return variables(storage, left, largest, bytes) != 0;
}
