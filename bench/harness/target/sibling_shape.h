#pragma once
/*
 * The other thread of the boot processor's core, with which it may share TLBs, caches
 * of upper levels and page walkers: what walks cost beside it, and what an operation
 * here takes from it.  The target is the experiment's first; rows whose first member is
 * on another core are skipped.
 */
#include "bench/harness/remote/shapes.h"

/* As shape_walk, while the target does spec.remote.work without end. */
extern const struct shape shape_walk_beside;

/*
 * Of 1000 translations that the target has just filled, how many it has lost: in A
 * their entries were changed, in B the operation was done here besides, of as many
 * pages if it takes one (spec.remote.pages).  A word of the old frame is one that was
 * kept.
 */
extern const struct shape shape_sibling_lost;
