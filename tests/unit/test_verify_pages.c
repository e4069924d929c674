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
static bool five_levels; /* of what is prepared next */

#define FRAMES 2048u

static enum err prepare(struct verify_pages *ground, uint64_t frames)
{
	pool = arena_pool(frames);
	pool.la57 = five_levels;
	root = frame_alloc(&pool);
	return verify_prepare(ground, &(struct verify_pages_spec){
					      .pool = &pool,
					      .root = root,
					      .nx = PTE_NX,
				      });
}

/* The arena has no GiBs, and four levels have no PML5 entries. */
static bool is_planted(const struct verify_pages *ground, enum entry entry)
{
	assert_int_equal(verify_has(ground, entry),
	                 entry != ENTRY_PAGE_1G &&
	                         (entry != ENTRY_PSC_PML5E || five_levels));
	return verify_has(ground, entry);
}

/* Calls look with every entry, on some pages of a draw. */
static void each_probe(void (*look)(const struct verify_pages *ground, enum entry entry,
                                    const struct probe_entry *probe))
{
	struct verify_pages ground;
	struct random random = { 5 };

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
		const struct verify_draw draw = verify_draw(&ground, &random);

		for (uint32_t i = 0; is_planted(&ground, entry) && i < 40; i++) {
			const struct probe_entry probe =
				verify_probe(&ground, entry, &draw, i);

			look(&ground, entry, &probe);
		}
	}
}

static void differs_in_its_frame(const struct verify_pages *ground, enum entry entry,
                                 const struct probe_entry *probe)
{
	(void)ground;
	(void)entry;
	assert_int_equal(*probe->entry, probe->old_value);
	assert_int_equal(probe->old_value & ~PTE_FRAME, probe->new_value & ~PTE_FRAME);
	assert_int_not_equal(probe->old_value, probe->new_value);
}

TEST(every_entry_names_another_frame_and_differs_in_nothing_else)
{
	each_probe(differs_in_its_frame);
}

static bool is_global(enum entry entry)
{
	return entry == ENTRY_GLOBAL_4K || entry == ENTRY_GLOBAL_NEIGHBOUR ||
	       entry == ENTRY_OTHER_PCID_GLOBAL || entry == ENTRY_CODE_GLOBAL;
}

static bool is_large(enum entry entry)
{
	return entry == ENTRY_PAGE_2M || entry == ENTRY_CODE_2M;
}

static bool is_code(enum entry entry)
{
	return strncmp(entry_name(entry), "code", 4) == 0;
}

static void is_mapped_as_named(const struct verify_pages *ground, enum entry entry,
                               const struct probe_entry *probe)
{
	const uint64_t flags = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY |
	                       (is_global(entry) ? PTE_GLOBAL : 0) |
	                       (is_code(entry) ? 0 : PTE_NX) |
	                       (is_large(entry) ? PTE_PS : 0);
	const uint64_t pages[] = { probe->aim, probe->fill, probe->read };

	(void)ground;
	for (unsigned i = 0; i < COUNT_OF(pages); i++) {
		const struct walk walk = walk_find(&pool, root, pages[i], LEVEL_PT);

		assert_int_equal(walk.level, is_large(entry) ? LEVEL_PD : LEVEL_PT);
		assert_int_equal(*walk.entry & ~PTE_FRAME, flags);
		if (five_levels)
			assert_in_range(pages[i], VA57_VERIFY, VA57_LINES - 1);
		else
			assert_in_range(pages[i], VA_VERIFY, VA_TARGETS - 1);
	}
	assert_int_equal(probe->is_code, is_code(entry));
	assert_int_equal(entry_is_code(entry), is_code(entry));
}

TEST(pages_are_mapped_as_their_names_say)
{
	each_probe(is_mapped_as_named);
}

static void is_of_the_pcid_in_its_name(const struct verify_pages *ground,
                                       enum entry entry,
                                       const struct probe_entry *probe)
{
	const char *const name = entry_name(entry);
	const uint16_t pcid = strstr(name, "target_pcid") != NULL  ? 1
	                      : strstr(name, "other_pcid") != NULL ? 2
	                                                           : 0;

	(void)ground;
	assert_int_equal(probe->pcid, pcid);
}

TEST(entries_of_other_pcids_are_read_there)
{
	each_probe(is_of_the_pcid_in_its_name);
}

/* Whether two addresses are under entries of a table of that level apart by a line. */
static bool are_apart(uint64_t a, uint64_t b, enum level level)
{
	const unsigned one = level_index(a, level) / 8,
		       other = level_index(b, level) / 8;

	return a >> level_shift(level + 1) == b >> level_shift(level + 1) &&
	       one != other && (one + 1) % 64 != other && (other + 1) % 64 != one;
}

static void is_read_where_its_name_says(const struct verify_pages *ground,
                                        enum entry entry,
                                        const struct probe_entry *probe)
{
	const bool beside = entry == ENTRY_NEIGHBOUR || entry == ENTRY_GLOBAL_NEIGHBOUR;
	const bool below = entry_is_psc(entry);

	(void)ground;
	assert_int_equal(probe->aim / PAGE_BYTES != probe->read / PAGE_BYTES,
	                 beside || below);
	assert_int_equal(probe->fill != probe->read, below);
	assert_int_equal(probe->aim % PAGE_BYTES, 0);
	if (beside)
		assert_true(are_apart(probe->aim, probe->read, LEVEL_PT));
	if (!below)
		return;
	assert_int_equal(probe->aim, probe->fill);
	/* Of the table below the entry: no lower cache can answer. */
	assert_true(
		are_apart(probe->fill, probe->read, (enum level)(entry - ENTRY_PSC)));
}

TEST(pages_that_show_another_entry_are_of_its_table_and_not_of_its_line)
{
	each_probe(is_read_where_its_name_says);
}

static void has_its_middle(const struct verify_pages *ground, enum entry entry,
                           const struct probe_entry *probe)
{
	(void)ground;
	assert_int_equal(probe->far,
	                 is_large(entry) ? probe->read + (UINT64_C(1) << 20) : 0);
}

TEST(a_larger_page_is_read_in_its_middle_too_and_no_other_page_is)
{
	each_probe(has_its_middle);
}

/* What is read at va, below an entry of that level that holds value. */
static uint64_t word_below(uint64_t value, enum level level, uint64_t va)
{
	while (level != LEVEL_PT && !pte_is_leaf(value, level))
		value = arena_table_at(value & PTE_FRAME)[level_index(va, --level)];

	const uint64_t physical = (value & PTE_FRAME) + (va & (level_span(level) - 1));

	return arena_table_at(physical & PTE_FRAME)[physical % PAGE_BYTES / 8];
}

static enum level level_of(enum entry entry)
{
	return entry == ENTRY_PDE    ? LEVEL_PD
	       : entry_is_psc(entry) ? (enum level)(entry - ENTRY_PSC + LEVEL_PD)
	       : is_large(entry)     ? LEVEL_PD
	                             : LEVEL_PT;
}

/* As data, or as MOV $word, %eax; RET. */
static uint64_t shown_as(enum entry entry, uint64_t word)
{
	return is_code(entry) ? UINT64_C(0xc300000000b8) | word << 8 : word;
}

static void leads_to_both_words(const struct verify_pages *ground, enum entry entry,
                                const struct probe_entry *probe)
{
	const uint64_t pages[] = { probe->fill, probe->read,
		                   probe->far == 0 ? probe->read : probe->far };
	const uint64_t old = shown_as(entry, OLD_WORD);
	const uint64_t new = shown_as(entry, NEW_WORD);

	(void)ground;
	for (unsigned i = 0; i < COUNT_OF(pages); i++) {
		assert_int_equal(
			word_below(probe->old_value, level_of(entry), pages[i]), old);
		assert_int_equal(
			word_below(probe->new_value, level_of(entry), pages[i]), new);
	}
}

TEST(a_translator_that_finds_code_by_its_address_is_shown_no_middle_of_it)
{
	struct verify_pages ground;
	struct random random = { 9 };

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);

	const struct verify_draw draw = verify_draw(&ground, &random);

	ground.no_far_code = true;
	assert_int_equal(verify_probe(&ground, ENTRY_CODE_2M, &draw, 0).far, 0);
	assert_int_not_equal(verify_probe(&ground, ENTRY_PAGE_2M, &draw, 0).far, 0);
}

TEST(every_entry_leads_to_the_old_word_or_to_the_new_one)
{
	each_probe(leads_to_both_words);
}

static void is_the_entry_of_its_page(const struct verify_pages *ground,
                                     enum entry entry, const struct probe_entry *probe)
{
	(void)ground;
	assert_ptr_equal(probe->entry,
	                 walk_find(&pool, root, probe->read, level_of(entry)).entry);
	assert_ptr_equal(probe->entry,
	                 walk_find(&pool, root, probe->fill, level_of(entry)).entry);
}

TEST(the_entry_that_is_repointed_is_that_of_what_is_read)
{
	each_probe(is_the_entry_of_its_page);
}

static void is_away_from_elsewhere(const struct verify_pages *ground, enum entry entry,
                                   const struct probe_entry *probe)
{
	(void)entry;
	const unsigned shift = level_shift(pool_root_level(&pool));

	assert_int_not_equal(probe->read >> shift, ground->elsewhere >> shift);
	assert_int_not_equal(probe->fill >> shift, ground->elsewhere >> shift);
}

TEST(the_page_elsewhere_shares_no_entry_with_any)
{
	struct verify_pages ground;

	each_probe(is_away_from_elsewhere);
	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	assert_int_equal(walk_find(&pool, root, ground.elsewhere, LEVEL_PT).level,
	                 LEVEL_PT);
}

/* Sets that trials have not been to, of so many, by the number of the entry. */
static unsigned sets_left(const struct verify_pages *ground, enum entry entry,
                          const struct verify_draw *draw, unsigned sets, unsigned hash)
{
	bool seen[512] = { false };
	unsigned left = sets;

	for (uint32_t i = 0; i < sets; i++) {
		const struct probe_entry probe = verify_probe(ground, entry, draw, i);
		const uint64_t number = probe.read >> level_shift(level_of(entry));
		const uint64_t set = (number ^ (hash == 0 ? 0 : number >> hash)) % sets;

		left -= !seen[set];
		seen[set] = true;
	}
	return left;
}

TEST(as_many_trials_as_there_are_sets_go_through_all_of_them)
{
	struct verify_pages ground;
	struct random random = { 6 };

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
		const struct verify_draw draw = verify_draw(&ground, &random);

		if (!is_planted(&ground, entry) ||
		    level_of(entry) == pool_root_level(&pool))
			continue;
		for (unsigned sets = 1; sets <= 512; sets *= 2)
			assert_int_equal(sets_left(&ground, entry, &draw, sets, 0), 0);
		/* Where the bits above the table's are hashed in. */
		assert_int_equal(sets_left(&ground, entry, &draw, 128, 9), 0);
	}
}

TEST(another_draw_has_other_pages_and_the_same_seed_the_same)
{
	struct verify_pages ground;
	struct random random = { 7 }, again = { 7 };

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);

	const struct verify_draw first = verify_draw(&ground, &random);
	const struct verify_draw second = verify_draw(&ground, &random);
	const struct verify_draw same = verify_draw(&ground, &again);
	const uint64_t page = verify_probe(&ground, ENTRY_PSC, &first, 3).read;

	assert_int_equal(page, verify_probe(&ground, ENTRY_PSC, &same, 3).read);
	assert_int_not_equal(page, verify_probe(&ground, ENTRY_PSC, &second, 3).read);
	/* Of every index, and of the page beside. */
	for (enum level level = LEVEL_PT; level < pool_root_level(&pool); level++)
		assert_int_not_equal(first.first[level], second.first[level]);
	assert_int_not_equal(first.apart, second.apart);
}

TEST(without_memory_for_large_pages_there_are_none)
{
	struct verify_pages ground;

	assert_int_equal(prepare(&ground, 512), ERR_NONE);
	assert_false(verify_has(&ground, ENTRY_PAGE_2M));
	assert_false(verify_has(&ground, ENTRY_CODE_2M));
	assert_false(verify_has(&ground, ENTRY_PAGE_1G));
	assert_true(verify_has(&ground, ENTRY_PAGE_4K));
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
		{ "invpcid_context", ENTRY_CODE_OTHER_PCID, false, 1 },
		{ "invpcid_by_cr3", ENTRY_PAGE_4K, false, 1 },
		{ "invlpg", ENTRY_OTHER_PCID, false, 0 },
		{ "invlpg", ENTRY_PSC, true, 0 },
		{ "invpcid_address", ENTRY_PSC, false, 0 },
	};
	struct verify_pages ground;
	struct random random = { 8 };

	assert_int_equal(prepare(&ground, FRAMES), ERR_NONE);
	for (unsigned i = 0; i < COUNT_OF(aims); i++) {
		const struct verify_case cell = cell_of(
			aims[i].op, aims[i].entry, (struct tlb_mode){ .pcide = true });
		const struct verify_draw draw = verify_draw(&ground, &random);
		const struct probe_entry probe =
			verify_probe(&ground, cell.entry, &draw, 0);
		const struct aim aim = verify_aim(&ground, &cell, &probe);

		assert_int_equal(aim.pcid, aims[i].pcid);
		assert_int_equal(aim.va,
		                 aims[i].elsewhere ? ground.elsewhere : probe.aim);
	}
}

TEST(a_pool_that_is_too_small_for_the_ground_is_reported)
{
	struct verify_pages ground;
	uint64_t frames = 1;

	for (; prepare(&ground, frames) != ERR_NONE; frames++)
		assert_in_range(frames, 1, 127);
	/* The root, a frame for each word, two trees of three tables, or four, for each
	 * of four kinds. */
	assert_int_equal(frames, 1 + 2 + 4 * (five_levels ? 8 : 6));
}

static int use_five_levels(void **state)
{
	(void)state;
	five_levels = true;
	return 0;
}

static int use_four_levels(void **state)
{
	(void)state;
	five_levels = false;
	return 0;
}

#define WITH_BOTH(test)                                                                \
	cmocka_unit_test(test),                                                        \
	{                                                                              \
#test "_with_5_levels", test, use_five_levels, use_four_levels, NULL   \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BOTH(every_entry_names_another_frame_and_differs_in_nothing_else),
		WITH_BOTH(pages_are_mapped_as_their_names_say),
		WITH_BOTH(entries_of_other_pcids_are_read_there),
		WITH_BOTH(
			pages_that_show_another_entry_are_of_its_table_and_not_of_its_line),
		WITH_BOTH(a_larger_page_is_read_in_its_middle_too_and_no_other_page_is),
		WITH_BOTH(
			a_translator_that_finds_code_by_its_address_is_shown_no_middle_of_it),
		WITH_BOTH(every_entry_leads_to_the_old_word_or_to_the_new_one),
		WITH_BOTH(the_entry_that_is_repointed_is_that_of_what_is_read),
		WITH_BOTH(the_page_elsewhere_shares_no_entry_with_any),
		WITH_BOTH(as_many_trials_as_there_are_sets_go_through_all_of_them),
		WITH_BOTH(another_draw_has_other_pages_and_the_same_seed_the_same),
		WITH_BOTH(without_memory_for_large_pages_there_are_none),
		WITH_BOTH(what_does_not_exist_without_pcide_does_not_apply),
		WITH_BOTH(an_operation_is_aimed_as_its_row_says),
		WITH_BOTH(a_pool_that_is_too_small_for_the_ground_is_reported),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
