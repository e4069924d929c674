#pragma once
/*
 * The verification on every processor, where one core of each type is not enough: an
 * erratum of one processor alone is not seen anywhere else.
 */
#include "bench/harness/runner/run.h"

/* Processors beside those that are measured, if they are to be verified; else 0. */
unsigned each_cpu_count(const struct run *run);

/*
 * Verifies on each of them, once, before anything is measured, all operations that the
 * rows of its type use, or the boot processor's if its type has none.  What fails is
 * not believed of that type; what passes says nothing of the core that is measured.
 * Records lines of cells that fail, and for each processor a fact with its counts, or
 * why there are none.  The run has failed if a cell does, or if one does not answer.
 */
void each_cpu_verify(struct run *run);

/* Most bytes of that in the record, of so many processors. */
uint64_t each_cpu_bytes(const struct config *config, uint64_t processors);
