#pragma once
/*
 * In which order processors become the targets of a row that has so many (pure).  The
 * firmware's order is another on every machine: the first target would be a thread of
 * the caller's core on one of them, and a processor of another package on the next.
 */
#include "lib/processor/topology.h"

#include <stdint.h>

struct target_rank {
	uint16_t place;  /* in the list */
	uint16_t thread; /* of its core, of those that come before it in the list */
	uint16_t turn;   /* in its package, of those that are equal so far */
	enum distance distance; /* from who calls */
};

/*
 * all[0] is who calls; ranks[0 ... count - 2] become the others in order: one thread of
 * each core, nearest first, those of other packages from each package in turn; then the
 * second thread of each core, the caller's own first, and so on.  Equal ones keep the
 * order of the list.
 */
void target_order(const struct topology *const *all, unsigned count,
                  struct target_rank *ranks);

/* Up to so many processors each calls each other one; usually fewer. */
#define TARGET_PAIRS_OF 64u
#define TARGET_PAIRS_OF_USUAL 16u
/* Each of so many calls each other, and with more processors a neighbour too. */
#define TARGET_PAIRS (TARGET_PAIRS_OF * (TARGET_PAIRS_OF - 1) + 2 * TARGET_PAIRS_OF)

/*
 * True if all[place] is none of the targets, all[first] and those behind it, and would,
 * awake, keep one of them from sleeping deeper than C1.
 */
bool target_is_kept_awake_by(const struct topology *const *all, unsigned first,
                             unsigned targets, unsigned place);

struct target_pair {
	uint16_t from, to;
};

/*
 * Who calls whom, one by one, of all that are in the order above behind all[0]; returns
 * how many, each once.  Up to most processors (TARGET_PAIRS_OF at most) each calls each
 * other one.  Of more the first of each last-level cache calls the first of each other
 * one, and the nearest core of its own package.  Where there are more than most of
 * these, the first of each package does so, and all[0] calls the first of each cache
 * besides.  What has no room is left out.
 */
unsigned target_pairs(const struct topology *const *all, unsigned count, unsigned most,
                      struct target_pair pairs[TARGET_PAIRS]);
