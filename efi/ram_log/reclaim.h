#pragma once
/* The copies that an earlier start has left in RAM, and whose memory that is now. */
#include "efi/ram_log/ram_log.h"

struct claim {
	const struct firmware *firmware;
	const struct breadcrumb *trail;  /* of the start that has left them */
	uint64_t copies[KEEP_COPIES];    /* physical addresses; 0: none any more */
	uint64_t allocated[KEEP_COPIES]; /* bytes there, by this start */
	bool in_use[KEEP_COPIES];        /* some of it: nothing there was read yet */
	uint64_t shared[KEEP_COPIES];    /* bytes of one that is partly in use */
	struct seal *moved;              /* which is therefore read here; NULL: none */
};

/*
 * Allocates the memory where an earlier start has left copies, lest somebody else
 * writes there while they are looked at: all its room, or where the firmware uses some
 * of that, what header and stream take.  One that is no RAM by the map is none any
 * more. Nothing is read that this start has not allocated.
 */
void claim_copies(const struct firmware *firmware, const struct memory_map *map,
                  const struct breadcrumb *trail, struct claim *claim);

/* True if some of a copy is in use, so that claim_look() might find more. */
bool claim_is_partial(const struct claim *claim);

/*
 * Looks at copies in memory that others use.  A page of it may not be in the page
 * tables, as the guard pages of some firmware: then this is where the machine hangs,
 * and at the next start again, so looks are counted on the stick first.
 */
void claim_look(struct claim *claim, const struct memory_map *map);

/*
 * Of what has arrived, so that no later run takes it for results that wait.  A copy
 * that is partly in use by the firmware is left alone: it is gone when the machine was
 * off.
 */
void claim_forget(const struct claim *claim);

/*
 * When nothing waits there any more: some firmware clears what is freed.  Only what
 * this start has allocated, and no single pages of what is partly in use; whoever boots
 * next takes the rest for free, by its type.
 */
void claim_release(const struct claim *claim);

/*
 * A copy that is whole; NULL if none is.  faults has KEEP_COPIES elements.  One that is
 * partly in use comes last, and is moved before it is believed.
 */
const struct seal *claim_find(struct claim *claim, enum seal_fault faults[]);
