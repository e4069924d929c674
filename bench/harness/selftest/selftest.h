#pragma once
/*
 * The self-tests that need no privilege: whether this clock, these windows and this
 * sampler can be believed.  They run on every machine before the benchmarks, and on the
 * host in ring 3.  What is expected depends on where the time comes from; where that
 * cannot answer a question, the value is recorded.
 */
#include "bench/harness/selftest/fingerprint.h"
#include "lib/stream/record.h"

enum selftest_verdict {
	SELFTEST_PASS,
	SELFTEST_FAIL,
	SELFTEST_RECORDED,
	SELFTEST_SKIPPED,
};

/* A line of selftest.csv; limit is empty where there is none. */
struct selftest_row {
	const char *test;
	int64_t value; /* thousandths of unit */
	bool has_limit;
	int64_t limit;
	const char *unit;
	enum selftest_verdict verdict;
	bool decides_timing; /* without it no timing is valid */
};

#define SELFTEST_ROWS 80u
#define SELFTEST_PAIRS 255u
#define SELFTEST_REPEATS 7u

struct selftest {
	struct window_source *source;
	const struct sampler *sampler;
	const struct fingerprint *fingerprint;
	enum environment env;
	bool injected_load; /* the empty window gets a load */
	uint32_t a[SELFTEST_PAIRS], b[SELFTEST_PAIRS];
	struct selftest_row rows[SELFTEST_ROWS];
	unsigned count, sent;
	const char *core_type; /* that they are about; NULL: all cores are alike */
	/* As in struct sampler, by selftest_repeats(). */
	uint32_t unrepeated;
	int64_t unrepeated_ticks;
};

/* Quantum, empty window, linearity, waits, fences, fingerprint: tests 1 to 5 and 10. */
void selftest_clock(struct selftest *selftest);

void selftest_add(struct selftest *selftest, const struct selftest_row *row);

/* At most SELFTEST_PAIRS pairs; n = 0 if the pair has no windows. */
struct summary selftest_measure(struct selftest *selftest, const struct pair *pair,
                                uint32_t pairs);

/*
 * What B of those pairs costs more than A, as in a row.  ESTIMATOR_NONE and 0 if the
 * pair has no windows.
 */
struct estimate selftest_estimate(struct selftest *selftest, const struct pair *pair,
                                  uint32_t pairs);

/*
 * A clock that runs in real time must be good; where instructions are counted, and
 * under plain TCG, the question has no answer and the value is recorded.
 */
enum selftest_verdict selftest_judge(const struct selftest *selftest, bool good);

/* Arithmetic that any clock must obey but TCG's, which the host's noise is in. */
enum selftest_verdict selftest_judge_sums(const struct selftest *selftest, bool good);

/*
 * Test 4, second half: the TSC keeps time with the timers.  One source that nothing can
 * be held against is skipped, and decides nothing: ticks are still ticks.  Without any
 * the timing is not valid.
 */
void selftest_timers(struct selftest *selftest, const struct tsc_rate *rate);

/*
 * Of a count of page walks against what it must be.  A counter that has not moved in
 * all that time stands still: skipped, as where there is none.
 */
enum selftest_verdict selftest_judge_walks(const struct selftest *selftest, bool moved,
                                           int64_t walks, int64_t expected);

/*
 * Test 9: what one row cost each time that it was measured.  Skipped if the row costs
 * nothing: then there is no percent of it.  A range that is no wider than the widest of
 * the intervals is one of samples, and the row is repeated.
 */
void selftest_repeats(struct selftest *selftest,
                      const struct estimate found[SELFTEST_REPEATS]);

/* True if the row of that test failed. */
bool selftest_failed(const struct selftest *selftest, const char *test);

/* True if every row that decides on the timing passed: what was skipped proves nothing.
 */
bool selftest_clock_passed(const struct selftest *selftest);

/* The rows of selftest.csv that were not sent yet. */
void selftest_record(struct selftest *selftest, struct record *record);
void selftest_row_to_csv(const struct selftest_row *row, const char *core_type,
                         struct line *line);
