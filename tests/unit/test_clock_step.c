/* The step of a clock, told by differences of its readings. */
#include "lib/stats/clock_step.h"
#include "lib/stats/estimate.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

static struct clock_steps steps;

/* A reading of a clock that steps by so many thousandths of a tick. */
static uint64_t reading(uint64_t milli, uint64_t step)
{
	return milli / step * step / 1000;
}

/* As many readings, from 30 to below 30 + range ticks apart. */
static uint32_t told(uint64_t step, uint32_t readings, uint64_t range)
{
	struct random random = { step };
	uint64_t now = random_below_u64(&random, UINT64_C(1) << 50);
	uint64_t last = reading(now, step);

	memset(&steps, 0, sizeof steps);
	for (uint32_t i = 0; i < readings; i++) {
		now += 30000 + random_below_u64(&random, range * 1000);

		const uint64_t next = reading(now, step);

		clock_steps_note(&steps, next - last);
		last = next;
	}
	return clock_steps_milli(&steps);
}

/* 1, 2 and 10 ns at 2.1, 2.25, 2.45, 3.4 and 3.8 GHz. */
TEST(steps_of_a_fraction_of_a_tick_are_told)
{
	static const uint32_t known[] = { 2100,  2250,  2450,  3400,  3800,
		                          4200,  4500,  4900,  6800,  7600,
		                          21000, 22500, 24500, 34000, 38000 };

	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		const uint32_t step = told(known[i], 4096, 400);

		if (step + 10 < known[i] || step > known[i] + 10)
			fail_msg("%u instead of %u", step, known[i]);
	}
}

TEST(every_quarter_of_a_tick_is_told_from_its_neighbours)
{
	for (uint32_t known = 20000; known <= 50000; known += 250) {
		const uint32_t step = told(known, 2048, 300);

		if (step + 60 < known || step > known + 60)
			fail_msg("%u instead of %u", step, known);
	}
}

TEST(a_clock_without_steps_has_none)
{
	for (uint64_t range = 20; range <= 640; range *= 2)
		assert_int_equal(told(1000, 4096, range), STEP_NONE);
	assert_int_equal(told(1500, 4096, 400), STEP_NONE);
}

TEST(whole_steps_are_exact)
{
	static const uint32_t known[] = { 2, 3, 16, 20, 21, 26, 32, 36, 150 };

	for (unsigned i = 0; i < COUNT_OF(known); i++)
		assert_int_equal(told(known[i] * 1000, 4096, 900), known[i] * 1000);
}

TEST(few_differences_prove_nothing)
{
	assert_int_equal(told(21000, 0, 300), STEP_NONE);
	memset(&steps, 0, sizeof steps);
	for (unsigned i = 0; i < 100; i++)
		clock_steps_note(&steps, 18);
	assert_int_equal(clock_steps_milli(&steps), STEP_NONE);
	clock_steps_note(&steps, 36);
	assert_int_equal(clock_steps_milli(&steps), STEP_NONE);
	for (unsigned i = 1; i < 40; i++)
		clock_steps_note(&steps, 18 * i);
	assert_int_equal(clock_steps_milli(&steps), 18000);
}

TEST(none_and_very_long_differences_say_nothing)
{
	memset(&steps, 0, sizeof steps);
	clock_steps_note(&steps, 0);
	clock_steps_note(&steps, CLOCK_DIFFERENCES);
	clock_steps_note(&steps, UINT64_MAX);
	assert_int_equal(clock_steps_smallest(&steps, 1), 0);
	clock_steps_note(&steps, CLOCK_DIFFERENCES - 1);
	assert_int_equal(clock_steps_smallest(&steps, 1), CLOCK_DIFFERENCES - 1);
	clock_steps_note(&steps, 63);
	clock_steps_note(&steps, 64);
	assert_int_equal(clock_steps_smallest(&steps, 1), 63);
	assert_int_equal(clock_steps_smallest(&steps, 64), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_of_a_fraction_of_a_tick_are_told),
		cmocka_unit_test(every_quarter_of_a_tick_is_told_from_its_neighbours),
		cmocka_unit_test(a_clock_without_steps_has_none),
		cmocka_unit_test(whole_steps_are_exact),
		cmocka_unit_test(few_differences_prove_nothing),
		cmocka_unit_test(none_and_very_long_differences_say_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
