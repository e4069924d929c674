#pragma once
/*
 * What a measurement of the machine has to find, computed from its parameters alone:
 * neither the model nor the program measured has a part in it.
 *
 * Noise, spikes and errata are left out.  Times are in milli-ticks of the TSC.
 */
#include "tests/silicon/truth/question.h"

struct silicon_answer silicon_truth(const struct machine_params *params,
                                    const struct silicon_question *question);

/*
 * Number of pages N from which a full flush is not dearer than N invalidations of one
 * page each, of so many pages in use that are walked for again: thousandths of a page.
 */
uint64_t silicon_truth_break_even(uint64_t flush, uint64_t invalidation,
                                  uint64_t refill, uint64_t pages);
