#pragma once
/*
 * What a benchmark is: a name and a plan.  The plan says which experiments there
 * are; how they are primed, timed, verified, summarised and delivered is the same
 * for all and lives here in harness/.
 */
#include "lib/machine.h"
#include "paging/tlb_op.h"

#include <stdint.h>

struct plan;

struct bench {
	const char *name; /* as in results.csv */
	/* Calls plan_add() for every row the benchmark has on any machine. */
	void (*plan)(struct plan *plan);
};

/* One row: window B has more copies of the body than window A, by divisor. */
struct experiment_spec {
	const struct tlb_op *op;
	const char *variant; /* parts in the order bench/README.md gives */
	const char *param;   /* what value is; NULL without */
	uint32_t value;
	uint32_t copies_a, copies_b;
	uint32_t divisor;
	uint32_t target_pages; /* primed, one for each copy that aims at a page */
	uint32_t primed_pages; /* primed besides, so that the TLB is not empty */
};

/*
 * Adds a row.  One whose operation the machine lacks, or for which there is no
 * memory, becomes a skipped row with the reason; one the user did not select is left
 * out.
 */
void plan_add(struct plan *plan, const struct experiment_spec *spec);

/* For a plan to choose by: what it runs on and what the user asked for. */
const struct config *plan_config(const struct plan *plan);

/*
 * Copies U for the marginal cost, the difference between 2U and U copies: as many as
 * make one TSC step a quarter of a tick per operation, within limits.
 */
uint32_t plan_unroll(const struct plan *plan);

extern const struct bench *const benches[];
extern const unsigned bench_count;
