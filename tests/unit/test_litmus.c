/*
 * The table of litmus tests against a model that tries everything the architecture
 * allows, and against models that do what it forbids.
 */
#include "bench/litmus/litmus_test.h"
#include "tests/litmus/model.h"
#include "tests/unit/support/unit.h"

TEST(every_verdict_is_what_trying_all_outcomes_says)
{
	for (const struct litmus_test *test = litmus_tests; test->name != NULL;
	     test++) {
		const struct litmus_outcomes found = litmus_explore(test, FAULT_NONE);

		if (!found.is_exhausted || found.ends == 0 ||
		    found.seen != (test->verdict == LITMUS_PERMITTED))
			fail_msg("%s: seen %d in %llu ends", test->name, found.seen,
			         (unsigned long long)found.ends);
	}
}

/* Else its never would say nothing of any machine. */
TEST(every_forbidden_outcome_is_seen_of_a_machine_with_some_fault)
{
	for (const struct litmus_test *test = litmus_tests; test->name != NULL;
	     test++) {
		bool is_seen = test->verdict == LITMUS_PERMITTED;

		for (int fault = 1; fault < LITMUS_FAULTS && !is_seen; fault++)
			is_seen = litmus_explore(test, (enum litmus_fault)fault).seen;
		if (!is_seen)
			fail_msg("%s is seen of no machine", test->name);
	}
}

TEST(each_fault_is_seen_by_the_test_that_asks_for_it)
{
	static const char *const by[LITMUS_FAULTS] = {
		[FAULT_INVLPG_KEEPS] = "ptwalk2",
		[FAULT_CR3_KEEPS] = "ptwalk2_cr3",
		[FAULT_NOT_SERIAL] = "sb_invlpg",
		[FAULT_LATE_STORES] = "mp",
		[FAULT_LOADS_PASS_OWN] = "n5",
		[FAULT_FORWARD_BY_PAGE] = "forward_synonym",
		[FAULT_ACCESSED_UNCHECKED] = "accessed_race",
		[FAULT_DIRTY_UNSET] = "dirty_race",
	};

	for (int fault = 1; fault < LITMUS_FAULTS; fault++) {
		const struct litmus_test *const test = litmus_test_find(by[fault]);

		assert_non_null(test);
		if (!litmus_explore(test, (enum litmus_fault)fault).seen)
			fail_msg("%s does not see it", test->name);
	}
}

TEST(a_control_permits_the_outcome)
{
	unsigned controls = 0;

	for (const struct litmus_test *test = litmus_tests; test->name != NULL;
	     test++) {
		const struct litmus_test *control;

		if (test->control == NULL)
			continue;
		controls++;
		assert_int_equal(test->verdict, LITMUS_FORBIDDEN);
		control = litmus_test_find(test->control);
		assert_non_null(control);
		assert_int_equal(control->verdict, LITMUS_PERMITTED);
	}
	assert_true(controls > 10);
}

/* A fault there would leave the interrupt in service. */
TEST(a_handler_invalidates_and_stores_where_nothing_is_unmapped)
{
	for (const struct litmus_test *test = litmus_tests; test->name != NULL; test++)
		for (unsigned i = 0; i < test->threads[1].handler_count; i++) {
			const struct litmus_step step = test->threads[1].handler[i];

			assert_true(step.kind == LITMUS_INVLPG ||
			            (step.kind == LITMUS_STORE &&
			             (step.page == PAGE_X || step.page == PAGE_Y)));
			assert_int_equal(test->threads[0].handler_count, 0);
		}
}

static void check_steps(const struct litmus_test *test, const struct litmus_step *steps,
                        unsigned count)
{
	assert_true(count <= LITMUS_STEPS);
	for (unsigned i = 0; i < count; i++) {
		const bool loads = steps[i].kind == LITMUS_LOAD ||
		                   (steps[i].kind >= LITMUS_ENTRY &&
		                    steps[i].kind <= LITMUS_XCHG_RDONLY);

		assert_true(steps[i].kind < LITMUS_KINDS &&
		            steps[i].page < LITMUS_PAGES);
		if (steps[i].kind == LITMUS_MAP)
			assert_true(steps[i].value < LITMUS_FRAMES);
		if (loads && steps[i].value >= LITMUS_REGISTERS)
			fail_msg("%s: r%u", test->name, steps[i].value);
	}
}

TEST(names_are_unique_and_steps_name_what_exists)
{
	for (const struct litmus_test *test = litmus_tests; test->name != NULL;
	     test++) {
		assert_ptr_equal(litmus_test_find(test->name), test);
		assert_in_range(test->condition_count, 1, LITMUS_CONDITIONS);
		for (unsigned i = 0; i < 2; i++) {
			check_steps(test, test->threads[i].steps,
			            test->threads[i].count);
			check_steps(test, test->threads[i].handler,
			            test->threads[i].handler_count);
		}
	}
	assert_null(litmus_test_find("nosuch"));
	assert_null(litmus_test_find("sibling_walk")[1].name);
	assert_true(litmus_test_find("sibling_walk") - litmus_tests <
	            (long)LITMUS_TESTS_MOST);
}

TEST(steps_and_outcomes_read_as_they_are_written_in_papers)
{
	const struct litmus_test *const test = litmus_test_find("dirty_race");
	static const char *const said[] = { "r0 = xchg entry(v), read-only", "invlpg v",
		                            "send (xAPIC)", "await x == 1",
		                            "r1 = entry(v)" };
	struct line line;

	for (unsigned i = 0; i < COUNT_OF(said); i++) {
		line_clear(&line);
		litmus_step_text(&line, &test->threads[0].steps[i]);
		assert_string_equal(line_text(&line), said[i]);
	}
	line_clear(&line);
	litmus_condition_text(&line, &test->outcome[0]);
	assert_string_equal(line_text(&line), "(r0 & 0x40) == 0x0");
	line_clear(&line);
	litmus_condition_text(&line, &test->outcome[2]);
	assert_string_equal(line_text(&line), "frame of v == 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verdict_is_what_trying_all_outcomes_says),
		cmocka_unit_test(
			every_forbidden_outcome_is_seen_of_a_machine_with_some_fault),
		cmocka_unit_test(each_fault_is_seen_by_the_test_that_asks_for_it),
		cmocka_unit_test(a_control_permits_the_outcome),
		cmocka_unit_test(
			a_handler_invalidates_and_stores_where_nothing_is_unmapped),
		cmocka_unit_test(names_are_unique_and_steps_name_what_exists),
		cmocka_unit_test(steps_and_outcomes_read_as_they_are_written_in_papers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
