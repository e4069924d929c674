/* Pages that are walked for: their entries, and where these are brought. */
#include "bench/harness/space/walk_pages.h"
#include "paging/address_space.h"

#include "tests/unit/support/arena.h"

#define FRAMES 1024u
#define KIB UINT64_C(1024)

static struct frame_pool pool;
static uint64_t root;
static struct walk_pages pages;
static const struct cache_sizes caches = { { 32 * KIB, 256 * KIB, 8192 * KIB } };

static void begin(uint64_t frames)
{
	pool = arena_pool(frames);
	root = frame_alloc(&pool);
	memset(&pages, 0, sizeof pages);
}

static void open_pages(void)
{
	begin(FRAMES);
	assert_int_equal(walk_pages_open(&pages, &pool, root, PTE_NX), ERR_NONE);
}

static uint64_t *entry_of(unsigned page, enum level level)
{
	const struct walk walk =
		walk_find(&pool, root, VA_WALKS + page * WALK_STRIDE, level);

	assert_int_equal(walk.level, level);
	return walk.entry;
}

TEST(each_page_has_an_entry_in_a_table_of_its_own_and_a_line_of_its_own)
{
	open_pages();
	for (unsigned i = 0; i < WALKED_PAGES; i++) {
		const uintptr_t at = (uintptr_t)entry_of(i, LEVEL_PT);

		assert_ptr_equal(pages.entries[i], entry_of(i, LEVEL_PT));
		assert_int_equal(*pages.entries[i] & ~PTE_FRAME,
		                 PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY |
		                         PTE_NX);
		for (enum level level = LEVEL_PD; level <= LEVEL_PML4; level++)
			assert_ptr_equal(pages.above[i][level - LEVEL_PD],
			                 entry_of(i, level));
		for (unsigned k = 0; k < i; k++) {
			const uintptr_t other = (uintptr_t)pages.entries[k];

			assert_int_not_equal(at / PAGE_BYTES, other / PAGE_BYTES);
			/* Of the 64 sets of a first level of caches. */
			assert_int_not_equal(at / 64 % 64, other / 64 % 64);
			assert_int_not_equal((VA_WALKS + i * WALK_STRIDE) / 64 % 64,
			                     (VA_WALKS + k * WALK_STRIDE) / 64 % 64);
		}
	}
}

TEST(no_page_lies_where_something_else_is_mapped)
{
	assert_true(VA_WALKS + WALKED_PAGES * WALK_STRIDE <=
	            VA_WALKS + level_span(LEVEL_PML4));
	assert_true(VA_WALKS + level_span(LEVEL_PML4) <= VA_LINES);
	assert_true(VA_WALKS >= VA_TARGETS + 8 * level_span(LEVEL_PML4));
}

TEST(opening_them_twice_takes_nothing)
{
	uint64_t taken;

	open_pages();
	taken = arena_frames_taken(&pool);
	assert_int_equal(walk_pages_open(&pages, &pool, root, PTE_NX), ERR_NONE);
	assert_int_equal(arena_frames_taken(&pool), taken);
	assert_in_range(taken, 1, walk_pages_frames(false));
}

TEST(without_memory_they_are_not_open)
{
	for (uint64_t frames = 1; frames < 2 + WALKED_PAGES; frames++) {
		begin(frames);
		assert_int_equal(walk_pages_open(&pages, &pool, root, 0),
		                 ERR_NO_MEMORY);
		assert_false(pages.is_open);
	}
}

TEST(entries_lack_what_they_are_set_to_lack)
{
	open_pages();
	assert_int_equal(walk_pages_lacking(&pages, PTE_ACCESSED | PTE_DIRTY), 0);
	walk_pages_set(&pages, PTE_DIRTY);
	assert_int_equal(walk_pages_lacking(&pages, PTE_ACCESSED), 0);
	assert_int_equal(walk_pages_lacking(&pages, PTE_ACCESSED | PTE_DIRTY),
	                 WALKED_PAGES);
	*pages.entries[3] |= PTE_DIRTY;
	assert_int_equal(walk_pages_lacking(&pages, PTE_DIRTY), WALKED_PAGES - 1);
	walk_pages_set(&pages, 0);
	assert_int_equal(walk_pages_lacking(&pages, PTE_DIRTY), 0);
}

TEST(a_look_counts_once_for_whoever_asked)
{
	uint32_t unset = 0;

	open_pages();
	walk_pages_set(&pages, PTE_ACCESSED);
	walk_pages_look(&pages);
	pages.unset = &unset;
	pages.must_have = PTE_ACCESSED;
	walk_pages_look(&pages);
	assert_int_equal(unset, WALKED_PAGES);
	walk_pages_look(&pages);
	assert_int_equal(unset, WALKED_PAGES);
}

/* Twice what is to be filled has to be less than what shall keep the entries. */
TEST(a_level_is_to_be_had_if_cpuid_tells_of_it_and_it_is_the_larger)
{
	static const struct {
		uint64_t bytes[CACHE_LEVELS];
		enum err l2, l3;
	} cases[] = {
		{ { 32 * KIB, 256 * KIB, 8192 * KIB }, ERR_NONE, ERR_NONE },
		{ { 32 * KIB, 64 * KIB, 0 }, ERR_NONE, ERR_ABSENT },
		{ { 32 * KIB, 63 * KIB, 126 * KIB }, ERR_ABSENT, ERR_NONE },
		{ { 0, 256 * KIB, 511 * KIB }, ERR_ABSENT, ERR_ABSENT },
		{ { 0 }, ERR_ABSENT, ERR_ABSENT },
		{ { 32 * KIB, 5 << 20, UINT64_C(64) << 20 }, ERR_NONE, ERR_TOO_LARGE },
	};

	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		struct cache_sizes of;

		memcpy(of.bytes, cases[i].bytes, sizeof of.bytes);
		open_pages();
		assert_int_equal(walk_pages_others(&pages, &pool, &of, WALK_AT_L2),
		                 cases[i].l2);
		assert_int_equal(walk_pages_others(&pages, &pool, &of, WALK_AT_L3),
		                 cases[i].l3);
	}
}

TEST(what_is_read_in_place_of_others_is_twice_the_cache_and_in_a_row)
{
	uint64_t taken;

	open_pages();
	assert_int_equal(walk_pages_others(&pages, &pool, &caches, WALK_AT_L3),
	                 ERR_NONE);
	assert_int_equal(pages.others_bytes, 512 * KIB);
	taken = arena_frames_taken(&pool);
	assert_in_range(taken, 1, walk_pages_frames(true));
	/* What is there is enough for less. */
	assert_int_equal(walk_pages_others(&pages, &pool, &caches, WALK_AT_L2),
	                 ERR_NONE);
	assert_int_equal(arena_frames_taken(&pool), taken);
	begin(40);
	assert_int_equal(walk_pages_open(&pages, &pool, root, 0), ERR_NONE);
	assert_int_equal(walk_pages_others(&pages, &pool, &caches, WALK_AT_L3),
	                 ERR_NO_MEMORY);
	assert_int_equal(pages.others_bytes, 0);
}

TEST(to_place_entries_changes_none)
{
	static const enum walk_entry_at places[] = { WALK_AT_L1, WALK_AT_L2, WALK_AT_L3,
		                                     WALK_AT_MEMORY };

	open_pages();
	assert_int_equal(walk_pages_others(&pages, &pool, &caches, WALK_AT_L3),
	                 ERR_NONE);
	walk_pages_set(&pages, PTE_DIRTY);
	for (unsigned i = 0; i < COUNT_OF(places); i++)
		walk_pages_place(&pages, &caches, places[i]);
	for (unsigned page = 0; page < WALKED_PAGES; page++)
		assert_int_equal(*pages.entries[page], pages.leaf & ~PTE_DIRTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_page_has_an_entry_in_a_table_of_its_own_and_a_line_of_its_own),
		cmocka_unit_test(no_page_lies_where_something_else_is_mapped),
		cmocka_unit_test(opening_them_twice_takes_nothing),
		cmocka_unit_test(without_memory_they_are_not_open),
		cmocka_unit_test(entries_lack_what_they_are_set_to_lack),
		cmocka_unit_test(a_look_counts_once_for_whoever_asked),
		cmocka_unit_test(
			a_level_is_to_be_had_if_cpuid_tells_of_it_and_it_is_the_larger),
		cmocka_unit_test(
			what_is_read_in_place_of_others_is_twice_the_cache_and_in_a_row),
		cmocka_unit_test(to_place_entries_changes_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
