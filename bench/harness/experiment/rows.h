#pragma once
/* What a plan has measured, as the files that hold it. */
#include "bench/harness/experiment/plan.h"
#include "bench/harness/experiment/tally.h"
#include "lib/stream/record.h"

struct rows {
	const struct plan *plan;
	const struct sampler *sampler;
	struct record *record;
	struct row *made; /* room for PLAN_EXPERIMENTS: what rows_record() makes */
	/* False after an exception: only rows that have something to say are sent. */
	bool complete;
	/* Of each type of core, by operation, in the order of tlb_ops; NULL: none. */
	const struct tallies *tallies[CORE_KINDS];
};

/*
 * results.csv and summary.txt; histogram.csv where the profile wants it, samples.csv
 * where the user does.  True if a row failed.
 */
bool rows_record(const struct rows *rows);
