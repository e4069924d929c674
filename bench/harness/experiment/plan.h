#pragma once
/*
 * The experiments of one benchmark, from plan to result.  An experiment is what is
 * planned and measured; what it has shown, or why it could not, is its row.
 */
#include "bench/harness/experiment/bench.h"
#include "bench/harness/experiment/chunks.h"
#include "bench/harness/sample/sampler.h"
#include "lib/processor/core_kinds.h"
#include "lib/stats/outlier.h"
#include "lib/stream/row.h"

struct remote_context;

#define PLAN_EXPERIMENTS 704u

/* The reason of a row for which there is none. */
#define NO_MEMORY "memory"

/* That of rows of another core than the boot processor's that did not come back. */
#define NO_ANSWER "its processor did not answer"

/* Bytes of the samples of one experiment. */
uint64_t plan_sample_bytes(const struct profile *profile);

/* Frequency probes kept of one experiment; more chunks than this overwrite the last. */
#define EXPERIMENT_PROBES 16u

struct experiment {
	struct experiment_spec spec;
	struct pair pair;
	struct priming priming;
	struct priming priming_b;      /* where arm B is primed in another way */
	struct chase_context chase[2]; /* of shape_chase, by arm */
	struct walk_context walk[2];   /* of shape_walk */
	struct remote_context *remote; /* with other processors; NULL: without */
	struct samples samples;
	struct chunks chunks;
	uint32_t goal;    /* pairs, of the next chunk */
	const char *skip; /* why it cannot run; NULL if it can */
	uint32_t order;   /* number of its first chunk in the run; 0: has not run yet */
	uint32_t probes[EXPERIMENT_PROBES]; /* ticks */
	uint32_t frequency_probe_count;
	bool converged;
	bool finished;
	bool unanswered; /* the processor that measured it did not come back */
	bool has_point;  /* set, as what follows, by sweep_mark() */
	struct sweep_point point;
	enum outlier outlier;
	/* Ticks by which all samples may be off, and all alike: no sample shows it. */
	uint64_t off_by;
};

struct plan {
	const struct bench *bench;
	unsigned number; /* of the benchmark's plans */
	const struct config *config;
	const struct machine *machine;
	/* What an operation's body is replaced by nothing for; NULL: none. */
	const struct tlb_op *broken;
	bool all_broken; /* so is every other */
	/* The types of core; NULL as long as nobody knows them. */
	const struct core_kinds *kinds;
	unsigned kind; /* number of that which measures; 0: the boot processor's */
	const char *refusal; /* why its core measures nothing; NULL: it does */
	const bool *gave_up; /* as that of a pair, which have none of their own */
	struct remote_group *group; /* NULL as long as nobody knows the processors */
	/* NULL: only count. */
	struct workspace *workspace;
	uint32_t *samples; /* room for those of so many experiments, both arms */
	uint32_t sample_sets;
	unsigned count;
	unsigned lost; /* experiments there was no place for: a mistake in the plan */
	struct experiment experiments[PLAN_EXPERIMENTS];
};

/* Fills plan with the experiments of bench; workspace NULL counts them only. */
void plan_make(struct plan *plan, const struct bench *bench,
               struct workspace *workspace);

/* True if some experiment of the plan uses op, alone or as a partner. */
bool plan_uses(const struct plan *plan, const struct tlb_op *op);

/* What spec's operation is to work on, and what is primed for it. */
struct aim plan_aim(const struct experiment_spec *spec);
struct priming plan_priming(const struct plan *plan,
                            const struct experiment_spec *spec);

/*
 * Where arm A undoes what the operation does, and nothing else, that is done before it
 * is primed.  The pair's windows, arguments and priming are made; arm B's becomes its
 * own.
 */
void plan_prime_undoing(const struct plan *plan, struct experiment *experiment);

/*
 * The types of core whose TLBs experiment works on, by their numbers as bits: that
 * which measures, and those of the processors that it calls.
 */
uint32_t plan_kinds(const struct plan *plan, const struct experiment *experiment);

/* True if some experiment that calls other processors uses op. */
bool plan_uses_remotely(const struct plan *plan, const struct tlb_op *op);

/* True if op was replaced by nothing on purpose. */
bool plan_is_broken(const struct plan *plan, const struct tlb_op *op);

/* "bench/op variant param=value", for people. */
void plan_describe(const struct plan *plan, const struct experiment *experiment,
                   char *name, size_t capacity);

/*
 * The step of the clock that experiment's samples were taken with, in thousandths of a
 * tick; STEP_NONE where they are no ticks of the TSC.
 */
uint32_t plan_step(const struct experiment *experiment, const struct sampler *sampler);

/* What experiment shows so far, as a row. */
struct row plan_row(const struct plan *plan, const struct experiment *experiment,
                    const struct sampler *sampler, enum believed believed);
