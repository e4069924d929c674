/* What a guest's TLB must drop, on AMD SVM: the existence test in a guest of ours. */
#include "bench/harness/nested/nested_verify.h"
#include "bench/harness/experiment/bench.h"
#include "bench/harness/selftest/selftest.h"
#include "lib/options/config.h"

/* With any of its rows: they are believed by what is shown here. */
static bool is_selected(const struct config *config)
{
	static const char *const ops[] = { NULL, "none", "invlpg", "cr3_reload" };
	bool selected = false;

	for (unsigned i = 0; i < sizeof ops / sizeof ops[0]; i++)
		selected = selected || config_selects(config, "nested", ops[i]);
	return selected;
}

static unsigned parts(const struct config *config)
{
	return is_selected(config) ? 1 : 0;
}

static uint64_t frames(const struct config *config)
{
	(void)config;
	return nested_frames();
}

/* False: the guest is not to be run again. */
static bool try_cell(const struct bench_run *run, struct nested *nested,
                     const struct nested_cell *cell)
{
	const struct nested_trials trials = {
		.nested = nested,
		.config = run->config,
		.trials = VERIFY_TRIALS,
	};
	const bool applies = nested != NULL && nested->lacks == NULL &&
	                     nested_cell_applies(cell, nested->leaf.flushes_by_asid);
	struct staleness staleness;
	bool came_back = true;
	struct line line;

	if (applies)
		came_back = nested_verify(&trials, cell, &staleness);
	if (applies && came_back)
		tally_cell(&nested->tallies[cell->act],
		           verdict_of(cell->rule, &staleness));
	nested_cell_to_csv(&line, cell, applies && came_back ? &staleness : NULL,
	                   run->core_type);
	record_line(run->record, &line);
	return came_back;
}

static void record_sum(const struct bench_run *run, const struct tally *tally,
                       bool lost)
{
	const unsigned failed = tally_failures(tally) + lost;

	selftest_add(run->selftest,
	             &(struct selftest_row){
			     .test = "nested",
			     .value = failed * INT64_C(1000),
			     .has_limit = true,
			     .unit = "failed",
			     .verdict = failed != 0          ? SELFTEST_FAIL
	                                : tally->passed != 0 ? SELFTEST_PASS
	                                                     : SELFTEST_SKIPPED,
		     });
}

/* A guest that did not come back is run no more, and is a failure. */
static bool run(const struct bench_run *run)
{
	struct nested *const nested = nested_open(run->workspace, run->machine);
	const bool runs =
		nested != NULL && nested->lacks == NULL && nested_begin(nested);
	struct tally tally = { 0 };

	run->progress(run->context, "nested/verify");
	record_begin(run->record, FILE_VERIFY);
	for (unsigned i = 0; i < nested_cell_count; i++)
		if (!try_cell(run, nested, &nested_cells[i]))
			nested->lacks = nested->guest.fault;
	record_end(run->record);
	for (unsigned act = 0; nested != NULL && act < NESTED_ACTS; act++)
		tally_add(&tally, &nested->tallies[act]);
	if (runs)
		nested_end(nested);

	const bool lost = runs && nested->lacks != NULL;

	record_sum(run, &tally, lost);
	return lost || tally_failures(&tally) != 0;
}

static void plan_nothing(struct plan *plan)
{
	(void)plan;
}

const struct bench bench_nested_verify = {
	.name = "nested",
	.plan = plan_nothing,
	.run = run,
	.parts = parts,
	.frames = frames,
};
