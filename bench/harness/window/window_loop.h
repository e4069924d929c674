#pragma once
/*
 * The loops of a window: the body over many pages, and what follows T1, a chase through
 * a pointer chain of lines (chase_arena.h).  Pure: writes bytes.
 */
#include "paging/body.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Instead of copies: the body so many times, RSI going on by step bytes each time.
 * Counted in R12, which leaves RAX, RCX and RDX to the body.
 */
struct repeat {
	uint32_t times; /* 0: copies */
	int32_t step;   /* bytes */
	/*
	 * Each time before the body, with an RSI of its own: partner_first, and on by
	 * partner_step.  RAX and RDX then hold the two addresses, so neither body may
	 * change them.  NULL: the body alone.
	 */
	const struct body *partner;
	uint64_t partner_first;
	int32_t partner_step;
	/*
	 * In place of the body: batches of so many pages, a last one of what is left,
	 * and the wait for all of them.  NULL: page by page.
	 */
	const struct batch *batch;
	uint32_t most;
};

enum chase_way {
	CHASE_NONE,
	CHASE_SPREAD, /* R13: the first spread page */
	CHASE_DENSE,  /* R14: the dense page */
	CHASE_CODE_SPREAD,
	CHASE_CODE_DENSE,
};

/* Chains that a chase can follow at once, beside one. */
#define CHASE_CHAINS 8u

/* Between T1 and T2. */
struct chase {
	enum chase_way way;
	/*
	 * Loads, each from the address the one before returned; 0: two stamps alone.
	 * Code goes through its chain once.  Of several chains, those of each.
	 */
	uint32_t accesses;
	uint32_t start; /* offset of the first line; its code's */
	/*
	 * CHASE_CHAINS loads in each pass of the loop, each of a chain of its own, so
	 * that they may overlap; the first lines of the chains but one.
	 */
	bool interleaved;
	uint32_t others[CHASE_CHAINS - 1];
};

uint32_t repeat_bytes(const struct repeat *repeat, const struct body *body);
uint8_t *repeat_put(uint8_t *at, const struct repeat *repeat, const struct body *body,
                    uint32_t first);

/* At most, wherever it begins. */
uint32_t chase_bytes(const struct chase *chase);
/* The loop begins on a 64-byte line; a jump leads there, so that every chase runs the
 * same instructions whatever stands before it. */
uint8_t *chase_put(uint8_t *at, const struct chase *chase);
