#pragma once
/*
 * The window: N copies of a body between two readings of a clock, put together at
 * run time.
 *
 *     save registers, load operands
 *     chase along a pointer chain         (a variant)
 *     MFENCE; LFENCE; RDTSC; LFENCE       T0
 *     stores that stay pending            (a variant)
 *     body, body, body ...                    (or a register loop over pages)
 *     RDTSCP; LFENCE                      T1
 *     touch pages, or chase along a pointer chain;
 *     RDTSCP; LFENCE                      T2  (variants; else T2 is T1)
 *     store T0, T1 and T2, restore registers
 *
 * Nothing between T0 and T1 loads, calls or branches, but what the body does, and the
 * branch of the register loop.
 * Compiled code cannot promise that: a compiler reloads operands behind a "memory"
 * clobber, right after the flush, and bills the page walk to it.
 *
 * Pure: writes bytes.  Making them visible to instruction fetch is the caller's.
 */
#include "bench/harness/window/script.h"
#include "bench/harness/window/window_accesses.h"
#include "bench/harness/window/window_args.h"
#include "bench/harness/window/window_loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum clock {
	CLOCK_RDTSCP,
	CLOCK_RDTSC,    /* for a CPU without RDTSCP */
	CLOCK_PMC,      /* RDPMC of a counter */
	CLOCK_UNFENCED, /* wrong on purpose: shows that the self-tests see it */
};

struct window_clock {
	enum clock kind;
	uint32_t counter; /* ECX, for CLOCK_PMC */
};

/*
 * Pages that a window runs in from its closing stamp on, so between T1 and T2: what it
 * touches or chases there shares the TLB with as many.
 */
#define WINDOW_CODE_PAGES 1u

#define TOUCH_PAGES_MAX 32u

/*
 * Pages from one touched page of code to the next, and of the stack: the other kind
 * lies between them, with other rights.  Zen 2 and later make one entry of 16 KiB of
 * pages in a row whose frames are in a row and whose rights are equal, and would miss
 * once for all of them.
 */
#define TOUCH_STRIDE 2u

/* First accesses after the operation, one page each. */
struct touches {
	uint32_t code, stack, data;
};

struct window_spec {
	const struct body *body;
	uint32_t copies;
	struct repeat repeat; /* instead of copies, and from first on */
	struct script script; /* instead of copies */
	/* Behind them, so many of another body: what the other arm has more is not it.
	 */
	const struct body *baseline;
	uint32_t baselines;
	/* Copy i aims first + i * stride bytes behind the address in RSI. */
	int64_t first, stride;
	uint32_t stores; /* lines written behind T0, before the copies */
	struct touches touches;
	struct chase chase; /* in place of touches */
	/* In place of both; what is before T0 as well then loads, in any case. */
	struct accesses accesses;
	/*
	 * The chase before T0 as well, so that the last pages in the TLB are the
	 * chain's and not the harness' own.  Of data.
	 */
	bool chased_before;
	bool injected_load; /* a load behind the copies: shows that the self-tests see
	                     * it
	                     */
};

/*
 * Where it is written.  Code touches jump to lines in pages of their own, each window
 * to its own line in each: landings is the first of these pages, reached by the same
 * distance as in the mapping the window will run from.
 */
struct window_site {
	uint8_t *at; /* WINDOW_ALIGNMENT */
	uint8_t *landings;
	uint32_t slot;
};

#define WINDOW_ALIGNMENT 64u
#define LANDING_BYTES 16u

/*
 * Whoever can make windows that run: the workspace in ring 0, mapped pages on the host.
 * NULL if there is no room for another.
 */
struct window_source {
	window_code *(*make)(struct window_source *source,
	                     const struct window_spec *spec);
};

/* Bytes a window needs at most, its alignment included. */
uint32_t window_bytes(const struct window_spec *spec);

/*
 * Writes a window and returns its length in bytes.  The copies start on a multiple of
 * 64 bytes, at the same offset in every window, and the code ends outside the last 64
 * bytes of a page, so that prefetch does not run into the next one: *entry_offset,
 * where the window begins, makes up for that.
 */
uint32_t window_assemble(const struct window_site *site, const struct window_spec *spec,
                         struct window_clock clock, uint32_t *entry_offset);
