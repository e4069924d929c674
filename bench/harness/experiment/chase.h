#pragma once
/*
 * The shape of experiments that follow a pointer chain (chase_arena.h) behind an
 * operation, or behind nothing.  What differs between the arms is in the spec; before
 * every window the chain is walked once through each mapping that it is measured in, so
 * that the TLB holds of it what it can; last through the one that the window goes
 * through.
 */
#include "bench/harness/experiment/bench.h"

extern const struct shape shape_chase;
