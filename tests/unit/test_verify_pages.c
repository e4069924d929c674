/* The ground of the verification: what is planted, and what an operation is aimed at.
 */
#include "bench/harness/verify/verify.h"
#include "paging/address_space.h"

#include "tests/unit/support/arena.h"

static struct verify_case cell_of(const char *op, enum entry entry,
                                  struct tlb_mode mode)
{
	return (struct verify_case){ tlb_op_named(op), entry, mode, ORACLE_FRAME };
}

static struct frame_pool pool;
static uint64_t root;

#define FRAMES 2048u
/* The two GiB are only frames of the arena here: nothing looks further. */
#define NO_GIANTS 0u

static enum err prepare(struct verify_pages *ground, uint64_t frames)
{
	pool = arena_pool(frames);
	root = frame_alloc(&pool);
	return verify_prepare(ground, &(struct verify_pages_spec){
					      .pool = &pool,
					      .root = root,
					      .nx = PTE_NX,
					      .giants = NO_GIANTS,
				      });
}

static bool is_planted(const struct verify_pages *ground, unsigned entry)
{
	assert_int_equal(ground->probe_entry[entry].entry == NULL,
	                 entry == ENTRY_PAGE_1G);
	return ground->probe_entry[entry].entry != NULL;
}

TEST(every_planted_entry_names_another_frame_and_differs_in_nothing_else)
{
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const struct probe_entry *const planted = &ground.probe_entry[i];

		if (!is_planted(&ground, i))
			continue;
		assert_int_equal(*planted->entry, planted->old_value);
		assert_int_equal(planted->old_value & ~PTE_FRAME,
		                 planted->new_value & ~PTE_FRAME);
		assert_int_not_equal(planted->old_value, planted->new_value);
	}
}

static bool is_global(unsigned entry)
{
	return entry == ENTRY_GLOBAL_4K || entry == ENTRY_GLOBAL_NEIGHBOUR ||
	       entry == ENTRY_OTHER_PCID_GLOBAL;
}

TEST(pages_are_mapped_as_their_names_say)
{
	struct verify_pages ground;
	const uint64_t flags = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const struct probe_entry *const planted = &ground.probe_entry[i];
		const bool large = i == ENTRY_PAGE_2M, code = i == ENTRY_CODE_4K;

		if (!is_planted(&ground, i))
			continue;

		const struct walk walk =
			walk_find(&pool, root, planted->read, LEVEL_PT);

		assert_int_equal(walk.level, large ? LEVEL_PD : LEVEL_PT);
		assert_int_equal(*walk.entry & ~PTE_FRAME,
		                 flags | (is_global(i) ? PTE_GLOBAL : 0) |
		                         (code ? 0 : PTE_NX) | (large ? PTE_PS : 0));
		assert_int_equal(planted->read >> 39 & 0x1ff, VA_VERIFY >> 39 & 0x1ff);
		assert_int_equal(planted->is_code, code);
	}
}

TEST(entries_of_other_pcids_are_read_there)
{
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const uint16_t pcid =
			i == ENTRY_TARGET_PCID                                  ? 1
			: i == ENTRY_OTHER_PCID || i == ENTRY_OTHER_PCID_GLOBAL ? 2
										: 0;

		assert_int_equal(ground.probe_entry[i].pcid, pcid);
	}
}

TEST(neighbours_are_read_elsewhere_than_aimed_and_in_the_same_table)
{
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const struct probe_entry *const planted = &ground.probe_entry[i];
		const bool neighbour = i == ENTRY_NEIGHBOUR ||
		                       i == ENTRY_GLOBAL_NEIGHBOUR || i == ENTRY_PSC;

		assert_int_equal(planted->aim != planted->read, neighbour);
		assert_int_equal(planted->aim >> 21, planted->read >> 21);
		assert_int_equal(planted->fill != planted->read, i == ENTRY_PSC);
	}
}

TEST(a_larger_page_is_read_in_its_middle_too_and_no_other_page_is)
{
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const struct probe_entry *const planted = &ground.probe_entry[i];

		assert_int_equal(planted->far,
		                 i == ENTRY_PAGE_2M ? planted->aim + (1u << 20) : 0);
		assert_true(i != ENTRY_PAGE_2M || planted->aim == planted->read);
	}
}

TEST(both_frames_of_a_larger_page_hold_their_word_in_both_places)
{
	const uint64_t middle = UINT64_C(1) << 20;
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);

	const struct probe_entry *const large = &ground.probe_entry[ENTRY_PAGE_2M];
	const uint64_t old_frame = large->old_value & PTE_FRAME;
	const uint64_t new_frame = large->new_value & PTE_FRAME;

	assert_int_equal(*arena_table_at(old_frame), OLD_WORD);
	assert_int_equal(*arena_table_at(new_frame), NEW_WORD);
	assert_int_equal(*arena_table_at(old_frame + middle), OLD_WORD);
	assert_int_equal(*arena_table_at(new_frame + middle), NEW_WORD);
}

TEST(upper_levels_are_planted_above_their_pages_and_above_no_other)
{
	static const enum entry above[] = { ENTRY_PDE, ENTRY_PSC };
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (unsigned k = 0; k < COUNT_OF(above); k++) {
		const struct probe_entry *const pde = &ground.probe_entry[above[k]];

		assert_ptr_equal(pde->entry,
		                 walk_find(&pool, root, pde->read, LEVEL_PD).entry);
		for (unsigned i = 0; i < ENTRY_COUNT; i++)
			if (i != above[k])
				assert_int_not_equal(ground.probe_entry[i].read >> 21,
				                     pde->read >> 21);
		assert_int_not_equal(ground.elsewhere >> 21, pde->read >> 21);
	}
}

TEST(both_tables_above_lead_to_the_words_of_their_time)
{
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);

	const struct probe_entry *const psc = &ground.probe_entry[ENTRY_PSC];
	const uint64_t pages[] = { psc->fill, psc->read };

	for (unsigned i = 0; i < COUNT_OF(pages); i++) {
		const unsigned index = level_index(pages[i], LEVEL_PT);

		assert_int_equal(*arena_table_at(arena_table_at(psc->old_value &
		                                                PTE_FRAME)[index] &
		                                 PTE_FRAME),
		                 OLD_WORD);
		assert_int_equal(*arena_table_at(arena_table_at(psc->new_value &
		                                                PTE_FRAME)[index] &
		                                 PTE_FRAME),
		                 NEW_WORD);
	}
}

TEST(every_page_that_is_read_or_aimed_at_can_be_forgotten)
{
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const struct probe_entry *const planted = &ground.probe_entry[i];
		unsigned found = 0;

		if (!is_planted(&ground, i))
			continue;
		for (unsigned page = 0; page < ground.page_count; page++)
			found |= (ground.pages[page] == planted->read ? 1u : 0) |
			         (ground.pages[page] == planted->fill ? 2u : 0) |
			         (ground.pages[page] == planted->aim ? 4u : 0) |
			         (ground.pages[page] == planted->far ? 8u : 0);
		assert_int_equal(found, planted->far == 0 ? 7 : 15);
	}
}

TEST(without_memory_for_large_pages_there_are_none)
{
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, 512), ERR_NONE);
	assert_null(ground.probe_entry[ENTRY_PAGE_2M].entry);
	assert_null(ground.probe_entry[ENTRY_PAGE_1G].entry);
	assert_non_null(ground.probe_entry[ENTRY_PAGE_4K].entry);
	assert_false(verify_applies(&ground,
	                            &(struct verify_case){ .op = tlb_op_named("invlpg"),
	                                                   .entry = ENTRY_PAGE_2M }));
}

TEST(what_does_not_exist_without_pcide_does_not_apply)
{
	const struct tlb_mode off = { 0 }, on = { .pcide = true };
	const struct verify_case without = cell_of("invlpg", ENTRY_TARGET_PCID, off);
	const struct verify_case with = cell_of("invlpg", ENTRY_TARGET_PCID, on);
	const struct verify_case gone = cell_of("cr3_reload", ENTRY_PAGE_4K, on);
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	assert_false(verify_applies(&ground, &without));
	assert_true(verify_applies(&ground, &with));
	assert_false(verify_applies(&ground, &gone));
}

TEST(an_operation_is_aimed_as_its_row_says)
{
	static const struct {
		const char *op;
		enum entry entry;
		bool elsewhere;
		uint16_t pcid;
	} aims[] = {
		{ "invpcid_context", ENTRY_PAGE_4K, false, 0 },
		{ "invpcid_context", ENTRY_TARGET_PCID, false, 1 },
		{ "invpcid_context", ENTRY_OTHER_PCID, false, 1 },
		{ "invpcid_by_cr3", ENTRY_PAGE_4K, false, 1 },
		{ "invlpg", ENTRY_OTHER_PCID, false, 0 },
		{ "invlpg", ENTRY_PSC, true, 0 },
		{ "invpcid_address", ENTRY_PSC, false, 0 },
	};
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (unsigned i = 0; i < COUNT_OF(aims); i++) {
		const struct verify_case cell = cell_of(
			aims[i].op, aims[i].entry, (struct tlb_mode){ .pcide = true });
		const struct aim aim = verify_aim(&ground, &cell);

		assert_int_equal(aim.pcid, aims[i].pcid);
		assert_int_equal(aim.va, aims[i].elsewhere
		                                 ? ground.elsewhere
		                                 : ground.probe_entry[cell.entry].aim);
	}
}

TEST(a_pool_that_is_too_small_for_the_ground_is_reported)
{
	struct verify_pages ground;
	uint64_t frames = 1;

	for (; prepare(&ground, frames) != ERR_NONE; frames++)
		assert_in_range(frames, 1, 63);
	/*
	 * Two words for each of ten entries and a page elsewhere; PML4, PDPT, PD, four
	 * tables and the two that PDEs move to.
	 */
	assert_int_equal(frames, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_planted_entry_names_another_frame_and_differs_in_nothing_else),
		cmocka_unit_test(pages_are_mapped_as_their_names_say),
		cmocka_unit_test(entries_of_other_pcids_are_read_there),
		cmocka_unit_test(
			neighbours_are_read_elsewhere_than_aimed_and_in_the_same_table),
		cmocka_unit_test(
			a_larger_page_is_read_in_its_middle_too_and_no_other_page_is),
		cmocka_unit_test(
			both_frames_of_a_larger_page_hold_their_word_in_both_places),
		cmocka_unit_test(
			upper_levels_are_planted_above_their_pages_and_above_no_other),
		cmocka_unit_test(both_tables_above_lead_to_the_words_of_their_time),
		cmocka_unit_test(every_page_that_is_read_or_aimed_at_can_be_forgotten),
		cmocka_unit_test(without_memory_for_large_pages_there_are_none),
		cmocka_unit_test(what_does_not_exist_without_pcide_does_not_apply),
		cmocka_unit_test(an_operation_is_aimed_as_its_row_says),
		cmocka_unit_test(a_pool_that_is_too_small_for_the_ground_is_reported),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
