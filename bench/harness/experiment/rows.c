#include "bench/harness/experiment/rows.h"

#include "lib/base/csv.h"
#include "lib/stats/histogram.h"

static bool is_known(const struct rows *rows, const struct experiment *experiment)
{
	return rows->complete || experiment->skip != NULL || experiment->samples.n != 0;
}

/* Of two, as far as the less sure of them. */
static enum believed less_sure(enum believed a, enum believed b)
{
	if (a == BELIEVED_NO || b == BELIEVED_NO)
		return BELIEVED_NO;
	return a == BELIEVED_YES ? b : a;
}

/* On that type of core, in the state of the processor that the row is measured in. */
static enum believed believed_on(const struct rows *rows, unsigned kind,
                                 const struct tlb_op *op,
                                 const struct experiment_spec *spec)
{
	const struct tallies *const tallies = rows->tallies[kind];

	if (tallies == NULL)
		return BELIEVED_UNKNOWN;
	return tally_believed(
		&tallies[op - tlb_ops].in[tlb_mode_number(spec->pcide, spec->tce)]);
}

/* On every type of core that the row works on; a kind without number was not asked. */
static enum believed believed_in(const struct rows *rows, const struct tlb_op *op,
                                 const struct experiment *experiment)
{
	const uint32_t kinds = plan_kinds(rows->plan, experiment);
	enum believed believed =
		kinds >> CORE_KINDS != 0 ? BELIEVED_UNKNOWN : BELIEVED_YES;

	for (unsigned kind = 0; kind < CORE_KINDS; kind++)
		if ((kinds >> kind & 1) != 0)
			believed = less_sure(believed, believed_on(rows, kind, op,
			                                           &experiment->spec));
	return believed;
}

/* A row of two operations is believed as far as the less sure of them. */
static enum believed believed_of(const struct rows *rows,
                                 const struct experiment *experiment)
{
	const struct experiment_spec *const spec = &experiment->spec;
	const struct tlb_op *const partner =
		spec->chase.partner == NULL ? spec->op : spec->chase.partner;

	if (!rows->complete)
		return BELIEVED_UNKNOWN;
	return less_sure(believed_in(rows, spec->op, experiment),
	                 believed_in(rows, partner, experiment));
}

/* Once for each: it sorts the samples. */
static void make_all(const struct rows *rows)
{
	for (unsigned i = 0; i < rows->plan->count; i++) {
		const struct experiment *const experiment = &rows->plan->experiments[i];

		rows->made[i] = plan_row(rows->plan, experiment, rows->sampler,
		                         believed_of(rows, experiment));
	}
}

static bool put_results(const struct rows *rows)
{
	bool failed = false;

	record_begin(rows->record, FILE_RESULTS);
	for (unsigned i = 0; i < rows->plan->count; i++) {
		const struct row *const row = &rows->made[i];
		struct line line;

		if (!is_known(rows, &rows->plan->experiments[i]))
			continue;
		row_to_csv(row, &line);
		record_line(rows->record, &line);
		failed = failed || row->status == ROW_FAILED ||
		         row->status == ROW_TIMEOUT;
	}
	record_end(rows->record);
	return failed;
}

/* Of rows that the boot processor did not measure. */
static const char *kind_of(const struct plan *plan)
{
	return plan->kind == 0 ? NULL : plan->kinds->list[plan->kind].name;
}

static void put_summary(const struct rows *rows)
{
	struct line line;

	record_begin(rows->record, FILE_SUMMARY);
	row_summary_heading(rows->plan->bench->name, kind_of(rows->plan), &line);
	record_line(rows->record, &line);
	for (unsigned i = 0; i < rows->plan->count; i++) {
		if (!is_known(rows, &rows->plan->experiments[i]))
			continue;
		row_to_summary(&rows->made[i], &line);
		record_line(rows->record, &line);
	}
	record_end(rows->record);
}

struct bucket_line {
	struct record *record;
	const struct row_key *key;
	uint32_t divisor;
};

/* Buckets are of the pair's difference; their ends are divided like every statistic. */
static void put_bucket(void *context, struct bucket bucket, uint32_t count)
{
	const struct bucket_line *const to = context;
	struct line line;
	struct csv csv = csv_begin(&line);

	row_put_key(&csv, to->key);
	csv_milli(&csv, per_operation_milli(bucket.lo, to->divisor));
	csv_milli(&csv, per_operation_milli(bucket.hi, to->divisor));
	csv_u64(&csv, count);
	csv_text(&csv, to->key->core_type);
	record_line(to->record, &line);
}

static void put_histograms(const struct rows *rows)
{
	record_begin(rows->record, FILE_HISTOGRAM);
	for (unsigned i = 0; i < rows->plan->count; i++) {
		const struct experiment *const experiment = &rows->plan->experiments[i];
		struct bucket_line to = {
			.record = rows->record,
			.key = &rows->made[i].key,
			.divisor = experiment->spec.divisor,
		};

		/* Leaves the differences sorted behind. */
		if (sampler_summary(rows->sampler, &experiment->samples, 1, STEP_NONE)
		            .n != 0)
			histogram(rows->sampler->differences, experiment->samples.n,
			          put_bucket, &to);
	}
	record_end(rows->record);
}

static void put_samples(const struct rows *rows)
{
	record_begin(rows->record, FILE_SAMPLES);
	for (unsigned i = 0; i < rows->plan->count; i++) {
		const struct experiment *const experiment = &rows->plan->experiments[i];
		const struct samples *const samples = &experiment->samples;
		const struct row_key *const key = &rows->made[i].key;

		for (uint32_t n = 0; n < samples->n; n++) {
			struct line line;
			struct csv csv = csv_begin(&line);

			row_put_key(&csv, key);
			csv_u64(&csv, n);
			csv_u64(&csv, samples->a[n]);
			csv_u64(&csv, samples->b[n]);
			csv_u64(&csv, experiment->spec.divisor);
			csv_text(&csv, key->core_type);
			record_line(rows->record, &line);
		}
	}
	record_end(rows->record);
}

/* The short files first: a line that is cut then loses the long ones. */
bool rows_record(const struct rows *rows)
{
	bool failed;

	make_all(rows);
	failed = put_results(rows);
	put_summary(rows);
	if (rows->plan->config->profile->histograms)
		put_histograms(rows);
	if (rows->plan->config->raw)
		put_samples(rows);
	return failed;
}
