/* How much of a time a processor slept, by its counters. */
#include "bench/harness/work/halted.h"
#include "tests/unit/support/unit.h"

#define ALL ((UINT32_C(1) << HALT_COUNTERS) - 1)

static const struct halt_counts start = {
	.tsc = 5000,
	.known = ALL,
	.count = { 100, 200, 300, 400 },
};

static struct halt_counts after(uint64_t ticks, uint64_t counted)
{
	struct halt_counts counts = start;

	counts.tsc += ticks;
	for (unsigned i = 0; i < HALT_COUNTERS; i++)
		counts.count[i] += counted;
	return counts;
}

TEST(what_mperf_lacks_was_slept)
{
	const struct halt_counts most = after(10000, 250), none = after(10000, 10000);

	assert_int_equal(halt_share(&start, &most, HALT_MPERF), 975);
	assert_int_equal(halt_share(&start, &none, HALT_MPERF), 0);
}

TEST(residency_is_what_was_slept)
{
	const struct halt_counts some = after(10000, 250);

	assert_int_equal(halt_share(&start, &some, HALT_C3), 25);
	assert_int_equal(halt_share(&start, &some, HALT_C7), 25);
}

TEST(a_counter_ahead_of_the_clock_is_all_of_the_time)
{
	const struct halt_counts ahead = after(10000, 10007);

	assert_int_equal(halt_share(&start, &ahead, HALT_MPERF), 0);
	assert_int_equal(halt_share(&start, &ahead, HALT_C6), 1000);
}

TEST(counters_run_over)
{
	struct halt_counts before = start, now = after(10000, 0);

	before.count[HALT_MPERF] = UINT64_MAX - 99;
	now.count[HALT_MPERF] = 900;
	assert_int_equal(halt_share(&before, &now, HALT_MPERF), 900);
}

TEST(aperf_by_mperf_is_the_frequency_while_it_ran)
{
	struct halt_counts before = start, now = after(10000, 500);

	assert_int_equal(halt_frequency(&before, &now), 0);
	before.aperf = 7000;
	assert_int_equal(halt_frequency(&before, &now), 0);
	now.aperf = 7600;
	assert_int_equal(halt_frequency(&before, &now), 1200);
	now.known &= ~(UINT32_C(1) << HALT_MPERF);
	assert_int_equal(halt_frequency(&before, &now), 0);
	now = after(10000, 0);
	now.aperf = 7600;
	assert_int_equal(halt_frequency(&before, &now), 0);
}

TEST(what_was_slept_deeper_than_c1_is_the_sum_of_all_deeper_states)
{
	struct halt_counts before = start, now = after(10000, 2000);

	assert_int_equal(halt_deep_share(&before, &now), 600);
	now.count[HALT_C6] += 7000;
	assert_int_equal(halt_deep_share(&before, &now), 1000);
	now.known &= ~(UINT32_C(1) << HALT_C6);
	assert_int_equal(halt_deep_share(&before, &now), 400);
	/* A core whose sibling does not sleep counts on, and not for this chunk. */
	now = after(10000, 0);
	assert_int_equal(halt_deep_share(&before, &now), 0);
	assert_true(halt_refuted(halt_deep_share(&before, &now)));
	now.known = 1 << HALT_MPERF;
	assert_int_equal(halt_deep_share(&before, &now), HALT_UNKNOWN);
	/* Firmware that allows no such state: never since it was switched on. */
	before = now = (struct halt_counts){ .tsc = 5, .known = ALL };
	now.tsc = 10000;
	assert_int_equal(halt_deep_share(&before, &now), 0);
}

TEST(without_a_counter_nothing_is_known)
{
	struct halt_counts before = start, now = after(10000, 250);

	before.known = ALL & ~UINT32_C(2);
	assert_int_equal(halt_share(&before, &now, HALT_C3), HALT_UNKNOWN);
	assert_int_equal(halt_share(&before, &now, HALT_C6), 25);
	now.known = 0;
	assert_int_equal(halt_share(&before, &now, HALT_MPERF), HALT_UNKNOWN);
	now = after(0, 0);
	assert_int_equal(halt_share(&start, &now, HALT_C3), HALT_UNKNOWN);
}

TEST(mperf_that_stands_still_is_none)
{
	const struct halt_counts still = after(10000, 0);

	assert_int_equal(halt_share(&start, &still, HALT_MPERF), HALT_UNKNOWN);
	assert_int_equal(halt_share(&start, &still, HALT_C6), 0);
}

TEST(less_than_half_is_no_sleep)
{
	assert_true(halt_refuted(0));
	assert_true(halt_refuted(499));
	assert_false(halt_refuted(500));
	assert_false(halt_refuted(1000));
	assert_false(halt_refuted(HALT_UNKNOWN));
}

TEST(each_state_keeps_its_lowest)
{
	static struct halt_states states;
	const struct halt_counts much = after(10000, 1000), little = after(10000, 3000);
	struct halt_state *const hlt = halt_state(&states, false, 0);
	struct halt_state *const deep = halt_state(&states, true, 0x21);

	assert_int_equal(hlt->lowest[HALT_MPERF], HALT_UNKNOWN);
	halt_note(hlt, &start, &much);
	assert_int_equal(hlt->lowest[HALT_MPERF], 900);
	halt_note(hlt, &start, &little);
	halt_note(hlt, &start, &much);
	assert_int_equal(hlt->lowest[HALT_MPERF], 700);
	assert_int_equal(hlt->lowest[HALT_C3], 100);
	assert_int_equal(deep->lowest[HALT_MPERF], HALT_UNKNOWN);
	/* A hint left over from another row is no other HLT. */
	assert_ptr_equal(halt_state(&states, false, 0x21), hlt);
	assert_ptr_equal(halt_state(&states, true, 0x21), deep);
	assert_int_equal(states.count, 2);
}

TEST(states_are_named_as_rows_are)
{
	static struct halt_states states;
	const struct halt_state *const hlt = halt_state(&states, false, 0);
	const struct halt_state *const c1 = halt_state(&states, true, 0x1);
	const struct halt_state *const c6 = halt_state(&states, true, 0x20);

	assert_string_equal(hlt->names[HALT_MPERF], "halted_hlt");
	assert_string_equal(c1->names[HALT_MPERF], "halted_mwait1");
	assert_string_equal(c6->names[HALT_C6], "c6_mwait20");
}

TEST(residency_is_told_of_deep_states_where_counters_are_real)
{
	static struct halt_states states;
	const struct halt_counts some = after(10000, 250);
	struct halt_counts no_mperf = some, no_c6 = some;
	struct halt_state *const hlt = halt_state(&states, false, 0);
	struct halt_state *const c1 = halt_state(&states, true, 0x1);
	struct halt_state *const c3 = halt_state(&states, true, 0x10);
	struct halt_state *const emulated = halt_state(&states, true, 0x20);
	struct halt_state *const without_c6 = halt_state(&states, true, 0x21);

	halt_note(hlt, &start, &some);
	halt_note(c1, &start, &some);
	halt_note(c3, &start, &some);
	no_mperf.known &= ~(UINT32_C(1) << HALT_MPERF);
	halt_note(emulated, &start, &no_mperf);
	no_c6.known &= ~(UINT32_C(1) << HALT_C6);
	halt_note(without_c6, &start, &no_c6);
	assert_false(halt_has_residency(hlt, HALT_C6));
	assert_false(halt_has_residency(c1, HALT_C6));
	assert_true(halt_has_residency(c3, HALT_C6));
	assert_false(halt_has_residency(emulated, HALT_C6));
	assert_false(halt_has_residency(without_c6, HALT_C6));
	assert_true(halt_has_residency(without_c6, HALT_C7));
}

TEST(there_is_room_for_so_many_states)
{
	static struct halt_states states;

	for (uint32_t i = 0; i < HALT_STATES; i++)
		assert_non_null(halt_state(&states, true, i));
	assert_null(halt_state(&states, false, 0));
	assert_non_null(halt_state(&states, true, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_mperf_lacks_was_slept),
		cmocka_unit_test(residency_is_what_was_slept),
		cmocka_unit_test(a_counter_ahead_of_the_clock_is_all_of_the_time),
		cmocka_unit_test(counters_run_over),
		cmocka_unit_test(aperf_by_mperf_is_the_frequency_while_it_ran),
		cmocka_unit_test(
			what_was_slept_deeper_than_c1_is_the_sum_of_all_deeper_states),
		cmocka_unit_test(without_a_counter_nothing_is_known),
		cmocka_unit_test(mperf_that_stands_still_is_none),
		cmocka_unit_test(less_than_half_is_no_sleep),
		cmocka_unit_test(each_state_keeps_its_lowest),
		cmocka_unit_test(states_are_named_as_rows_are),
		cmocka_unit_test(
			residency_is_told_of_deep_states_where_counters_are_real),
		cmocka_unit_test(there_is_room_for_so_many_states),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
