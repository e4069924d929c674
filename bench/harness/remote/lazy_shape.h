#pragma once
/*
 * Shootdowns among processors of which some are lazy (paging/lazy.h), and their coming
 * back.  Parameters: targets, and of struct remote pages, phase, lazy, stays, others,
 * touches, figure.
 *
 * Before every window all come back to the space, and read through the pages whose
 * entries were changed: a stale word is a failed row.
 */
#include "bench/harness/experiment/bench.h"

extern const struct shape shape_lazy;

/* Requests of one series, in LAZY_PHASE_SERIES. */
#define LAZY_SERIES 8u
