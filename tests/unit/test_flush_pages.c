/* Pages whose entries are turned: what is behind them, and who reads something else. */
#include "bench/harness/space/flush_pages.h"
#include "paging/address_space.h"

#include "tests/unit/support/arena.h"

#define OWNERS 70u
#define FRAMES 64u

static struct frame_pool pool;
static uint64_t root;
static struct flush_pages ground;

static void begin(void)
{
	pool = arena_pool(FRAMES);
	root = frame_alloc(&pool);
	memset(&ground, 0, sizeof ground);
	assert_int_equal(flush_pages_open(&ground, &pool, root, PTE_NX, OWNERS),
	                 ERR_NONE);
}

static uint64_t entry_of(uint64_t va)
{
	const struct walk walk = walk_find(&pool, root, va, LEVEL_PT);

	assert_int_equal(walk.level, LEVEL_PT);
	return *walk.entry;
}

/* A CPU without a TLB. */
static uint64_t read_fresh(uint64_t va)
{
	return arena_table_at(entry_of(va) & PTE_FRAME)[0];
}

/* One that never drops anything: what it read once, it reads for ever. */
static struct {
	uint64_t va[2 * FLUSH_PAGES], word[2 * FLUSH_PAGES];
	unsigned count;
} tlb;

static uint64_t read_cached(uint64_t va)
{
	for (unsigned i = 0; i < tlb.count; i++)
		if (tlb.va[i] == va)
			return tlb.word[i];
	tlb.va[tlb.count] = va;
	tlb.word[tlb.count] = read_fresh(va);
	return tlb.word[tlb.count++];
}

TEST(every_page_is_mapped_read_only_and_not_global)
{
	begin();
	for (uint32_t i = 0; i < FLUSH_PAGES; i++) {
		const uint64_t entry = entry_of(flush_pages_va() + i * PAGE_BYTES);

		assert_int_equal(entry & ~PTE_FRAME,
		                 PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | PTE_NX);
	}
}

TEST(who_has_no_tlb_reads_what_is_there)
{
	begin();
	for (unsigned turn = 0; turn < 4; turn++) {
		assert_int_equal(flush_pages_look(&ground, FLUSH_PAGES, read_fresh), 0);
		flush_pages_turn(&ground, FLUSH_PAGES);
	}
}

TEST(who_dropped_nothing_reads_stale_words_behind_one_turn_and_behind_two)
{
	for (unsigned turns = 1; turns <= 2; turns++) {
		begin();
		tlb.count = 0;
		assert_int_equal(flush_pages_look(&ground, 33, read_cached), 0);
		for (unsigned i = 0; i < turns; i++)
			flush_pages_turn(&ground, 33);
		assert_int_equal(flush_pages_look(&ground, 33, read_cached), 33);
		assert_int_equal(flush_pages_look(&ground, 33, read_fresh), 0);
	}
}

TEST(a_row_of_more_pages_begins_level)
{
	begin();
	flush_pages_turn(&ground, 1);
	assert_int_equal(flush_pages_look(&ground, 8, read_fresh), 7);
	flush_pages_level(&ground);
	assert_int_equal(flush_pages_look(&ground, FLUSH_PAGES, read_fresh), 0);
}

TEST(each_owner_turns_its_own_page_alone)
{
	begin();
	tlb.count = 0;
	for (unsigned i = 0; i < OWNERS; i++)
		assert_false(flush_pages_look_owned(&ground, i, read_cached));
	flush_pages_turn_owned(&ground, 65);
	for (unsigned i = 0; i < OWNERS; i++) {
		assert_int_equal(flush_pages_look_owned(&ground, i, read_cached),
		                 i == 65);
		assert_false(flush_pages_look_owned(&ground, i, read_fresh));
	}
	assert_int_equal(flush_pages_look(&ground, FLUSH_PAGES, read_fresh), 0);
}

/* One by one they would fight for lines that kernels do not share. */
TEST(what_owners_write_is_in_lines_of_their_own)
{
	begin();
	for (unsigned i = 1; i < OWNERS; i++) {
		assert_true((uintptr_t)ground.owners[i].entry / FLUSH_LINE !=
		            (uintptr_t)ground.owners[i - 1].entry / FLUSH_LINE);
		assert_true((uintptr_t)&ground.owners[i].now / FLUSH_LINE !=
		            (uintptr_t)&ground.owners[i - 1].now / FLUSH_LINE);
	}
	assert_int_equal((uintptr_t)ground.owners % FLUSH_LINE, 0);
}

TEST(opening_again_for_fewer_owners_takes_no_memory)
{
	begin();
	const uint64_t taken = arena_frames_taken(&pool);

	assert_int_equal(flush_pages_open(&ground, &pool, root, PTE_NX, 2), ERR_NONE);
	assert_int_equal(arena_frames_taken(&pool), taken);
}

TEST(without_memory_it_is_not_open)
{
	for (uint64_t frames = 1; frames < 11; frames++) {
		pool = arena_pool(frames);
		root = frame_alloc(&pool);
		memset(&ground, 0, sizeof ground);
		assert_int_equal(flush_pages_open(&ground, &pool, root, PTE_NX, 2),
		                 ERR_NO_MEMORY);
		assert_false(ground.is_open && ground.owners[1].entry != NULL);
	}
}

/* Stores through the entry as it is, or as a CPU without a flush has it. */
static void store(unsigned word, uint64_t entry, uint64_t value)
{
	arena_table_at(entry & PTE_FRAME)[word] = value;
}

TEST(the_page_for_stores_is_writable_and_has_a_word_for_each)
{
	begin();
	assert_int_equal(entry_of(flush_pages_store_va()) & ~PTE_FRAME,
	                 PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY |
	                         PTE_NX);
	assert_int_equal(flush_pages_word_va(0), flush_pages_store_va());
	assert_int_equal(flush_pages_word_va(FLUSH_STORES - 1) / PAGE_BYTES,
	                 flush_pages_store_va() / PAGE_BYTES);
}

TEST(a_store_through_the_old_entry_behind_the_answer_is_late)
{
	begin();
	for (unsigned turn = 0; turn < 3; turn++) {
		flush_pages_turn_stores(&ground);

		const uint64_t old = entry_of(flush_pages_store_va());

		for (unsigned word = 0; word < 4; word++) {
			assert_false(flush_pages_has_store(&ground, word));
			store(word, old, 7);
			assert_true(flush_pages_has_store(&ground, word));
		}
		flush_pages_turn_stores(&ground);

		const uint64_t new = entry_of(flush_pages_store_va());

		assert_true(old != new);
		store(1, old, 8); /* before the answer */
		flush_pages_see_stores(&ground, 4);
		for (unsigned word = 0; word < 4; word++)
			assert_int_equal(flush_pages_store(&ground, word), STORE_NONE);
		store(1, new, 9);
		store(2, old, 9);
		store(3, old, 9);
		store(3, new, 10);
		assert_int_equal(flush_pages_store(&ground, 0), STORE_NONE);
		assert_int_equal(flush_pages_store(&ground, 1), STORE_NEW);
		assert_int_equal(flush_pages_store(&ground, 2), STORE_LATE);
		assert_int_equal(flush_pages_store(&ground, 3), STORE_LATE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_is_mapped_read_only_and_not_global),
		cmocka_unit_test(who_has_no_tlb_reads_what_is_there),
		cmocka_unit_test(
			who_dropped_nothing_reads_stale_words_behind_one_turn_and_behind_two),
		cmocka_unit_test(a_row_of_more_pages_begins_level),
		cmocka_unit_test(each_owner_turns_its_own_page_alone),
		cmocka_unit_test(what_owners_write_is_in_lines_of_their_own),
		cmocka_unit_test(opening_again_for_fewer_owners_takes_no_memory),
		cmocka_unit_test(without_memory_it_is_not_open),
		cmocka_unit_test(
			the_page_for_stores_is_writable_and_has_a_word_for_each),
		cmocka_unit_test(
			a_store_through_the_old_entry_behind_the_answer_is_late),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
