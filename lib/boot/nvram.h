#pragma once
/*
 * How much of a board's variable store a run may take.  Boards have been bricked by a
 * store more than half full, so what stays free comes first.
 */
#include <stdbool.h>
#include <stdint.h>

#define NVRAM_CODE_BYTES 1024u
#define NVRAM_CODES 16u

/*
 * Codes of NVRAM_CODE_BYTES, a variable each, by what QueryVariableInfo says, in bytes:
 * the store's size, what is left of it, and the largest variable.  0: too few to begin.
 */
unsigned nvram_codes(uint64_t storage, uint64_t left, uint64_t largest);

/* True if by the same rule one variable of so many bytes may be written. */
bool nvram_takes(uint64_t storage, uint64_t left, uint64_t largest, uint64_t bytes);
