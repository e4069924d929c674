/* Address spaces that have all in common but their pages of lines. */
#include "bench/harness/space/spaces.h"

#include "tests/unit/support/arena.h"

static struct frame_pool pool;
static struct chase_arena lines;
static struct spaces spaces;
static uint64_t home;
static bool la57; /* of the pool that is opened next */

#define WINDOW VA_WINDOW_GLOBAL

static const struct spaces_spec few = { .count = 3, .pages = 8 };
static const struct spaces_spec isolated = { .count = 2,
	                                     .pages = 600,
	                                     .isolated = true };

/* Home has the lines' dense page, a window, something in the lower half, and all pages.
 */
static void open_home(void)
{
	pool = arena_pool(ARENA_FRAMES);
	pool.la57 = la57;
	home = frame_alloc(&pool);
	assert_int_equal(chase_arena_open(&lines, &pool, home, 0), ERR_NONE);
	assert_int_equal(walk_map(&pool, home, WINDOW, 0x200000, PTE_GLOBAL, LEVEL_PD),
	                 ERR_NONE);
	assert_int_equal(walk_map(&pool, home, 0x7000, 0x7000, 0, LEVEL_PT), ERR_NONE);
	assert_int_equal(chase_arena_map(&lines, home, spaces_layout(), 0, 2048),
	                 ERR_NONE);
}

static void open_spaces(const struct spaces_spec *spec)
{
	open_home();
	assert_int_equal(spaces_open(&spaces, spec, &pool, home), ERR_NONE);
	for (uint32_t i = 0; i < spec->count; i++)
		assert_int_equal(spaces_map(&spaces, i, &lines, i * 1024), ERR_NONE);
}

/* Its PTE, or 0. */
static uint64_t entry_of(uint64_t root, uint32_t page)
{
	const struct walk walk = walk_find(
		&pool, root, chase_arena_base(spaces_layout()) + page * PAGE_BYTES,
		LEVEL_PT);

	return (*walk.entry & PTE_PRESENT) == 0 ? 0 : *walk.entry;
}

static void assert_own(uint64_t root, uint32_t first, uint32_t pages)
{
	for (uint32_t page = 0; page < 2048; page++) {
		const bool is_own = page >= first && page < first + pages;

		assert_int_equal(entry_of(root, page),
		                 is_own ? entry_of(home, page) : 0);
	}
}

TEST(each_has_its_own_pages_of_lines_and_no_others)
{
	open_spaces(&isolated);
	for (uint32_t i = 0; i < isolated.count; i++) {
		assert_own(spaces_root(&spaces, i), i * 1024, isolated.pages);
		assert_own(spaces_user_root(&spaces, i), i * 1024, isolated.pages);
	}
}

/* The table of PML4 entries that has the windows and the pages of lines. */
static uint64_t pml4_of(uint64_t root)
{
	const uint64_t *const entry = walk_find(&pool, root, WINDOW, LEVEL_PML5).entry;

	return la57 ? *entry & PTE_FRAME : root;
}

static void assert_common(uint64_t root)
{
	const uint64_t *const table = arena_table_at(pml4_of(root));
	const uint64_t *const of_home = arena_table_at(pml4_of(home));
	const unsigned own = level_index(chase_arena_base(spaces_layout()), LEVEL_PML4);

	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		if (i == own)
			assert_int_not_equal(table[i], of_home[i]);
		else
			assert_int_equal(table[i], of_home[i]);
	}
	assert_int_not_equal(table[level_index(WINDOW, LEVEL_PML4)], 0);
	assert_int_not_equal(table[level_index(VA_LINES_DENSE, LEVEL_PML4)], 0);
	assert_int_not_equal(la57 ? arena_table_at(root)[0] : table[0], 0);
}

TEST(all_else_is_what_home_has)
{
	open_spaces(&isolated);
	for (uint32_t i = 0; i < isolated.count; i++) {
		assert_common(spaces_root(&spaces, i));
		assert_common(spaces_user_root(&spaces, i));
	}
	open_spaces(&few);
	for (uint32_t i = 0; i < few.count; i++)
		assert_common(spaces_root(&spaces, i));
}

/* Tables on the way to a page, from the PML4 down. */
#define TABLES 5u

static void tables_of(uint64_t root, uint32_t page, uint64_t tables[TABLES])
{
	const enum level top = pool_root_level(&pool);
	const uint64_t va = chase_arena_base(spaces_layout()) + page * PAGE_BYTES;

	tables[0] = root;
	for (unsigned i = 1; i <= (unsigned)top; i++) {
		const struct walk walk =
			walk_find(&pool, root, va, (enum level)(top + 1 - i));

		tables[i] = *walk.entry & PTE_FRAME;
	}
}

TEST(no_two_have_a_table_of_those_in_common)
{
	bool taken[ARENA_FRAMES] = { false };

	open_spaces(&few);
	for (uint32_t i = 0; i < few.count; i++) {
		uint64_t tables[TABLES];

		tables_of(spaces_root(&spaces, i), i * 1024, tables);
		for (unsigned k = 0; k <= (unsigned)pool_root_level(&pool); k++) {
			bool *const one = &taken[(tables[k] - ARENA_BASE) / PAGE_BYTES];

			assert_false(*one);
			*one = true;
		}
	}
}

TEST(the_other_pml4_of_one_has_the_same_tables_below)
{
	open_spaces(&isolated);
	for (uint32_t i = 0; i < isolated.count; i++) {
		uint64_t tables[TABLES] = { 0 }, user[TABLES] = { 0 };

		tables_of(spaces_root(&spaces, i), i * 1024, tables);
		tables_of(spaces_user_root(&spaces, i), i * 1024, user);
		assert_int_not_equal(tables[0], user[0]);
		assert_memory_equal(tables + 1, user + 1,
		                    sizeof tables - sizeof tables[0]);
	}
}

TEST(they_take_the_frames_that_were_said)
{
	const struct spaces_spec *const specs[] = { &few, &isolated };
	const uint64_t each[] = { la57 ? 5 : 4, la57 ? 7 : 6 };

	for (unsigned i = 0; i < COUNT_OF(specs); i++) {
		open_home();

		const uint64_t before = arena_frames_taken(&pool);

		assert_int_equal(spaces_open(&spaces, specs[i], &pool, home), ERR_NONE);
		assert_int_equal(arena_frames_taken(&pool) - before,
		                 spaces_frames(specs[i], la57));
		assert_int_equal(spaces_frames(specs[i], la57),
		                 specs[i]->count * each[i]);
		for (uint32_t k = 0; k < specs[i]->count; k++)
			assert_int_equal(spaces_map(&spaces, k, &lines, 512 * k),
			                 ERR_NONE);
		assert_int_equal(arena_frames_taken(&pool) - before,
		                 spaces_frames(specs[i], la57));
	}
}

TEST(without_room_for_all_there_are_none)
{
	open_home();
	pool.limit = pool.next + (spaces_frames(&few, la57) - 1) * PAGE_BYTES;
	assert_int_equal(spaces_open(&spaces, &few, &pool, home), ERR_NO_MEMORY);
	assert_int_equal(spaces.tables, 0);
}

TEST(pages_that_need_one_table_more_are_refused)
{
	open_home();
	assert_int_equal(spaces_open(&spaces, &few, &pool, home), ERR_NONE);
	assert_int_equal(spaces_map(&spaces, 0, &lines, 508), ERR_NO_MEMORY);
}

static int use_five_levels(void **state)
{
	(void)state;
	la57 = true;
	return 0;
}

static int use_four_levels(void **state)
{
	(void)state;
	la57 = false;
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
		WITH_BOTH(each_has_its_own_pages_of_lines_and_no_others),
		WITH_BOTH(all_else_is_what_home_has),
		WITH_BOTH(no_two_have_a_table_of_those_in_common),
		WITH_BOTH(the_other_pml4_of_one_has_the_same_tables_below),
		WITH_BOTH(they_take_the_frames_that_were_said),
		WITH_BOTH(without_room_for_all_there_are_none),
		WITH_BOTH(pages_that_need_one_table_more_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
