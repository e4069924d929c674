#pragma once
#include "bench/harness/runner.h"

/*
 * Before each chunk: the faults that the options ask for while rows are measured, so
 * that the tests can see them noticed (tests/README.md).  Once, before the third chunk.
 */
void planted_before_chunk(struct run *run, struct experiment *experiment);

/* After each reading of what disturbs a block: one that comes in its middle. */
void planted_in_block(struct run *run);
