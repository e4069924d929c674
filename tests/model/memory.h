#pragma once
/*
 * Physical memory of the model: some MiB for tables and pages, and a few pages of
 * two GiB that are there to be mapped as pages of that size.  Whoever looks elsewhere
 * fails the test.
 */
#include "paging/walk.h"

#define MEMORY_FRAMES 2048u
#define MEMORY_BASE UINT64_C(0x40000000)
#define MEMORY_GIANTS UINT64_C(0x100000000) /* two, 1 GiB each */

uint64_t *memory_at(uint64_t frame);

/* Fills all of it with rubbish and returns it as a pool. */
struct frame_pool memory_reset(void);
