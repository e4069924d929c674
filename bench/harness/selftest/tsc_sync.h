#pragma once
/*
 * Whether the TSCs of all processors agree: their offsets by causality, Linux's warp
 * test, and TSC_ADJUST, which is read and never written.
 */
#include "bench/harness/selftest/selftest.h"
#include "bench/harness/smp/smp.h"

enum tsc_sync_time { TSC_SYNC_BEFORE, TSC_SYNC_AFTER };

/*
 * Exchanges stamps with each member, up to 20 000 times as long as there is time, which
 * narrows member->offset further, and lets both look for a clock that went back.  Adds
 * the row tsc_sync, or tsc_sync_after: by how many ticks at most one clock was behind
 * what another had shown.  It passes if that is 0 and no interval is empty.
 */
void tsc_sync_test(struct smp *smp, struct selftest *selftest, enum tsc_sync_time when);

/* The exchange of stamps alone; an interval that is empty then says that a clock moved.
 */
void tsc_sync_narrow(struct smp *smp);
