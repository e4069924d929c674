/* Windows that begin at any phase of a clock that steps, and what the sampler makes of
 * that. */
#include "bench/harness/experiment/plan.h"

#include "tests/unit/support/synthetic.h"

#define PAIRS 255u

static uint32_t ticks_a[PAIRS], ticks_b[PAIRS];
static struct samples samples;

/* 77 multiplications of 2.1 ticks more than none, on a clock of that step. */
static struct estimate measure(struct sampler *with, uint64_t step, uint64_t fraction)
{
	struct window_spec spec = { .body = calibration_body(CALIBRATION_IMUL) };
	struct pair pair = { .divisor = 1 };

	synthetic.step = step;
	synthetic.fraction = fraction;
	synthetic.noise = 0;
	with->step = (uint32_t)(step * 1000 + fraction);
	pair.a = synthetic.source.make(&synthetic.source, &spec);
	spec.copies = 77;
	pair.b = synthetic.source.make(&synthetic.source, &spec);
	samples = (struct samples){ .a = ticks_a, .b = ticks_b, .capacity = PAIRS };
	(void)sampler_measure(with, &pair, &samples, PAIRS);
	return sampler_estimate(with, &samples, 1, with->step);
}

#define TRUTH 161000

TEST(a_cost_between_two_steps_is_told)
{
	static const uint64_t steps[] = { 7600, 21000, 22500, 24500, 38000 };

	for (unsigned i = 0; i < COUNT_OF(steps); i++) {
		(void)synthetic_reset(NULL);

		struct sampler with = synthetic_sampler();
		const uint64_t step = steps[i];
		const struct estimate found = measure(&with, step / 1000, step % 1000);

		assert_int_equal(found.estimator, ESTIMATOR_HUBER);
		assert_true(found.lo <= TRUTH && TRUTH <= found.hi);
		assert_in_range(found.hi - found.lo, 1, 5 * step / 15);
	}
}

/* Both windows and the way to the next take 255 ticks: phases of 15 that come again. */
TEST(without_it_a_loop_in_step_with_the_clock_is_off)
{
	struct sampler with = synthetic_sampler();

	synthetic.floor = 34;
	with.dither = NULL;

	const struct estimate found = measure(&with, 15, 0);

	assert_true(found.hi < TRUTH - 10000);
}

static uint32_t most, spins;

static void note_spin(uint32_t turns)
{
	most = turns > most ? turns : most;
	spins++;
}

TEST(as_many_turns_as_32_steps_at_most_before_every_window)
{
	struct sampler with = synthetic_sampler();

	most = spins = 0;
	synthetic.dither.spin = note_spin;
	(void)measure(&with, 21, 0);
	assert_in_range(most, 31 * 21, 32 * 21 - 1);
	assert_int_equal(spins, 2 * (PAIRS + 8));
}

TEST(a_clock_without_steps_is_not_waited_for)
{
	struct sampler with = synthetic_sampler();

	spins = 0;
	synthetic.dither.spin = note_spin;

	const struct estimate found = measure(&with, 1, 0);
	const struct summary summary = sampler_summary(&with, &samples, 1, with.step);

	assert_int_equal(spins, 0);
	assert_int_equal(found.estimator, ESTIMATOR_MEDIAN);
	assert_int_equal(found.cost, TRUTH);
	assert_int_equal(found.cost, summary.p50);
	assert_int_equal(found.lo, summary.ci99_lo);
	assert_int_equal(found.hi, summary.ci99_hi);
}

TEST(a_spin_of_more_turns_takes_longer)
{
	uint64_t ticks[2];

	for (unsigned i = 0; i < 2; i++) {
		const uint64_t begin = __builtin_ia32_rdtsc();

		for (unsigned k = 0; k < 100; k++)
			sampler_spin(i == 0 ? 0 : 100000);
		ticks[i] = __builtin_ia32_rdtsc() - begin;
	}
	assert_true(ticks[1] > ticks[0]);
}

TEST(an_interval_within_a_quarter_of_a_step_is_narrow)
{
	struct sampler with = synthetic_sampler();

	with.quantum = 21;
	(void)measure(&with, 21, 0);
	assert_true(sampler_is_narrow(&with, &samples, 21000));
	samples.n = 15;
	assert_false(sampler_is_narrow(&with, &samples, 21000));
	samples.n = 7;
	assert_false(sampler_is_narrow(&with, &samples, 21000));
}

TEST(samples_that_are_no_ticks_of_the_tsc_know_of_no_step)
{
	const struct sampler with = { .step = 21000 };
	struct experiment experiment = { .spec = { .divisor = 1 } };

	assert_int_equal(plan_step(&experiment, &with), 21000);
	experiment.spec.unit = "count";
	assert_int_equal(plan_step(&experiment, &with), STEP_NONE);
	experiment.spec.unit = NULL;
	experiment.spec.clock = CLOCK_PMC;
	assert_int_equal(plan_step(&experiment, &with), STEP_NONE);
}

TEST(without_samples_there_is_no_estimate)
{
	const struct sampler with = synthetic_sampler();

	samples = (struct samples){ .a = ticks_a, .b = ticks_b, .capacity = PAIRS };
	assert_int_equal(sampler_estimate(&with, &samples, 1, 21000).estimator,
	                 ESTIMATOR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYNTHETIC_CASE(a_cost_between_two_steps_is_told),
		SYNTHETIC_CASE(without_it_a_loop_in_step_with_the_clock_is_off),
		SYNTHETIC_CASE(as_many_turns_as_32_steps_at_most_before_every_window),
		SYNTHETIC_CASE(a_clock_without_steps_is_not_waited_for),
		SYNTHETIC_CASE(a_spin_of_more_turns_takes_longer),
		SYNTHETIC_CASE(an_interval_within_a_quarter_of_a_step_is_narrow),
		SYNTHETIC_CASE(samples_that_are_no_ticks_of_the_tsc_know_of_no_step),
		SYNTHETIC_CASE(without_samples_there_is_no_estimate),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
