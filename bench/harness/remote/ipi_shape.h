#pragma once
/*
 * A call and its answers: A does not send and does not wait, B does.  Its parameters
 * are mode, state, hint, from, first and figure of struct remote, and the targets.
 */
#include "bench/harness/experiment/bench.h"

extern const struct shape shape_ipi;

/*
 * Looks once more whether the clocks differ by what they did, and takes the one-way
 * times back of those that do not.
 */
void ipi_check_clocks(struct plan *plan);

/* Status and reason of a row of a group: what shapes of other processors share. */
struct mishap group_mishap(const struct experiment *experiment);

/* And who its targets are. */
void group_tell(const struct experiment *experiment, struct row *row);
uint32_t group_kinds(const struct experiment *experiment);
