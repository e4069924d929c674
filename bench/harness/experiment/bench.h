#pragma once
/*
 * What a benchmark is: a name and a plan.  The plan says which experiments there
 * are; how they are primed, timed, verified, summarised and delivered is the same
 * for all and lives here in harness/.
 */
#include "bench/harness/experiment/chase_spec.h"
#include "bench/harness/experiment/remote_spec.h"
#include "bench/harness/sample/sampler.h"
#include "bench/harness/space/workspace.h"
#include "lib/machine/machine.h"
#include "lib/stream/row.h"
#include "paging/tlb_op.h"

#include <stdint.h>

struct record;
struct remote_group;
struct selftest;
struct plan;
struct experiment;

/* What a benchmark without experiments works with. */
struct bench_run {
	const struct config *config;
	const struct machine *machine;
	struct workspace *workspace; /* empty */
	const char *core_type;       /* of the boot processor; NULL: all are alike */
	struct remote_group *group;
	struct record *record;
	struct selftest *selftest;
	/* One part of its work begins, of that name. */
	void (*progress)(void *context, const char *name);
	void *context;
};

struct bench {
	const char *name; /* as in results.csv */
	/* Calls plan_add() for every experiment the benchmark has on any machine. */
	void (*plan)(struct plan *plan);
	/*
	 * How many plans its experiments are in, one measured behind the other, where
	 * they may be more than one has places for; plan_number() says which is made.
	 * At most that many processors take part.  NULL: one.
	 */
	unsigned (*plans)(const struct config *config, unsigned processors);
	/* Before it is planned, where the processors are known; NULL: nothing. */
	void (*prepare)(struct remote_group *group);
	/*
	 * When its experiments are measured, before they are delivered: what only shows
	 * then.  NULL: nothing.
	 */
	void (*conclude)(struct plan *plan);
	/*
	 * What is swept may make its experiments cheaper, and dearer again: a point
	 * between two dearer ones, or two cheaper ones, is nothing strange
	 * (lib/stats/outlier.h).
	 */
	bool bends;
	bool each_core_type; /* measured on one core of each type */
	/*
	 * In place of experiments: what a benchmark does that times nothing, and
	 * records in a file of its own.  True: something was found that must not be.
	 */
	bool (*run)(const struct bench_run *run);
	/* Parts of that work, for progress. */
	unsigned (*parts)(const struct config *config);
	/*
	 * Frames that its experiments take from the pool, samples aside; NULL: hardly
	 * any.
	 */
	uint64_t (*frames)(const struct config *config);
};

/* What went wrong while an experiment was measured. */
struct mishap {
	enum row_status status; /* ROW_OK: nothing */
	const char *reason;
};

/*
 * A shape: how the two windows of an experiment are made, and what else can go wrong
 * with it.  The parameters are in its experiment_spec.
 */
struct shape {
	/*
	 * Makes experiment->pair, and priming if it needs any.  Returns why it cannot
	 * be measured here, NULL if it can.
	 */
	const char *(*equip)(const struct plan *plan, struct experiment *experiment);
	/* Around every chunk, warm-up included; NULL: nothing to do. */
	void (*begin)(struct experiment *experiment);
	void (*end)(struct experiment *experiment);
	/* After the last chunk; NULL: nothing can. */
	struct mishap (*mishap)(const struct experiment *experiment);
	/*
	 * False if what the experiment itself looks for behind its windows was not
	 * there where it had to be: then nothing was shown.  NULL: it looks for
	 * nothing.
	 */
	bool (*is_shown)(const struct experiment *experiment);
	/*
	 * Its rows are believed by other cells than their operation's: tell() says by
	 * which, and of one that was not equipped nothing was shown.
	 */
	bool is_verified_apart;
	/*
	 * The types of core whose TLBs the experiment works on, by their numbers as
	 * bits, of an experiment that was equipped.  NULL: that of the core that
	 * measures.
	 */
	uint32_t (*kinds)(const struct experiment *experiment);
	/*
	 * Adds to its row what only the shape knows of one that was equipped; NULL:
	 * nothing.
	 */
	void (*tell)(const struct experiment *experiment, struct row *row);
};

/* What is meant where none is named: copies of an operation's body in each arm. */
extern const struct shape shape_repeat;

#define VARIANT_CHARS 48u

/*
 * One experiment: a pair of windows, by which B exceeds A divisor times over.  All else
 * is the same in both.
 */
struct experiment_spec {
	const struct tlb_op *op;
	const struct shape *shape;   /* NULL: copies of op's body, as said below */
	char variant[VARIANT_CHARS]; /* parts in the order bench/README.md gives */
	const char *param;           /* what value is; NULL without */
	uint32_t value;
	uint32_t back; /* experiments before it is the one that it is another reading of
	                */
	const char *unit; /* of what the windows return; NULL: the clock's */
	uint32_t targets; /* remote processors that take part */
	uint32_t copies_a, copies_b;
	uint32_t divisor;
	enum target_kind target;
	uint32_t target_pages;  /* that copies aim at, one each; 0: it aims at none */
	bool target_is_absent;  /* not primed */
	bool pcide;             /* with CR4.PCIDE set */
	bool names_another;     /* aims at PCID_TARGET, and is primed there */
	bool tce;               /* with EFER.TCE set */
	uint32_t working_pages; /* primed besides, so that the TLB is not empty */
	enum alias alias;
	uint32_t stores;
	struct touches touches;
	enum clock clock;          /* CLOCK_PMC: core cycles, in windows of their own */
	struct chase_spec chase;   /* of shape_chase */
	const void *setting;       /* of a shape that a benchmark has for itself */
	struct remote_spec remote; /* for shapes that need other processors */
};

/*
 * Adds a row.  One whose operation the machine lacks, or for which there is no
 * memory, becomes a skipped row with the reason; one the user did not select is left
 * out.
 */
void plan_add(struct plan *plan, const struct experiment_spec *spec);

/* For a plan to choose by: what it runs on and what the user asked for. */
const struct config *plan_config(const struct plan *plan);
const struct machine *plan_machine(const struct plan *plan);

/* The first plan of a benchmark is 0; see struct bench, plans. */
unsigned plan_number(const struct plan *plan);

/* The processors there are; NULL as long as nobody knows. */
struct remote_group *plan_group(const struct plan *plan);

/*
 * Pages of that size a working set can have in the TLB, as CPUID says; a guess where it
 * says nothing.
 */
uint32_t plan_tlb_reach(const struct plan *plan, enum tlb_side side,
                        enum tlb_page page);

/*
 * Copies U for the marginal cost, the difference between 2U and U copies: as many as
 * make one TSC step a quarter of a tick per operation, within limits.
 */
uint32_t plan_unroll(const struct plan *plan);

/* True in `full`: for rows that answer no decision, or that take long. */
bool plan_is_longest(const struct plan *plan);

/* Whether rows sweep that operation under this profile. */
bool plan_is_swept(const struct plan *plan, const struct tlb_op *op);

/*
 * True if the profile measures point i of a sweep of count points: all of them, the
 * powers of two (quick), or the ends and the powers of four (smoke).
 */
bool plan_has_point(const struct plan *plan, const uint32_t *points, unsigned count,
                    unsigned i);

extern const struct bench *const benches[];
extern const unsigned bench_count;
