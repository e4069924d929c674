#pragma once
/*
 * Whether an instruction leaves the guest, by what it costs: a way to the hypervisor
 * and back costs some thousand cycles, where the processor does it alone some hundred.
 * What such a way costs here is told by CPUID, which always takes it (SDM 3C
 * "Instructions That Cause VM Exits Unconditionally"; AMD's processors may leave it
 * out, and no hypervisor does).
 */
#include "lib/base/line.h"
#include "lib/stats/two_levels.h"

#include <stdbool.h>

enum exit_verdict { EXIT_UNCLEAR, EXIT_NO, EXIT_YES };

/*
 * Half of what CPUID costs, or more, is an exit, a quarter or less is none.  ticks are
 * of so many instructions at a time.  Two levels that say different things are unclear,
 * and so is all where CPUID shows no exit: reference = 0.
 */
enum exit_verdict exit_verdict(const struct two_levels *levels, uint32_t instructions,
                               int64_t reference);

/*
 * What CPUID costs, for the others; 0 if that is no exit: less than 400 ADDs,
 * one of which takes so many thousandths of a tick.  The lower of two levels.
 */
int64_t exit_reference(const struct two_levels *cpuid, int64_t add_milli);

/* "yes", "no", "unclear". */
const char *exit_verdict_name(enum exit_verdict verdict);

/* "1412", or of two levels "212 (71 %) 1890 (29 %)", in ticks. */
void exit_put_levels(const struct two_levels *levels, struct line *line);
