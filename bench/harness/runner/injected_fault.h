#pragma once
#include "bench/harness/runner/run.h"

/*
 * Before each chunk: the faults that the options ask for while experiments are
 * measured, so that the tests can see them noticed (tests/README.md).  Once, before the
 * third chunk.
 */
void inject_before_chunk(struct run *run, struct experiment *experiment);

/* Before each piece of work on another type of core: one that never ends. */
void inject_in_work(const struct core_own *own);

/* True for that one: it need not be waited for as long as others. */
bool inject_never_ends(const struct core_own *own);

/* After each reading of what disturbs a block: one that comes in its middle. */
void inject_in_block(struct run *run);
