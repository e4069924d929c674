#include "lib/stream/row.h"

#include "lib/base/text.h"

const char *row_status_name(enum row_status status)
{
	static const char *const names[] = {
		[ROW_OK] = "ok",
		[ROW_SKIPPED] = "skipped",
		[ROW_FAILED] = "failed",
		[ROW_TIMEOUT] = "timeout",
	};

	return names[status];
}

static void put_empty(struct csv *csv, unsigned count)
{
	while (count-- != 0)
		csv_empty(csv);
}

/* Empty where nothing is known. */
static void put_u64_if(struct csv *csv, bool is_known, uint64_t value)
{
	if (is_known)
		csv_u64(csv, value);
	else
		csv_empty(csv);
}

static void put_milli_if(struct csv *csv, bool is_known, int64_t milli)
{
	if (is_known)
		csv_milli(csv, milli);
	else
		csv_empty(csv);
}

void row_widen(struct row *row, int64_t by)
{
	row->cost.ci95_lo -= by;
	row->cost.ci95_hi += by;
	row->cost.ci99_lo -= by;
	row->cost.ci99_hi += by;
	row->estimate.lo -= by;
	row->estimate.hi += by;
}

/* Both ends; empty where so few values have no interval. */
static void put_interval(struct csv *csv, uint32_t n, enum confidence confidence,
                         int64_t lo, int64_t hi)
{
	if (n < median_interval_least(confidence)) {
		put_empty(csv, 2);
		return;
	}
	csv_milli(csv, lo);
	csv_milli(csv, hi);
}

/* n ... ci99_hi */
static void put_cost(struct csv *csv, const struct row *row)
{
	const struct summary *const cost = &row->cost;
	const int64_t values[] = {
		cost->min, cost->p01, cost->p05, cost->p25,  cost->p50, cost->p75,
		cost->p95, cost->p99, cost->max, cost->mean, cost->mad,
	};

	csv_u64(csv, cost->n);
	csv_u64(csv, row->discard_irq);
	put_u64_if(csv, row->smis_counted, row->discard_smi);
	csv_u64(csv, row->discard_tsc);
	csv_u64(csv, cost->far);
	for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++)
		csv_milli(csv, values[i]);
	put_interval(csv, cost->n, CONFIDENCE_95, cost->ci95_lo, cost->ci95_hi);
	put_interval(csv, cost->n, CONFIDENCE_99, cost->ci99_lo, cost->ci99_hi);
}

/* a_min ... converged */
static void put_arms(struct csv *csv, const struct row *row)
{
	csv_u64(csv, row->a_min);
	csv_u64(csv, row->a_p50);
	csv_u64(csv, row->b_min);
	csv_u64(csv, row->b_p50);
	csv_u64(csv, row->converged);
}

void row_put_key(struct csv *csv, const struct row_key *key)
{
	csv_text(csv, key->bench);
	csv_text(csv, key->op);
	csv_text(csv, key->variant);
	csv_text(csv, key->param);
	put_u64_if(csv, key->param != NULL, key->value);
	put_u64_if(csv, key->targets != 0, key->targets);
}

/* cost ... estimator */
static void put_estimate(struct csv *csv, const struct row *row)
{
	const struct estimate *const estimate = &row->estimate;

	if (estimate->estimator == ESTIMATOR_NONE) {
		put_empty(csv, 4);
		return;
	}
	csv_milli(csv, estimate->cost);
	put_interval(csv, row->cost.n, CONFIDENCE_99, estimate->lo, estimate->hi);
	csv_text(csv, estimator_name(estimate->estimator));
}

void row_to_csv(const struct row *row, struct line *line)
{
	const unsigned cost_columns = 20;
	const unsigned arm_columns = 5;
	struct csv csv = csv_begin(line);

	row_put_key(&csv, &row->key);
	csv_text(&csv, row_status_name(row->status));
	csv_text(&csv, row->reason);
	csv_text(&csv, row->unit);
	if (row->cost.n != 0) {
		put_cost(&csv, row);
		put_arms(&csv, row);
	} else {
		put_empty(&csv, cost_columns + arm_columns);
	}
	put_u64_if(&csv, row->believed != BELIEVED_UNKNOWN,
	           row->believed == BELIEVED_YES);
	csv_u64(&csv, row->quantum);
	put_u64_if(&csv, row->order != 0, row->canary);
	put_u64_if(&csv, row->order != 0, row->order);
	put_estimate(&csv, row);
	put_milli_if(&csv, row->has_spread && row->cost.n != 0, row->spread);
	put_u64_if(&csv, row->outlier != OUTLIER_UNKNOWN && row->cost.n != 0,
	           row->outlier == OUTLIER_YES);
	csv_text(&csv, row->farthest);
	put_u64_if(&csv, row->farthest != NULL, row->farthest_package);
	put_milli_if(&csv, row->slowest_target != 0, row->slowest_target);
	put_milli_if(&csv, row->fastest_target != 0, row->fastest_target);
	put_milli_if(&csv, row->slept_known, row->slept);
	put_milli_if(&csv, row->slept_deep_known, row->slept_deep);
	put_u64_if(&csv, row->farthest_node_known, row->farthest_node);
	put_u64_if(&csv, row->memory_node_known, row->memory_node);
	csv_text(&csv, row->key.core_type);
}

#define NAME_AT 42u /* the column behind value, numbers and belief */
#define NUMBER_WIDTH 10u

/* Where the row stands in its sweep; the pages of single_op are the same in all rows.
 */
static void put_value(struct line *line, const struct row *row)
{
	if (row->key.param != NULL && !(text_equal(row->key.bench, "single_op") &&
	                                text_equal(row->key.param, "pages")))
		line_format(line, "%4u", row->key.value);
	else
		line_put(line, "    ");
}

static void put_number(struct line *line, int64_t thousandths)
{
	line_put_char(line, ' '); /* whatever the number's length */

	const size_t from = line->length;

	line_put_milli(line, thousandths);
	line_align_right(line, from, NUMBER_WIDTH - 1);
}

/* What is told from all others of the benchmark, with the value in front. */
static void put_name(struct line *line, const struct row *row)
{
	line_pad_to(line, NAME_AT);
	line_format(line, "  %s %s", row->key.op, row->key.variant);
	if (row->key.targets != 0 &&
	    (row->key.param == NULL || !text_equal(row->key.param, "targets")))
		line_format(line, " targets=%u", row->key.targets);
}

void row_summary_heading(const char *bench, const char *core_type, struct line *line)
{
	line_clear(line);
	line_put(line, "  at      cost  99% from        to  belief");
	line_format(line, "  %s", bench);
	if (core_type != NULL)
		line_format(line, " on %s", core_type);
}

void row_to_summary(const struct row *row, struct line *line)
{
	static const char *const words[] = {
		[BELIEVED_UNKNOWN] = "-",
		[BELIEVED_NO] = "NO",
		[BELIEVED_YES] = "yes",
	};

	line_clear(line);
	put_value(line, row);
	if (row->status != ROW_OK) {
		line_format(line, "  %s: %s", row_status_name(row->status),
		            row->reason);
		put_name(line, row);
		return;
	}
	put_number(line, row->estimate.cost);
	if (row->cost.n < median_interval_least(CONFIDENCE_99)) {
		line_put(line, "         -         -");
	} else {
		put_number(line, row->estimate.lo);
		put_number(line, row->estimate.hi);
	}
	line_format(line, "  %s", words[row->believed]);
	put_name(line, row);
}
