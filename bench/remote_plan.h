#pragma once
/* What the benchmarks with several processors plan alike. */
#include "bench/harness/experiment/bench.h"
#include "bench/harness/remote/group.h"

/* One more than powers of two below SMP_CPUS, and all. */
#define REMOTE_COUNTS 12u

/* Numbers of targets that are measured: 1, 2, 4, 8 ... and all; returns how many. */
unsigned remote_counts(const struct plan *plan, unsigned counts[REMOTE_COUNTS]);

/* Others, or one where nobody knows: rows are planned all the same, and skipped. */
unsigned remote_others(const struct plan *plan);

/*
 * How targets wait that are many: in PAUSE, as busy as they would be, but halted where
 * processors are threads of an emulator, of which more may be busy than the host has.
 */
enum smp_state remote_busy_state(const struct plan *plan);

/* "spin", "pause", "hlt", "mwait" and its hint, "off". */
const char *remote_state_name(enum smp_state state);

/* Writes the parts, those that are not NULL, with "-" between them. */
void remote_name(struct experiment_spec *spec, const char *const *parts,
                 unsigned count);

#define REMOTE_NAME(spec, ...)                                                         \
	remote_name((spec), (const char *const[]){ __VA_ARGS__ },                      \
	            sizeof((const char *const[]){ __VA_ARGS__ }) /                     \
	                    sizeof(const char *))
