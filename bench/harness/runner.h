#pragma once
/*
 * The run, from the first record to the last: what clock it is, then for each benchmark
 * verification, timing, verification, rows; then the sums.
 */
#include "bench/harness/canary.h"
#include "bench/harness/cores.h"
#include "bench/harness/crew_start.h"
#include "bench/harness/matrix.h"
#include "bench/harness/party.h"
#include "bench/harness/plan.h"
#include "bench/harness/selftest.h"
#include "lib/record.h"

/* Exit status, as run.sh hands it on. */
enum run_status {
	RUN_OK = 0,
	RUN_FAILED = 1,           /* a row or a verification failed */
	RUN_NOTHING_SELECTED = 2, /* no benchmark has that name */
	RUN_NOT_FINISHED = 4,     /* an exception nobody expected */
};

struct run {
	const struct config *config;
	struct machine *machine; /* what is found out about the clock goes here */
	struct record *record;
	/* When a benchmark's rows have been delivered, and nothing is measured. */
	void (*on_delivered)(void *context);
	void *context;
	struct frame_pool *pool;
	uint64_t root;
	struct crew crew; /* started */
	struct party party;

	struct workspace workspace;
	struct dither dither;
	struct sampler sampler;
	struct fingerprint fingerprint;
	struct selftest selftest;
	struct canary canary;
	struct frequency frequency; /* over all rows of the boot processor so far */
	struct verify_ground ground;
	bool can_verify;
	struct plan plan;
	bool rows_pending; /* the plan's rows are not delivered yet */
	struct core_kinds kinds;
	/* By kind, the boot processor's first; others is what those behind it have. */
	struct core cores[CORE_KINDS];
	struct core_own others[CORE_KINDS - 1];
	unsigned core_count;
	const struct core *core; /* whose rows the plan has */
	unsigned steps_before;   /* rows and verifications of what is done */
	unsigned steps;
	uint32_t chunk;       /* number of the last chunk measured */
	uint32_t planted_nmi; /* windows until it is sent */
	/* Where it comes behind the next reading of disturbances. */
	const struct experiment *planted_stray;
	bool failed;
	char activity[CONFIG_TEXT + VARIANT_CHARS]; /* what is running now */
};

/* Frames a whole run takes from the pool under these options. */
uint64_t runner_frames(const struct config *config);

/* Bytes of the record stream of a whole run, at most, under these options. */
uint64_t runner_stream_bytes(const struct config *config,
                             const struct machine *machine);

/* Those that are no samples, once it is known what is selected. */
uint64_t runner_row_bytes(const struct run *run);

/* False if the options select no row at all.  Before runner_run(). */
bool runner_has_work(struct run *run);

/*
 * Measures and delivers everything but what was known before: machine_record() and the
 * records that begin and end a run are the caller's.  The fields of run above workspace
 * are filled in; the rest is zero.
 */
enum run_status runner_run(struct run *run);

/* After an exception: delivers the rows measured so far and the sums. */
void runner_abort(struct run *run);
