#pragma once
/*
 * What a shootdown leaves a target to fetch again: pages that it reads before and
 * behind, on its own clock.
 */
#include "bench/harness/experiment/bench.h"

/* Pages of such a working set. */
extern const uint32_t refill_pages[];
#define REFILL_SETS 4u
#define REFILL_PAGES_ALL (8u + 64u + 512u + 1536u)

/*
 * A shootdown as shape_shootdown's, of pages that are none of the working set; behind
 * it the first target reads the working set of value pages, one behind the other, as a
 * job.  A is the same behind changed entries that nobody was told of.  The figure is
 * the reading alone, on the target's clock.  Before every window the target has read
 * the pages twice.
 *
 * Behind B a stale word of a changed page fails the row.  Nothing is looked for behind
 * A: the working set may have driven what would be stale out of the TLB.
 */
extern const struct shape shape_refill;
