/* Verdicts from counts, the rows they become, and the ground they are won on. */
#include "bench/harness/verify.h"
#include "lib/record.h"
#include "paging/address_space.h"

#include "tests/unit/arena.h"

static enum verdict verdict(enum rule rule, uint32_t control, uint32_t after)
{
	const struct staleness staleness = {
		.trials = 200,
		.stale_control = control,
		.stale_after = after,
	};

	return verdict_of(rule, &staleness);
}

TEST(must_passes_with_a_stale_control_and_nothing_stale_after)
{
	assert_int_equal(verdict(RULE_MUST, 200, 0), VERDICT_PASS);
}

TEST(must_fails_with_a_single_stale_word)
{
	assert_int_equal(verdict(RULE_MUST, 200, 1), VERDICT_FAIL);
	assert_int_equal(verdict(RULE_MUST, 200, 200), VERDICT_FAIL);
}

TEST(may_is_kept_with_a_single_stale_word_and_dropped_without)
{
	assert_int_equal(verdict(RULE_MAY, 200, 0), VERDICT_DROPPED);
	assert_int_equal(verdict(RULE_MAY, 200, 1), VERDICT_KEPT);
	assert_int_equal(verdict(RULE_MAY, 200, 200), VERDICT_KEPT);
}

TEST(a_fresh_control_shows_nothing_whatever_the_rule)
{
	for (uint32_t after = 0; after <= 200; after += 100) {
		assert_int_equal(verdict(RULE_MUST, 0, after), VERDICT_INCONCLUSIVE);
		assert_int_equal(verdict(RULE_MAY, 0, after), VERDICT_INCONCLUSIVE);
		assert_int_equal(verdict(RULE_MUST, 189, after), VERDICT_INCONCLUSIVE);
		assert_int_equal(verdict(RULE_MAY, 189, after), VERDICT_INCONCLUSIVE);
	}
}

TEST(the_control_must_be_stale_in_95_percent_exactly)
{
	assert_int_equal(verdict(RULE_MUST, 190, 0), VERDICT_PASS);
	assert_int_equal(verdict(RULE_MUST, 190, 1), VERDICT_FAIL);
	assert_int_equal(verdict(RULE_MAY, 190, 0), VERDICT_DROPPED);
	assert_int_equal(verdict(RULE_MAY, 190, 1), VERDICT_KEPT);
}

TEST(one_unprepared_trial_makes_a_cell_inconclusive)
{
	const struct staleness staleness = {
		.trials = 200,
		.stale_control = 200,
		.stale_after = 7,
		.unprepared = 1,
	};

	assert_int_equal(verdict_of(RULE_MUST, &staleness), VERDICT_INCONCLUSIVE);
	assert_int_equal(verdict_of(RULE_MAY, &staleness), VERDICT_INCONCLUSIVE);
}

TEST(no_trials_show_nothing)
{
	const struct staleness none = { 0 };

	assert_int_equal(verdict_of(RULE_MUST, &none), VERDICT_INCONCLUSIVE);
	assert_int_equal(verdict_of(RULE_MAY, &none), VERDICT_INCONCLUSIVE);
}

TEST(verdicts_have_the_names_of_verify_csv)
{
	assert_string_equal(verdict_name(VERDICT_PASS), "pass");
	assert_string_equal(verdict_name(VERDICT_FAIL), "fail");
	assert_string_equal(verdict_name(VERDICT_KEPT), "kept");
	assert_string_equal(verdict_name(VERDICT_DROPPED), "dropped");
	assert_string_equal(verdict_name(VERDICT_INCONCLUSIVE), "inconclusive");
	assert_string_equal(verdict_name(VERDICT_SKIPPED), "skipped");
}

static unsigned commas(const char *text, size_t length)
{
	unsigned count = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] == ',';
	return count;
}

static const char *csv_row(const char *op, enum entry entry, enum verify_phase phase,
                           const struct staleness *staleness)
{
	static char text[LINE_CAPACITY];
	const char *const columns = file_columns(FILE_VERIFY);
	struct line line;

	verify_to_csv(&line, tlb_op_named(op), entry, phase, staleness);
	assert_int_equal(commas(line.text, line.length),
	                 commas(columns, strlen(columns)));
	line_to_string(&line, text, sizeof text);
	return text;
}

TEST(a_measured_cell_has_its_counts_and_its_verdict)
{
	const struct staleness staleness = { 200, 199, 3, 0 };

	assert_string_equal(csv_row("invlpg", ENTRY_PAGE_4K, PHASE_BEFORE, &staleness),
	                    "invlpg,page_4k,0,,before,must,SDM 3A 5.10.4.1 Operations "
	                    "that Invalidate TLBs and Paging-Structure Caches,"
	                    "200,199,3,fail");
	assert_string_equal(
		csv_row("cr3_reload", ENTRY_GLOBAL_4K, PHASE_AFTER, &staleness),
		"cr3_reload,global_4k,0,,after,may,SDM 3A 5.10.2.4 Global Pages,"
		"200,199,3,kept");
}

TEST(a_skipped_cell_has_its_rule_but_no_counts)
{
	assert_string_equal(csv_row("cr4_pge_toggle", ENTRY_PDE, PHASE_AFTER, NULL),
	                    "cr4_pge_toggle,pde,0,,after,must,SDM 3A 5.10.4.1 "
	                    "Operations that Invalidate TLBs and Paging-Structure "
	                    "Caches,,,,skipped");
}

static struct frame_pool pool;
static uint64_t root;

static enum err prepare(struct verify_ground *ground, uint64_t frames)
{
	pool = arena_pool(frames);
	root = frame_alloc(&pool);
	return verify_prepare(ground, &pool, root, PTE_NX);
}

TEST(every_planted_entry_names_another_frame_and_differs_in_nothing_else)
{
	struct verify_ground ground;

	assert_int_equal(prepare(&ground, 64), ERR_NONE);
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const struct planted *const planted = &ground.planted[i];

		assert_int_equal(*planted->entry, planted->old_value);
		assert_int_equal(planted->old_value & ~PTE_FRAME,
		                 planted->new_value & ~PTE_FRAME);
		assert_int_not_equal(planted->old_value, planted->new_value);
	}
}

TEST(pages_are_mapped_as_their_names_say)
{
	struct verify_ground ground;
	const uint64_t flags = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | PTE_NX;

	assert_int_equal(prepare(&ground, 64), ERR_NONE);
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const struct planted *const planted = &ground.planted[i];
		const struct walk walk =
			walk_find(&pool, root, planted->read, LEVEL_PT);
		const bool global = i == ENTRY_GLOBAL_4K || i == ENTRY_GLOBAL_NEIGHBOUR;

		assert_int_equal(walk.level, LEVEL_PT);
		assert_int_equal(*walk.entry & ~PTE_FRAME,
		                 flags | (global ? PTE_GLOBAL : 0));
		assert_int_equal(planted->read >> 39 & 0x1ff, VA_VERIFY >> 39 & 0x1ff);
	}
}

TEST(neighbours_are_read_elsewhere_than_aimed_and_in_the_same_table)
{
	struct verify_ground ground;

	assert_int_equal(prepare(&ground, 64), ERR_NONE);
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const struct planted *const planted = &ground.planted[i];
		const bool neighbour =
			i == ENTRY_NEIGHBOUR || i == ENTRY_GLOBAL_NEIGHBOUR;

		assert_int_equal(planted->aim != planted->read, neighbour);
		assert_int_equal(planted->aim >> 21, planted->read >> 21);
	}
}

TEST(the_pde_is_planted_above_its_leaf_and_above_no_other_page)
{
	struct verify_ground ground;

	assert_int_equal(prepare(&ground, 64), ERR_NONE);

	const struct planted *const pde = &ground.planted[ENTRY_PDE];

	assert_ptr_equal(pde->entry, walk_find(&pool, root, pde->read, LEVEL_PD).entry);
	for (unsigned i = 0; i < ENTRY_PDE; i++)
		assert_int_not_equal(ground.planted[i].read >> 21, pde->read >> 21);
}

TEST(every_page_that_is_read_or_aimed_at_can_be_forgotten)
{
	struct verify_ground ground;

	assert_int_equal(prepare(&ground, 64), ERR_NONE);
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		bool read = false, aim = false;

		for (unsigned page = 0; page < ground.page_count; page++) {
			read = read || ground.pages[page] == ground.planted[i].read;
			aim = aim || ground.pages[page] == ground.planted[i].aim;
		}
		assert_true(read && aim);
	}
}

TEST(a_pool_that_is_too_small_for_the_ground_is_reported)
{
	struct verify_ground ground;
	uint64_t frames = 1;

	for (; prepare(&ground, frames) != ERR_NONE; frames++)
		assert_in_range(frames, 1, 63);
	/* Ten words, PML4, PDPT, PD, two tables and the one the PDE moves to. */
	assert_int_equal(frames, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			must_passes_with_a_stale_control_and_nothing_stale_after),
		cmocka_unit_test(must_fails_with_a_single_stale_word),
		cmocka_unit_test(
			may_is_kept_with_a_single_stale_word_and_dropped_without),
		cmocka_unit_test(a_fresh_control_shows_nothing_whatever_the_rule),
		cmocka_unit_test(the_control_must_be_stale_in_95_percent_exactly),
		cmocka_unit_test(one_unprepared_trial_makes_a_cell_inconclusive),
		cmocka_unit_test(no_trials_show_nothing),
		cmocka_unit_test(verdicts_have_the_names_of_verify_csv),
		cmocka_unit_test(a_measured_cell_has_its_counts_and_its_verdict),
		cmocka_unit_test(a_skipped_cell_has_its_rule_but_no_counts),
		cmocka_unit_test(
			every_planted_entry_names_another_frame_and_differs_in_nothing_else),
		cmocka_unit_test(pages_are_mapped_as_their_names_say),
		cmocka_unit_test(
			neighbours_are_read_elsewhere_than_aimed_and_in_the_same_table),
		cmocka_unit_test(
			the_pde_is_planted_above_its_leaf_and_above_no_other_page),
		cmocka_unit_test(every_page_that_is_read_or_aimed_at_can_be_forgotten),
		cmocka_unit_test(a_pool_that_is_too_small_for_the_ground_is_reported),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
