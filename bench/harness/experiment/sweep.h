#pragma once
/* The experiments of a plan that are points of one sweep, held against each other. */
#include "bench/harness/experiment/plan.h"

/*
 * Notes in every experiment whether it contradicts its neighbours, those with the next
 * smaller and the next larger value of its param, all else being the same
 * (lib/stats/outlier.h).  An experiment has its 99 % interval, made wider on either
 * side by the spread of its chunks, or by the width that the interval of an experiment
 * that is done may have, if that is more.
 *
 * Experiments in other units than ticks and cycles, skipped and failed ones, and those
 * with fewer than 8 samples are no neighbours, and are not judged.  Nor is a param that
 * is the name of a processor, or benchmarks that bend.
 */
void sweep_mark(struct plan *plan, const struct sampler *sampler);
