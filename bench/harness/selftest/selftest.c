#include "bench/harness/selftest/selftest.h"

#include "lib/base/csv.h"
#include "lib/base/text.h"
#include "lib/x86/insn.h"

#define MILLI INT64_C(1000)

static const struct body nothing;

void selftest_add(struct selftest *selftest, const struct selftest_row *row)
{
	if (selftest->count < SELFTEST_ROWS)
		selftest->rows[selftest->count++] = *row;
}

static struct samples no_samples(struct selftest *selftest)
{
	return (struct samples){
		.a = selftest->a,
		.b = selftest->b,
		.capacity = SELFTEST_PAIRS,
	};
}

struct estimate selftest_estimate(struct selftest *selftest, const struct pair *pair,
                                  uint32_t pairs)
{
	const struct sampler *const sampler = selftest->sampler;
	struct samples samples = no_samples(selftest);

	if (pair->a == NULL || pair->b == NULL)
		return (struct estimate){ .estimator = ESTIMATOR_NONE };
	(void)sampler_measure(sampler, pair, &samples, pairs);
	return sampler_estimate(sampler, &samples, pair->divisor, sampler->step);
}

struct summary selftest_measure(struct selftest *selftest, const struct pair *pair,
                                uint32_t pairs)
{
	struct samples samples = no_samples(selftest);

	if (pair->a == NULL || pair->b == NULL)
		return (struct summary){ 0 };
	return sampler_measure(selftest->sampler, pair, &samples, pairs);
}

enum selftest_verdict selftest_judge(const struct selftest *selftest, bool good)
{
	const bool has_a_clock = selftest->env == ENV_HW || selftest->env == ENV_VM ||
	                         selftest->env == ENV_MODEL;

	if (!has_a_clock)
		return SELFTEST_RECORDED;
	return good ? SELFTEST_PASS : SELFTEST_FAIL;
}

enum selftest_verdict selftest_judge_sums(const struct selftest *selftest, bool good)
{
	if (selftest->env == ENV_TCG || selftest->env == ENV_UNKNOWN)
		return SELFTEST_RECORDED;
	return good ? SELFTEST_PASS : SELFTEST_FAIL;
}

static bool counts_instructions(const struct selftest *selftest)
{
	return selftest->env == ENV_TCG_ICOUNT || selftest->env == ENV_BOCHS;
}

/* Test 1. */
static void test_quantum(struct selftest *selftest)
{
	const struct fingerprint *const fingerprint = selftest->fingerprint;

	selftest_add(selftest, &(struct selftest_row){
				       .test = "quantum",
				       .value = fingerprint->step,
				       .unit = "ticks",
				       .verdict = SELFTEST_RECORDED,
			       });
	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = "smallest_step",
			     .value = fingerprint->smallest_step * INT64_C(1000),
			     .unit = "ticks",
			     .verdict = SELFTEST_RECORDED,
		     });
}

/*
 * Test 2: two empty windows cost the same, or differ by less than a quarter of a step
 * of the clock where it steps: no row is told more exactly.
 */
static void test_empty_window(struct selftest *selftest)
{
	const uint32_t step = selftest->sampler->step;
	const int64_t allowed = step > STEP_NONE ? step / 4 : 0;
	struct window_spec spec = { .body = &nothing };
	struct pair pair = {
		.a = selftest->source->make(selftest->source, &spec),
		.divisor = 1,
	};

	spec.injected_load = selftest->injected_load;
	pair.b = selftest->source->make(selftest->source, &spec);

	const struct estimate difference =
		selftest_estimate(selftest, &pair, SELFTEST_PAIRS);
	const bool holds_zero = difference.estimator != ESTIMATOR_NONE &&
	                        difference.lo <= allowed && difference.hi >= -allowed;

	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = "empty_window",
			     .decides_timing = true,
			     .value = difference.cost,
			     .has_limit = true,
			     .limit = allowed,
			     .unit = "ticks",
			     .verdict = holds_zero ? SELFTEST_PASS : SELFTEST_FAIL,
		     });
}

/*
 * IMUL takes 3 cycles and ADD one; 4 and 5 exist too.  Within 3 % of one of them, and
 * what two steps of the clock make of either slope.
 */
static bool is_known_ratio(const struct fingerprint *fingerprint)
{
	const int64_t add = fingerprint->slopes[CALIBRATION_ADD];
	const int64_t imul = fingerprint->slopes[CALIBRATION_IMUL];
	const int64_t step = INT64_C(2) * fingerprint->step / SLOPE_COPIES;

	for (int64_t known = 3; known <= 5; known++)
		if (magnitude(imul - known * add) * 100 <=
		    known * add * 3 + (known + 1) * step * 100)
			return true;
	return false;
}

static void test_ratio(struct selftest *selftest)
{
	const int64_t *const slopes = selftest->fingerprint->slopes;
	const int64_t add = slopes[CALIBRATION_ADD];
	const int64_t ratio = add > 0 ? slopes[CALIBRATION_IMUL] * MILLI / add : 0;
	const int64_t expected = counts_instructions(selftest) ? 1 : 3;
	enum selftest_verdict verdict =
		selftest_judge(selftest, is_known_ratio(selftest->fingerprint));

	if (counts_instructions(selftest))
		verdict = ratio == MILLI ? SELFTEST_PASS : SELFTEST_FAIL;
	selftest_add(selftest, &(struct selftest_row){
				       .test = "imul_to_add",
				       .decides_timing = true,
				       .value = ratio,
				       .has_limit = true,
				       .limit = expected * MILLI,
				       .unit = "ratio",
				       .verdict = verdict,
			       });
}

#define WAIT_FIRST 1000u
#define WAIT_LAST 100000u
#define WAIT_TRIES 63u
#define WAIT_LATE 500 /* ticks a loop may take to notice */

/* Median ticks by which a wait of that many came out longer; negative: shorter. */
static int64_t overshoot(struct selftest *selftest, uint64_t ticks)
{
	int64_t *const late = selftest->sampler->differences;

	for (unsigned i = 0; i < WAIT_TRIES; i++) {
		const uint64_t begin = rdtsc_ordered();
		uint64_t now = begin;

		while (now - begin < ticks)
			now = rdtsc_ordered();
		late[i] = (int64_t)(now - begin - ticks);
	}
	sort_ticks(late, WAIT_TRIES);
	return late[WAIT_TRIES / 2];
}

/* Test 4: a wait is as long as it was meant to be. */
static void test_waits(struct selftest *selftest)
{
	int64_t worst = 0;

	for (uint64_t ticks = WAIT_FIRST; ticks <= WAIT_LAST; ticks *= 10) {
		const int64_t late = overshoot(selftest, ticks);

		worst = late > worst ? late : worst;
	}
	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = "wait_overshoot",
			     .decides_timing = true,
			     .value = worst * MILLI,
			     .has_limit = true,
			     .limit = (int64_t)WAIT_LATE * MILLI,
			     .unit = "ticks",
			     .verdict = selftest_judge(selftest, worst <= WAIT_LATE),
		     });
}

/* Test 5: LFENCE costs more than three NOPs, so it fences. */
static void test_fence(struct selftest *selftest)
{
	const int64_t fence = selftest->fingerprint->slopes[CALIBRATION_LFENCE];
	const int64_t limit = 3 * selftest->fingerprint->slopes[CALIBRATION_NOP];

	selftest_add(selftest, &(struct selftest_row){
				       .test = "lfence_slope",
				       .decides_timing = true,
				       .value = fence,
				       .has_limit = true,
				       .limit = limit,
				       .unit = "ticks",
				       .verdict = selftest_judge(
					       selftest, fence > limit && fence > 0),
			       });
}

/* Test 10. */
static void test_cpuid(struct selftest *selftest)
{
	selftest_add(selftest, &(struct selftest_row){
				       .test = "cpuid_time",
				       .value = selftest->fingerprint->cpuid,
				       .unit = "ticks",
				       .verdict = SELFTEST_RECORDED,
			       });
}

static void test_slopes(struct selftest *selftest)
{
	static const char *const names[CALIBRATION_COUNT] = {
		[CALIBRATION_ADD] = "slope_add",
		[CALIBRATION_IMUL] = "slope_imul",
		[CALIBRATION_NOP] = "slope_nop",
		[CALIBRATION_LFENCE] = "slope_lfence",
	};

	for (unsigned i = 0; i < CALIBRATION_COUNT; i++)
		selftest_add(selftest,
		             &(struct selftest_row){
				     .test = names[i],
				     .value = selftest->fingerprint->slopes[i],
				     .unit = "ticks",
				     .verdict = SELFTEST_RECORDED,
			     });
}

void selftest_timers(struct selftest *selftest, const struct tsc_rate *rate)
{
	selftest_add(selftest,
	             &(struct selftest_row){
			     .test = "timers",
			     .decides_timing = rate->checked || rate->best == 0,
			     .value = rate->disagreement_ppm * INT64_C(1000),
			     .has_limit = true,
			     .limit = (int64_t)RATE_CONFLICT_PPM * MILLI,
			     .unit = "ppm",
			     .verdict = rate->checked ? selftest_judge(selftest,
	                                                               !rate->conflict)
	                                              : SELFTEST_SKIPPED,
		     });
}

#define WALKS_ASTRAY 2 /* of the harness's own pages, and of prefetchers */

enum selftest_verdict selftest_judge_walks(const struct selftest *selftest, bool moved,
                                           int64_t walks, int64_t expected)
{
	if (!moved)
		return SELFTEST_SKIPPED;
	return selftest_judge(selftest, magnitude(walks - expected) <= WALKS_ASTRAY);
}

/* Thousandths of a percent; what is beyond 32 bits is UINT32_MAX. */
static uint32_t share_of(int64_t range, int64_t cost)
{
	const int64_t share = range * 100 * MILLI / cost;

	return share > UINT32_MAX ? UINT32_MAX : (uint32_t)share;
}

void selftest_repeats(struct selftest *selftest,
                      const struct estimate found[SELFTEST_REPEATS])
{
	const struct sampler *const sampler = selftest->sampler;
	int64_t costs[SELFTEST_REPEATS], widest = 0;

	for (unsigned i = 0; i < SELFTEST_REPEATS; i++) {
		costs[i] = found[i].cost;
		if (found[i].hi - found[i].lo > widest)
			widest = found[i].hi - found[i].lo;
	}
	sort_ticks(costs, SELFTEST_REPEATS);

	const int64_t range = costs[SELFTEST_REPEATS - 1] - costs[0];
	const int64_t typical = costs[SELFTEST_REPEATS / 2];
	const int64_t narrow = sampler_narrow(sampler, typical, sampler->step);
	const uint32_t share = typical > 0 ? share_of(range, typical) : UINT32_MAX;
	/* Few samples of much noise differ by as much as their intervals are wide. */
	const bool repeats = range <= (narrow > widest ? narrow : widest);

	selftest->unrepeated = repeats ? 0 : share;
	selftest->unrepeated_ticks = repeats ? 0 : range;
	selftest_add(selftest, &(struct selftest_row){
				       .test = "a_a_limit",
				       .value = share,
				       .unit = "percent",
				       .verdict = typical > 0 ? SELFTEST_RECORDED
	                                                      : SELFTEST_SKIPPED,
			       });
}

#define LINE_FIRST 64u
#define LINE_LAST 2048u
#define LINE_ROUNDS 7u
#define LINE_PAIRS 51u

/* LINE_FIRST copies against as many as given. */
static struct pair line_pair(struct selftest *selftest, enum calibration code,
                             uint32_t copies)
{
	struct window_source *const source = selftest->source;
	struct window_spec spec = { .body = calibration_body(code),
		                    .copies = LINE_FIRST };
	struct pair pair = { .a = source->make(source, &spec), .divisor = 1 };

	spec.copies = copies;
	pair.b = source->make(source, &spec);
	return pair;
}

struct residual {
	int64_t value, allowed; /* thousandths of a tick */
};

/*
 * Two steps of the clock, as long as they are ticks.  Below a larger step costs are
 * estimated, and stamps without fences bend the line by less than two of AMD's.
 */
static int64_t quanta_allowed(int64_t step)
{
	const int64_t few_ticks = 4000;
	const int64_t half = step / 2 > few_ticks ? step / 2 : few_ticks;

	return 2 * step < half ? 2 * step : half;
}

/*
 * How far a point is from the line through the ends.  Point and line are measured in
 * turn, and the median of several turns decides, because the core's frequency may
 * change at any time and would bend the line.
 */
static struct residual residual_of(struct selftest *selftest, enum calibration code,
                                   uint32_t copies)
{
	const struct pair point = line_pair(selftest, code, copies);
	const struct pair line = line_pair(selftest, code, LINE_LAST);
	const int64_t quanta = quanta_allowed(selftest->fingerprint->step);
	int64_t residuals[LINE_ROUNDS];
	int64_t expected = 0;

	for (unsigned i = 0; i < LINE_ROUNDS; i++) {
		const int64_t cost =
			selftest_estimate(selftest, &point, LINE_PAIRS).cost;
		const int64_t whole =
			selftest_estimate(selftest, &line, LINE_PAIRS).cost;

		expected = whole * (int64_t)(copies - LINE_FIRST) /
		           (int64_t)(LINE_LAST - LINE_FIRST);
		residuals[i] = cost - expected;
	}
	sort_ticks(residuals, LINE_ROUNDS);

	const int64_t percent = magnitude(expected) / 100;

	return (struct residual){
		.value = magnitude(residuals[LINE_ROUNDS / 2]),
		.allowed = percent > quanta ? percent : quanta,
	};
}

/*
 * Test 3: N copies of one instruction cost N times one.  Adds the row under name.  The
 * worst point decides: its residual, against 1 % of what it costs, or two quanta.
 */
static void linearity_test(struct selftest *selftest, enum calibration code,
                           const char *name)
{
	struct residual worst = { 0 };

	for (uint32_t copies = 2 * LINE_FIRST; copies < LINE_LAST; copies *= 2) {
		const struct residual residual = residual_of(selftest, code, copies);

		if (copies == 2 * LINE_FIRST ||
		    residual.value - residual.allowed > worst.value - worst.allowed)
			worst = residual;
	}
	selftest_add(selftest, &(struct selftest_row){
				       .test = name,
				       .decides_timing = true,
				       .value = worst.value,
				       .has_limit = true,
				       .limit = worst.allowed,
				       .unit = "ticks",
				       .verdict = selftest_judge_sums(
					       selftest, worst.value <= worst.allowed),
			       });
}

void selftest_clock(struct selftest *selftest)
{
	test_quantum(selftest);
	test_empty_window(selftest);
	linearity_test(selftest, CALIBRATION_ADD, "linearity_add");
	linearity_test(selftest, CALIBRATION_IMUL, "linearity_imul");
	test_ratio(selftest);
	test_waits(selftest);
	test_fence(selftest);
	test_slopes(selftest);
	test_cpuid(selftest);
}

bool selftest_failed(const struct selftest *selftest, const char *test)
{
	for (unsigned i = 0; i < selftest->count; i++)
		if (text_equal(selftest->rows[i].test, test))
			return selftest->rows[i].verdict == SELFTEST_FAIL;
	return false;
}

bool selftest_clock_passed(const struct selftest *selftest)
{
	for (unsigned i = 0; i < selftest->count; i++)
		if (selftest->rows[i].decides_timing &&
		    selftest->rows[i].verdict != SELFTEST_PASS)
			return false;
	return true;
}

void selftest_row_to_csv(const struct selftest_row *row, const char *core_type,
                         struct line *line)
{
	static const char *const verdicts[] = {
		[SELFTEST_PASS] = "pass",
		[SELFTEST_FAIL] = "fail",
		[SELFTEST_RECORDED] = "recorded",
		[SELFTEST_SKIPPED] = "skipped",
	};
	struct csv csv = csv_begin(line);

	csv_text(&csv, row->test);
	if (row->verdict == SELFTEST_SKIPPED)
		csv_empty(&csv);
	else
		csv_milli(&csv, row->value);
	if (row->has_limit)
		csv_milli(&csv, row->limit);
	else
		csv_empty(&csv);
	csv_text(&csv, row->unit);
	csv_text(&csv, verdicts[row->verdict]);
	csv_text(&csv, core_type);
}

void selftest_record(struct selftest *selftest, struct record *record)
{
	record_begin(record, FILE_SELFTEST);
	for (; selftest->sent < selftest->count; selftest->sent++) {
		struct line line;

		selftest_row_to_csv(&selftest->rows[selftest->sent],
		                    selftest->core_type, &line);
		record_line(record, &line);
	}
	record_end(record);
}
