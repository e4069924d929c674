/* A global page and a directory entry that turn, and who reads what was behind them. */
#include "bench/harness/space/flush_kinds.h"
#include "paging/address_space.h"

#include "tests/unit/support/arena.h"

static struct frame_pool pool;
static uint64_t root;
static struct flush_kinds kinds;

static void begin(void)
{
	pool = arena_pool(64);
	root = frame_alloc(&pool);
	memset(&kinds, 0, sizeof kinds);
	assert_int_equal(flush_kinds_open(&kinds, &pool, root, PTE_NX), ERR_NONE);
}

static uint64_t entry_of(uint64_t va, enum level level)
{
	const struct walk walk = walk_find(&pool, root, va, level);

	assert_int_equal(walk.level, level);
	return *walk.entry;
}

/* A CPU that caches nothing. */
static uint64_t read_fresh(uint64_t va)
{
	return arena_table_at(entry_of(va, LEVEL_PT) & PTE_FRAME)[0];
}

/* One that keeps the leaf, or the directory entry, of what it has cached. */
static uint64_t kept_leaf, kept_directory;

static uint64_t read_by_kept_leaf(uint64_t va)
{
	(void)va;
	return arena_table_at(kept_leaf & PTE_FRAME)[0];
}

static uint64_t read_by_kept_directory(uint64_t va)
{
	const uint64_t *const table = arena_table_at(kept_directory & PTE_FRAME);

	return arena_table_at(table[va / PAGE_BYTES % TABLE_ENTRIES] & PTE_FRAME)[0];
}

TEST(the_one_is_global_and_the_other_is_not)
{
	const uint64_t flags = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | PTE_NX;

	begin();
	assert_int_equal(entry_of(flush_kinds_va(FLUSH_GLOBAL), LEVEL_PT) & ~PTE_FRAME,
	                 flags | PTE_GLOBAL);
	assert_int_equal(entry_of(flush_kinds_va(FLUSH_UPPER), LEVEL_PT) & ~PTE_FRAME,
	                 flags);
}

TEST(who_caches_nothing_is_never_stale)
{
	begin();
	for (unsigned turn = 0; turn < 4; turn++)
		for (unsigned kind = 0; kind < FLUSH_KINDS; kind++) {
			flush_kinds_turn(&kinds, (enum flush_kind)kind);
			assert_false(flush_kinds_is_stale(&kinds, (enum flush_kind)kind,
			                                  read_fresh));
		}
}

TEST(a_global_page_that_is_kept_is_stale_behind_one_turn_and_two)
{
	begin();
	kept_leaf = entry_of(flush_kinds_va(FLUSH_GLOBAL), LEVEL_PT);
	assert_false(flush_kinds_is_stale(&kinds, FLUSH_GLOBAL, read_by_kept_leaf));
	for (unsigned turn = 0; turn < 2; turn++) {
		flush_kinds_turn(&kinds, FLUSH_GLOBAL);
		assert_true(
			flush_kinds_is_stale(&kinds, FLUSH_GLOBAL, read_by_kept_leaf));
	}
	assert_false(flush_kinds_is_stale(&kinds, FLUSH_UPPER, read_fresh));
}

TEST(a_directory_entry_that_is_kept_is_stale_behind_one_turn_and_two)
{
	begin();
	kept_directory = entry_of(flush_kinds_va(FLUSH_UPPER), LEVEL_PD);
	assert_false(flush_kinds_is_stale(&kinds, FLUSH_UPPER, read_by_kept_directory));
	for (unsigned turn = 0; turn < 2; turn++) {
		flush_kinds_turn(&kinds, FLUSH_UPPER);
		assert_true(flush_kinds_is_stale(&kinds, FLUSH_UPPER,
		                                 read_by_kept_directory));
	}
}

static uint64_t looked_at;

static uint64_t note(uint64_t va)
{
	looked_at = va;
	return read_fresh(va);
}

static uint64_t page_looked_at(void)
{
	assert_false(flush_kinds_is_stale(&kinds, FLUSH_UPPER, note));
	return looked_at;
}

/* Else the leaf that was cached with it, or a speculative access, would answer. */
TEST(another_page_is_looked_at_each_time_and_none_that_is_aimed_at)
{
	struct random random = { 7 };

	begin();
	for (unsigned i = 0; i < 2000; i++) {
		const uint64_t before = page_looked_at();

		flush_kinds_draw(&kinds, &random);
		assert_int_not_equal(page_looked_at(), before);
		assert_true(looked_at + 16 * PAGE_BYTES <= flush_kinds_va(FLUSH_UPPER));
		assert_int_equal(looked_at >> 21, flush_kinds_va(FLUSH_UPPER) >> 21);
	}
	assert_false(flush_kinds_is_stale(&kinds, FLUSH_GLOBAL, note));
	assert_int_equal(looked_at, flush_kinds_va(FLUSH_GLOBAL));
}

TEST(opened_again_it_takes_no_memory_and_without_memory_it_is_not_open)
{
	begin();

	const uint64_t next = pool.next;

	assert_int_equal(flush_kinds_open(&kinds, &pool, root, PTE_NX), ERR_NONE);
	assert_int_equal(pool.next, next);
	for (unsigned frames = 1; frames < 14; frames++) {
		pool = arena_pool(frames);
		root = frame_alloc(&pool);
		memset(&kinds, 0, sizeof kinds);

		const enum err err = flush_kinds_open(&kinds, &pool, root, PTE_NX);

		assert_int_equal(err == ERR_NONE, kinds.is_open);
		if (frames < 10)
			assert_int_equal(err, ERR_NO_MEMORY);
	}
}

TEST(what_had_no_memory_once_takes_none_later)
{
	pool = arena_pool(6);
	root = frame_alloc(&pool);
	memset(&kinds, 0, sizeof kinds);
	assert_int_equal(flush_kinds_open(&kinds, &pool, root, PTE_NX), ERR_NO_MEMORY);
	assert_true(kinds.refused);
	pool = arena_pool(64);

	const uint64_t next = pool.next;

	assert_int_equal(flush_kinds_open(&kinds, &pool, root, PTE_NX), ERR_NO_MEMORY);
	assert_int_equal(pool.next, next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_one_is_global_and_the_other_is_not),
		cmocka_unit_test(who_caches_nothing_is_never_stale),
		cmocka_unit_test(
			a_global_page_that_is_kept_is_stale_behind_one_turn_and_two),
		cmocka_unit_test(
			a_directory_entry_that_is_kept_is_stale_behind_one_turn_and_two),
		cmocka_unit_test(
			another_page_is_looked_at_each_time_and_none_that_is_aimed_at),
		cmocka_unit_test(
			opened_again_it_takes_no_memory_and_without_memory_it_is_not_open),
		cmocka_unit_test(what_had_no_memory_once_takes_none_later),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
