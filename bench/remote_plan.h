#pragma once
/* What the benchmarks with several processors plan alike. */
#include "bench/harness/experiment/bench.h"
#include "bench/harness/remote/group.h"
#include "bench/harness/work/target_work.h"

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

/* The same, or the work of targets that are not idle, or "sibling". */
const char *remote_waits_name(const struct remote_spec *remote);

/* Where a single target is. */
struct remote_place {
	enum distance distance;
	enum core_type core; /* CORE_UNKNOWN: all are alike */
	unsigned member;     /* as it stands in the group; 1 where there is none */
};

/* "pcore", "ecore"; NULL where all are alike. */
const char *remote_core_name(enum core_type type);

/*
 * Where there are single targets, the nearest first: at each distance one of each type
 * of core; returns how many.  Where nobody is, one place to say so.
 */
#define REMOTE_PLACES ((unsigned)(DISTANCES * (CORE_EFFICIENT + 1)))
unsigned remote_places(const struct plan *plan,
                       struct remote_place places[REMOTE_PLACES]);

/*
 * Where targets are that are not idle: in `full` at all places, else at the nearest
 * that does not share a core with the boot processor.
 */
unsigned remote_work_places(const struct plan *plan,
                            struct remote_place places[REMOTE_PLACES]);

/* The first target that has another thread beside it; the first one if none has. */
struct remote_place remote_sibling_place(const struct plan *plan);

/* Frames that entries which are changed, and the checks of them, need. */
uint64_t remote_flush_frames(const struct config *config);

/* Writes the parts, those that are not NULL, with "-" between them. */
void remote_name(struct experiment_spec *spec, const char *const *parts,
                 unsigned count);

#define REMOTE_NAME(spec, ...)                                                         \
	remote_name((spec), (const char *const[]){ __VA_ARGS__ },                      \
	            sizeof((const char *const[]){ __VA_ARGS__ }) /                     \
	                    sizeof(const char *))
