#pragma once
/* The copies that an earlier start has left in RAM, and whose memory that is now. */
#include "efi/keep.h"

struct claim {
	const struct firmware *firmware;
	const struct breadcrumb *trail;  /* of the start that has left them */
	uint64_t copies[KEEP_COPIES];    /* physical addresses; 0: none any more */
	uint64_t allocated[KEEP_COPIES]; /* bytes there, by this start */
	uint64_t shared[KEEP_COPIES];    /* bytes of one that is partly in use */
	struct seal *moved;              /* which is therefore read here; NULL: none */
};

/*
 * Allocates the memory where an earlier start has left copies, lest somebody else
 * writes there while they are looked at: all its room, or where the firmware uses some
 * of that, what header and stream take, or of these the pages that are free.  One that
 * is no RAM by the map, or is in use and has no header, is none any more.
 */
void claim_copies(const struct firmware *firmware, const struct memory_map *map,
                  const struct breadcrumb *trail, struct claim *claim);

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
