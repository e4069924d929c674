#pragma once
/*
 * The run, from the first record to the last: what clock it is, then for each benchmark
 * verification, timing, verification, rows; then the sums.
 */
#include "bench/harness/runner/run.h"

/* Exit status, as run.sh hands it on. */
enum run_status {
	RUN_OK = 0,
	RUN_FAILED = 1,           /* a row or a verification failed */
	RUN_NOTHING_SELECTED = 2, /* no benchmark has that name */
	RUN_NOT_FINISHED = 4,     /* an exception nobody expected */
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
