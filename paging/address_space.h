#pragma once
#include "paging/walk.h"

#include <stdint.h>

/* A PML4 and the tag its translations carry. */
struct address_space {
	uint64_t root; /* physical address of the PML4 */
	uint16_t pcid; /* 0 unless CR4.PCIDE is set */
};

/*
 * Where the measurements put things, in the upper half, away from the identity map in
 * the lower one.  Each is the start of a PML4 entry's 512 GiB; what lies behind
 * VA_TARGETS takes several.
 */
#define VA_WINDOW_GLOBAL UINT64_C(0xffff900000000000)
#define VA_WINDOW_LOCAL UINT64_C(0xffff910000000000)
#define VA_VERIFY UINT64_C(0xffff920000000000)
#define VA_TARGETS UINT64_C(0xffffa00000000000)

/* The value to load into CR3 to run in space, dropping its translations. */
static inline uint64_t address_space_cr3(const struct address_space *space)
{
	return space->root | space->pcid;
}
