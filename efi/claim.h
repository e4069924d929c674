#pragma once
/* The copies that an earlier start has left in RAM, and whose memory that is now. */
#include "efi/keep.h"

struct claim {
	const struct firmware *firmware;
	const struct breadcrumb *trail;  /* of the start that has left them */
	uint64_t copies[KEEP_COPIES];    /* physical addresses; 0: none any more */
	uint64_t allocated[KEEP_COPIES]; /* bytes there, by this start */
};

/*
 * Allocates the memory where an earlier start has left copies, lest somebody else
 * writes there while they are looked at.  One that is no RAM by the map, or in use, is
 * none any more.
 */
void claim_copies(const struct firmware *firmware, const struct memory_map *map,
                  const struct breadcrumb *trail, struct claim *claim);

/*
 * When nothing waits there any more: some firmware clears what is freed.  Only what
 * this start has allocated; whoever boots next takes the rest for free, by its type.
 */
void claim_release(const struct claim *claim);

/* A copy that is whole; NULL if none is.  faults has KEEP_COPIES elements. */
const struct seal *claim_find(const struct claim *claim, enum seal_fault faults[]);
