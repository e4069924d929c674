#pragma once
/* The copies that an earlier start has left in RAM, and whose memory that is now. */
#include "efi/ram_log/ram_log.h"

struct reclaim {
	const struct firmware *firmware;
	const struct run_marker *marker;    /* of the start that has left them */
	uint64_t copies[RAM_LOG_COPIES];    /* physical addresses; 0: none any more */
	uint64_t allocated[RAM_LOG_COPIES]; /* bytes there, by this start */
	bool in_use[RAM_LOG_COPIES];        /* some of it: nothing there was read yet */
	uint64_t shared[RAM_LOG_COPIES];    /* bytes of one that is partly in use */
	struct log_header *moved; /* which is therefore read here; NULL: none */
};

/*
 * Allocates the memory where an earlier start has left copies, lest somebody else
 * writes there while they are looked at: all its room, or where the firmware uses some
 * of that, what header and stream take.  One that is no RAM by the map is none any
 * more. Nothing is read that this start has not allocated.
 */
void reclaim_copies(const struct firmware *firmware, const struct memory_map *map,
                    const struct run_marker *marker, struct reclaim *reclaim);

/* True if some of a copy is in use, so that reclaim_look() might find more. */
bool reclaim_is_partial(const struct reclaim *reclaim);

/*
 * Looks at copies in memory that others use.  A page of it may not be in the page
 * tables, as the guard pages of some firmware: then this is where the machine hangs,
 * and at the next start again, so looks are counted on the stick first.
 */
void reclaim_look(struct reclaim *reclaim, const struct memory_map *map);

/*
 * Of what has arrived, so that no later run takes it for results that wait.  A copy
 * that is partly in use by the firmware is left alone: it is gone when the machine was
 * off.
 */
void reclaim_forget(const struct reclaim *reclaim);

/*
 * When nothing waits there any more: some firmware clears what is freed.  Only what
 * this start has allocated, and no single pages of what is partly in use; whoever boots
 * next takes the rest for free, by its type.
 */
void reclaim_release(const struct reclaim *reclaim);

/*
 * A copy that is whole; NULL if none is.  faults has RAM_LOG_COPIES elements.  One that
 * is partly in use comes last, and is moved before it is believed.
 */
const struct log_header *reclaim_find(struct reclaim *reclaim,
                                      enum log_header_fault faults[]);
