#pragma once
/*
 * The run, from the first record to the last: what machine it is, then for each
 * benchmark verification, timing, verification, rows; then the sums.
 */
#include "bench/harness/plan.h"
#include "bench/harness/verify.h"
#include "lib/record.h"

/* Exit status, as run.sh hands it on. */
enum run_status {
	RUN_OK = 0,
	RUN_FAILED = 1,           /* a row or a verification failed */
	RUN_NOTHING_SELECTED = 2, /* no benchmark has that name */
	RUN_NOT_FINISHED = 4,     /* an exception nobody expected */
};

/* Outcomes of the must cells of one operation, in both phases. */
struct tally {
	unsigned passed, failed;
};

#define RUNNER_OPS 16u

struct run {
	const struct config *config;
	struct machine *machine; /* env and quantum are found out here */
	struct record *record;
	struct frame_pool *pool;
	uint64_t root;
	const volatile uint32_t *interrupts;

	struct workspace workspace;
	struct sampler sampler;
	struct verify_ground ground;
	bool can_verify;
	struct plan plan;
	bool rows_pending; /* the plan's rows are not delivered yet */
	struct tally tallies[RUNNER_OPS];
	unsigned step, steps;
	uint32_t order;
	bool failed;
	char activity[CONFIG_TEXT]; /* what is running now */
};

/* Frames a whole run takes from the pool under these options. */
uint64_t runner_frames(const struct config *config);

/*
 * Measures and delivers everything but what was known before: machine_record() and the
 * records that begin and end a run are the caller's.  The
 * fields of run above workspace are filled in; the rest is zero.
 */
enum run_status runner_run(struct run *run);

/* After an exception: delivers the rows measured so far and the sums. */
void runner_abort(struct run *run);
