/* What rounds of a litmus test end with, and what that says. */
#include "bench/litmus/litmus_outcome.h"
#include "tests/unit/support/unit.h"

static const struct litmus_test *named(const char *name)
{
	const struct litmus_test *const test = litmus_test_find(name);

	assert_non_null(test);
	return test;
}

static struct litmus_end registers(uint8_t r0, uint8_t r1, uint8_t r2)
{
	return (struct litmus_end){ .registers = { r0, r1, r2 } };
}

TEST(an_outcome_is_asked_for_if_all_conditions_hold)
{
	const struct litmus_test *const sb = named("sb");
	const struct litmus_end both = registers(0, 0, 7), one = registers(0, 1, 0);

	assert_true(litmus_is_asked(sb, &both));
	assert_false(litmus_is_asked(sb, &one));
}

TEST(conditions_ask_for_bits_words_and_words_that_changed_since)
{
	const struct litmus_test *const dirty = named("dirty_race");
	const struct litmus_test *const late = named("write_after_shootdown");
	const struct litmus_test *const written = named("ipi4");
	struct litmus_end end = registers(0x23, 0x21, 0);

	end.frames[FRAME_V] = 1;
	assert_true(litmus_is_asked(dirty, &end));
	end.registers[0] = 0x63; /* D was set in time */
	assert_false(litmus_is_asked(dirty, &end));
	end = registers(2, 0, 0);
	end.frames[FRAME_V] = 2;
	assert_false(litmus_is_asked(late, &end));
	end.registers[0] = 1;
	assert_true(litmus_is_asked(late, &end));
	assert_true(litmus_is_asked(written, &end));
	end.frames[FRAME_V] = 0;
	assert_false(litmus_is_asked(written, &end));
}

TEST(rounds_are_counted_by_what_the_conditions_name)
{
	const struct litmus_test *const sb = named("sb");
	const struct litmus_end ends[] = { registers(0, 1, 0), registers(0, 1, 5),
		                           registers(0, 0, 0), registers(1, 0, 0) };
	struct litmus_histogram found = { 0 };

	for (unsigned i = 0; i < COUNT_OF(ends); i++)
		assert_int_equal(litmus_count(&found, sb, &ends[i]), i == 2);
	assert_int_equal(found.rounds, 4);
	assert_int_equal(found.asked, 1);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.counts[0].rounds, 2);
	assert_int_equal(found.others, 0);
	/* The third register is another in each of the first two rounds. */
	assert_int_equal(found.changes, 3);
}

TEST(outcomes_beyond_the_room_for_them_are_counted_as_others)
{
	const struct litmus_test *const sb = named("sb");
	struct litmus_histogram found = { 0 };

	for (unsigned i = 0; i < LITMUS_OUTCOMES + 3; i++) {
		const struct litmus_end end = registers((uint8_t)i, 1, 0);

		(void)litmus_count(&found, sb, &end);
	}
	assert_int_equal(found.count, LITMUS_OUTCOMES);
	assert_int_equal(found.others, 3);
	assert_int_equal(found.rounds, LITMUS_OUTCOMES + 3);
}

TEST(an_end_reads_as_what_the_conditions_name)
{
	struct litmus_end end = registers(2, 1, 9);
	struct line line;

	line_clear(&line);
	litmus_end_text(&line, named("sb"), &end);
	assert_string_equal(line_text(&line), "r0=2 r1=1");
	end.frames[FRAME_V] = 1;
	line_clear(&line);
	litmus_end_text(&line, named("dirty_race"), &end);
	assert_string_equal(line_text(&line), "r0=0x2 r1=0x1 v=1");
	line_clear(&line);
	litmus_end_text(&line, named("write_after_shootdown"), &end);
	assert_string_equal(line_text(&line), "r0=2 v=1");
}

static struct litmus_histogram counted(uint64_t rounds, uint64_t asked,
                                       uint64_t changes)
{
	return (struct litmus_histogram){ .rounds = rounds,
		                          .asked = asked,
		                          .changes = changes };
}

static void assert_finding(const char *test, struct litmus_histogram found,
                           const struct litmus_histogram *control, const char *wanted)
{
	assert_string_equal(
		litmus_finding_name(litmus_judge(named(test), &found, control)),
		wanted);
}

TEST(a_permitted_outcome_is_seen_or_nothing_is_known)
{
	assert_finding("sb", counted(100, 3, 9), NULL, "seen");
	assert_finding("sb", counted(100, 0, 9), NULL, "inconclusive");
}

TEST(a_forbidden_outcome_is_never_where_its_control_shows_it)
{
	const struct litmus_histogram shows = counted(100, 1, 9);
	const struct litmus_histogram silent = counted(100, 0, 9);

	assert_finding("sb_invlpg", counted(100, 0, 9), &shows, "never");
	assert_finding("sb_invlpg", counted(100, 0, 9), &silent, "inconclusive");
	assert_finding("sb_invlpg", counted(100, 0, 9), NULL, "inconclusive");
	assert_finding("sb_invlpg", counted(100, 1, 9), &silent, "forbidden");
}

TEST(without_a_control_each_witness_must_have_been_seen)
{
	struct litmus_histogram found = counted(100, 0, 9);

	assert_finding("accessed_race", found, NULL, "inconclusive");
	found.witnessed[0] = 1;
	assert_finding("mp", found, NULL, "never");
	assert_finding("accessed_race", found, NULL, "inconclusive");
	found.witnessed[1] = 1;
	assert_finding("accessed_race", found, NULL, "never");
	assert_finding("mp", counted(100, 2, 0), NULL, "forbidden");
	/* It has neither a control nor a witness. */
	assert_finding("mp_ipi", found, NULL, "inconclusive");
}

TEST(witnesses_are_rounds_in_which_all_their_conditions_hold)
{
	const struct litmus_test *const mp = named("mp");
	const struct litmus_end ends[] = { registers(0, 0, 0), registers(0, 1, 0),
		                           registers(1, 1, 0) };
	struct litmus_histogram found = { 0 };

	for (unsigned i = 0; i < COUNT_OF(ends); i++)
		(void)litmus_count(&found, mp, &ends[i]);
	assert_int_equal(found.witnessed[0], 1);
}

TEST(few_rounds_say_nothing_of_what_was_not_seen)
{
	const struct litmus_histogram shows = counted(LITMUS_FEWEST, 1, 9);

	assert_finding("sb_invlpg", counted(LITMUS_FEWEST - 1, 0, 9), &shows,
	               "inconclusive");
	assert_finding("sb_invlpg", counted(LITMUS_FEWEST, 0, 9), &shows, "never");
	assert_finding("sb_invlpg", counted(1, 1, 9), &shows, "forbidden");
}

TEST(an_entry_at_the_end_is_asked_for_by_its_bits)
{
	const struct litmus_test *const race = named("accessed_race");
	struct litmus_end end = { .entries = { [PAGE_V] = LITMUS_ACCESSED } };
	struct line line;

	assert_true(litmus_is_asked(race, &end));
	line_clear(&line);
	litmus_end_text(&line, race, &end);
	assert_string_equal(line_text(&line), "entry(v)=0x20");
	end.entries[PAGE_V] = 0;
	end.entries[PAGE_U] = LITMUS_ACCESSED;
	assert_false(litmus_is_asked(race, &end));
}

TEST(one_processor_alone_needs_no_other_to_be_believed)
{
	assert_finding("forward_synonym", counted(100, 0, 0), NULL, "never");
}

TEST(without_a_round_a_test_is_skipped)
{
	const struct litmus_histogram shows = counted(100, 1, 9);

	assert_finding("sb_invlpg", counted(0, 0, 0), &shows, "skipped");
	assert_finding("sb", counted(0, 0, 0), NULL, "skipped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_outcome_is_asked_for_if_all_conditions_hold),
		cmocka_unit_test(
			conditions_ask_for_bits_words_and_words_that_changed_since),
		cmocka_unit_test(rounds_are_counted_by_what_the_conditions_name),
		cmocka_unit_test(
			outcomes_beyond_the_room_for_them_are_counted_as_others),
		cmocka_unit_test(an_end_reads_as_what_the_conditions_name),
		cmocka_unit_test(a_permitted_outcome_is_seen_or_nothing_is_known),
		cmocka_unit_test(
			a_forbidden_outcome_is_never_where_its_control_shows_it),
		cmocka_unit_test(without_a_control_each_witness_must_have_been_seen),
		cmocka_unit_test(
			witnesses_are_rounds_in_which_all_their_conditions_hold),
		cmocka_unit_test(few_rounds_say_nothing_of_what_was_not_seen),
		cmocka_unit_test(an_entry_at_the_end_is_asked_for_by_its_bits),
		cmocka_unit_test(one_processor_alone_needs_no_other_to_be_believed),
		cmocka_unit_test(without_a_round_a_test_is_skipped),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
