/* How long it is waited for a processor that may be leaving an SMI. */
#include "lib/processor/grace.h"

#include "tests/unit/support/unit.h"

/* Looks every step ticks, but the first after a gap; when it ends, or 0. */
static uint64_t ends_at(uint64_t gap, uint64_t step)
{
	struct grace grace = grace_begin(1000, 0);

	for (uint64_t now = gap; now < 1000000; now += step)
		if (!grace_goes_on(&grace, now))
			return now;
	return 0;
}

TEST(it_ends_when_the_ticks_have_passed)
{
	assert_int_equal(ends_at(10, 10), 1010);
}

TEST(a_gap_between_two_looks_begins_it_anew)
{
	assert_int_equal(ends_at(50000, 10), 51010);
}

TEST(a_clock_that_always_jumps_ends_it)
{
	assert_int_equal(ends_at(2000, 2000), 2000 * (GRACE_RESTARTS + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_when_the_ticks_have_passed),
		cmocka_unit_test(a_gap_between_two_looks_begins_it_anew),
		cmocka_unit_test(a_clock_that_always_jumps_ends_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
