#pragma once
/*
 * The shape of experiments that walk for pages (walk_pages.h): arm A finds all of them
 * in the TLB and sets nothing, arm B meets what its setting says.  Between T1 and T2
 * both make the same accesses, one behind the other, which both made as loads before
 * T0.
 *
 * Behind each window of B the entries are looked at: where a bit is clear that an
 * access had to set, the row has not shown what it says.
 */
#include "bench/harness/experiment/plan.h"

/* spec.setting is a struct walk_setting; spec.op is what drops translations. */
extern const struct shape shape_walk;

/*
 * The same windows counted, of the experiment before (spec.back): of 1000 accesses, how
 * many raised a page fault, or left an entry without A or D.
 */
extern const struct shape shape_walk_faults, shape_walk_unset;
