#pragma once
/* The self-tests of the clock on a synthetic processor. */
#include "bench/harness/selftest/selftest.h"
#include "tests/unit/support/synthetic.h"

static struct fingerprint fingerprint;
static struct selftest selftest;
static struct sampler sampler;

static inline void run(enum environment env, bool injected_load)
{
	sampler = synthetic_sampler();
	assert_int_equal(fingerprint_take(&fingerprint, &synthetic.source, &sampler),
	                 ERR_NONE);
	sampler.step = fingerprint_step(&fingerprint, env);
	selftest = (struct selftest){
		.source = &synthetic.source,
		.sampler = &sampler,
		.fingerprint = &fingerprint,
		.env = env,
		.injected_load = injected_load,
	};
	selftest_clock(&selftest);
}

static inline const struct selftest_row *row(const char *test)
{
	for (unsigned i = 0; i < selftest.count; i++)
		if (strcmp(selftest.rows[i].test, test) == 0)
			return &selftest.rows[i];
	fail_msg("no row %s", test);
	return NULL;
}

static inline enum selftest_verdict verdict(const char *test)
{
	return row(test)->verdict;
}

/* The waits are on the real TSC: nothing here can promise anything about them. */
static const char *const judged[] = { "empty_window", "linearity_add", "linearity_imul",
	                              "imul_to_add", "lfence_slope" };

/* All pass but one; NULL: all pass. */
static inline void assert_fails_alone(const char *test)
{
	for (unsigned i = 0; i < COUNT_OF(judged); i++) {
		const bool fails = test != NULL && strcmp(judged[i], test) == 0;

		if (verdict(judged[i]) != (fails ? SELFTEST_FAIL : SELFTEST_PASS))
			fail_msg("%s: %lld of %lld", judged[i],
			         (long long)row(judged[i])->value,
			         (long long)row(judged[i])->limit);
	}
}
