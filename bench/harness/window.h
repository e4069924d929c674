#pragma once
/*
 * The window: N copies of a body between two readings of the TSC, put together at
 * run time.
 *
 *     save registers, load operands
 *     MFENCE; LFENCE; RDTSC; LFENCE       T0
 *     body, body, body ...
 *     RDTSCP; LFENCE                      T1
 *     store T0 and T1, restore registers
 *
 * Nothing between the stamps loads, stores, calls or branches, but what the body
 * does.  Compiled code cannot promise that: a compiler reloads operands behind a
 * "memory" clobber, right after the flush, and bills the page walk to it.
 *
 * Pure: writes bytes.  Making them visible to instruction fetch is the caller's.
 */
#include "paging/body.h"

#include <stdbool.h>
#include <stdint.h>

/* Everything a window reads before T0 and writes after T1. */
struct window_args {
	struct operands operands;
	uint64_t t0, t1; /* TSC ticks */
};

/* The code of a window as a function. */
typedef void window_code(struct window_args *args);

/* Bytes a window of that many copies needs, its alignment included. */
uint32_t window_bytes(const struct body *body, uint32_t copies);

/*
 * Writes a window to at, which is aligned to WINDOW_ALIGNMENT, and returns its
 * length in bytes.  The copies start on a multiple of 64 bytes, at the same offset
 * in every window, and the code after them ends outside the last 64 bytes of a page,
 * so that prefetch does not run into the next one: *entry_offset, where the window
 * begins, makes up for that.
 */
uint32_t window_assemble(uint8_t *at, const struct body *body, uint32_t copies,
                         bool rdtscp, uint32_t *entry_offset);

#define WINDOW_ALIGNMENT 64u
