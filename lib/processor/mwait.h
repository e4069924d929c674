#pragma once
/*
 * Hints for MWAIT as CPUID has them (SDM 2A "CPUID", leaf 05H): EDX has four bits for
 * each C-state, C0 first, the number of its kinds.  0 is a processor without MONITOR.
 */
#include <stdint.h>

#define MWAIT_STATES 8u

/* C1 needs no enumeration. */
static inline uint32_t mwait_kinds(uint32_t edx)
{
	return edx >> 4 != 0 ? edx : UINT32_C(1) << 4;
}

/* What both have. */
static inline uint32_t mwait_common(uint32_t a, uint32_t b)
{
	uint32_t common = 0;

	for (uint32_t state = 0; state < MWAIT_STATES; state++) {
		const uint32_t mask = UINT32_C(0xf) << 4 * state;

		common |= (a & mask) < (b & mask) ? a & mask : b & mask;
	}
	return common;
}

/* The hints of C1 and deeper, shallowest first.  Returns how many. */
static inline unsigned mwait_hints(uint32_t kinds, uint32_t *hints, unsigned room)
{
	unsigned count = 0;

	for (uint32_t state = 1; state < MWAIT_STATES; state++)
		for (uint32_t kind = 0;
		     kind < (kinds >> 4 * state & 0xf) && count < room; kind++)
			hints[count++] = (state - 1) << 4 | kind;
	return count;
}
