#pragma once
/*
 * A script: switches of address spaces that were decided beforehand, and the window
 * that plays them.  Between T0 and T1 it goes through a table of steps:
 *
 *     read the step
 *     kind FLUSH:           the flush's body
 *     kind FLUSH or LOAD:   RBX = the step's CR3; the load's body
 *     kind FLUSH, behind:   the flush's body here in place of before the load
 *     follow a pointer chain of lines (chase_arena.h) from the step's first one, once
 *     the last load of the chain before has returned
 *
 * Both arms play the same steps with the same instructions, but that one of them has
 * nothing for bodies, and goes through the dense mapping of the same lines.  Each part
 * begins on a 64-byte line, so that they stand at the same places too.  Behind T1 it
 * comes back to the home address space, if its script leaves that.
 *
 * R9 and R10, otherwise for CR4, are used up: a body that writes CR4 can be played
 * behind the load alone, where both are read again from the window's arguments.
 *
 * Pure: writes bytes.
 */
#include "paging/body.h"

#include <stdbool.h>
#include <stddef.h>

enum step_kind {
	STEP_STAY, /* in the address space that is loaded */
	STEP_LOAD,
	STEP_FLUSH, /* and then load; or load before, see struct script */
};

/* The offsets are in the code that script.c writes. */
struct script_step {
	uint64_t cr3;          /* to be loaded, with PCID and bit 63: RBX */
	uint64_t operand;      /* of the flush: RSI and R8 */
	uint64_t spread;       /* where the chain's pages begin */
	uint64_t dense;        /* and the dense page */
	uint32_t spread_first; /* the first line's offset from there */
	uint32_t dense_first;
	uint32_t kind; /* enum step_kind */
	uint32_t accesses;
};

struct script {
	const struct body *load; /* NULL: this window plays no script */
	const struct body *flush;
	bool flushes_behind; /* the load of its step, not before it */
	bool dense;
	bool comes_home; /* behind T1 loads the CR3 value of its operands */
};

/* Bytes between T0 and T1, and behind T1. */
uint32_t script_bytes(const struct script *script);
uint32_t script_home_bytes(const struct script *script);

/*
 * The loop over the steps that the window's arguments name, at least one, from a
 * multiple of 64 bytes on.  Bodies of more than 56 bytes have no room; where the flush
 * is behind the load, both together of more than 40.
 */
uint8_t *script_put(uint8_t *at, const struct script *script);

/* The way home.  Leaves RDX alone: a stamp is in it. */
uint8_t *script_put_home(uint8_t *at, const struct script *script);

/* What steps do. */
struct script_sums {
	uint32_t loads;   /* of the steps; what a flush's body loads is not counted */
	uint32_t flushes; /* by a body, or by a load with bit 63 clear */
	uint32_t bodies;  /* flushes by a body */
	uint64_t accesses;
};

struct script_sums script_sum(const struct script_step *steps, uint64_t count);
