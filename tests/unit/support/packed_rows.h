#pragma once
/* Rows of results.csv as a processor would make them. */
#include "lib/stream/row.h"
#include "tests/unit/support/packed.h"
#include "tests/unit/support/random.h"

static const char *const ops[] = { "none", "cr3_reload", "invlpg", "cr3_pcid_flush",
	                           "cr4_pge_toggle" };
static const char *const variants[] = { "first-bare",      "marginal",
	                                "first-bare-4k",   "first-incl-4k-code",
	                                "marginal-cycles", "first-bare-stores16" };

/* What stands behind the cost; rows with targets come last. */
static inline void add_what_follows(struct random *random, unsigned i, struct row *row)
{
	if (i >= 300) {
		row->farthest = "machine";
		row->farthest_package = 1;
	}
	row->has_spread = true;
	row->spread = (int64_t)random_below_u64(random, 300);
	row->outlier = random_below_u64(random, 40) == 0 ? OUTLIER_YES : OUTLIER_NO;
}

/* A distribution such as a processor's: steps of its clock, a floor, a tail. */
static inline struct row random_row(struct random *random, unsigned i)
{
	static const uint32_t steps[] = { 1, 2, 26, 36 };
	int64_t ticks[255], scratch[2 * 255];
	const uint32_t divisor = i % 2 == 0 ? 1 : 64u << i % 3;
	const uint32_t step = steps[random_below_u64(random, 4)];
	const int64_t floor = (int64_t)random_below_u64(random, 9000);

	for (unsigned k = 0; k < COUNT_OF(ticks); k++) {
		const uint64_t tail = random_below_u64(random, 1 + k * k / 64);

		ticks[k] =
			(floor * divisor + (int64_t)(tail * divisor / 9)) / step * step;
	}

	struct row row = {
		.key.bench = "single_op",
		.key.op = ops[i / 6 % COUNT_OF(ops)],
		.key.variant = variants[i % 6],
		.key.param = "pages",
		.key.value = 64,
		.status = ROW_OK,
		.unit = "ticks",
		.a_min = 100 * step,
		.a_p50 = (100 + random_below_u64(random, 9)) * step,
		.converged = random_below_u64(random, 4) != 0,
		.believed = BELIEVED_YES,
		.quantum = step,
		.canary = 546,
		.order = 1 + (uint32_t)random_below_u64(random, 400),
	};

	row.cost = summarise(ticks, COUNT_OF(ticks), divisor, STEP_NONE, scratch);
	row.estimate = step == 1
	                       ? (struct estimate){ ESTIMATOR_MEDIAN, row.cost.p50,
		                                    row.cost.ci99_lo, row.cost.ci99_hi }
	                       : estimate_huber(ticks, COUNT_OF(ticks), divisor,
	                                        step * 1000, ticks[COUNT_OF(ticks) / 2],
	                                        row.cost.mad * divisor / 1000);
	add_what_follows(random, i, &row);
	row.b_min = row.a_min + (uint64_t)(row.cost.min * divisor / 1000);
	row.b_p50 = row.a_p50 + (uint64_t)(row.cost.p50 * divisor / 1000);
	if (random_below_u64(random, 8) == 0) {
		row.status = ROW_SKIPPED;
		row.reason = "pcid";
		row.cost = (struct summary){ 0 };
		row.estimate = (struct estimate){ 0 };
		row.order = 0;
	}
	return row;
}

static inline void add_rows(unsigned count, uint64_t seed)
{
	struct random random = { seed };

	packed_add(PACK_RECORD, "@run run-1");
	packed_add(FILE_RESULTS, file_columns(FILE_RESULTS));
	for (unsigned i = 0; i < count; i++) {
		const struct row row = random_row(&random, i);
		struct line line;

		row_to_csv(&row, &line);
		packed_add(FILE_RESULTS, line_text(&line));
	}
	packed_add(PACK_RECORD, "@done 0");
}
