/* The pages that litmus tests work on. */
#include "bench/litmus/litmus_pages.h"
#include "tests/unit/support/arena.h"

#define VA UINT64_C(0xffff970000000000)
#define FRAME_ADDRESS(entry) ((entry)&PTE_FRAME)

static struct litmus_pages pages;
static struct frame_pool pool;
static uint64_t root;

static void open(struct litmus_layout layout)
{
	pool = arena_pool(256);
	root = frame_alloc(&pool);
	assert_int_equal(litmus_pages_open(&pages, &pool, root, VA, layout, PTE_NX),
	                 ERR_NONE);
}

static uint64_t entry_of(const struct litmus_instance *instance, enum litmus_page page)
{
	const uint64_t va = litmus_page_va(&pages, instance, page);
	const struct walk walk = walk_find(&pool, root, va, LEVEL_PT);

	assert_int_equal(walk.level, LEVEL_PT);
	assert_ptr_equal(walk.entry, &instance->entries[page * pages.layout.stride]);
	return *walk.entry;
}

TEST(they_take_no_more_frames_than_is_said)
{
	open(litmus_own_lines);
	assert_in_range(arena_frames_taken(&pool), 1, LITMUS_PAGES_FRAMES + 1);
}

TEST(a_test_finds_words_of_zero_and_its_entries_without_accessed_flag)
{
	const struct litmus_test *const test = litmus_test_find("ipi4");

	open(litmus_own_lines);
	for (unsigned i = 0; i < LITMUS_INSTANCES; i++) {
		const struct litmus_instance *const instance = &pages.instances[i];
		struct litmus_end end;

		litmus_pages_reset(&pages, instance, test);
		litmus_pages_end(&pages, instance, &end);
		for (unsigned frame = 0; frame < LITMUS_FRAMES; frame++)
			assert_int_equal(end.frames[frame],
			                 frame == FRAME_B ? LITMUS_WORD_B : 0);
		for (unsigned page = 0; page < LITMUS_PAGES; page++) {
			const uint64_t entry =
				entry_of(instance, (enum litmus_page)page);

			assert_int_equal(entry & ~PTE_FRAME,
			                 PTE_PRESENT | PTE_WRITABLE | PTE_DIRTY |
			                         PTE_NX);
		}
		/* W is a second name of V's frame. */
		assert_int_equal(entry_of(instance, PAGE_W),
		                 entry_of(instance, PAGE_V));
		assert_int_not_equal(entry_of(instance, PAGE_U),
		                     entry_of(instance, PAGE_V));
	}
}

TEST(a_clean_page_has_no_dirty_flag_and_synonyms_have_one_frame)
{
	const struct litmus_instance *const instance = &pages.instances[3];

	open(litmus_own_lines);
	litmus_pages_reset(&pages, instance, litmus_test_find("dirty_race"));
	assert_int_equal(entry_of(instance, PAGE_V) & PTE_DIRTY, 0);
	assert_int_equal(entry_of(instance, PAGE_U) & PTE_DIRTY, PTE_DIRTY);
	litmus_pages_reset(&pages, instance, litmus_test_find("forward_synonym"));
	assert_int_equal(entry_of(instance, PAGE_U), entry_of(instance, PAGE_V));
}

TEST(a_word_is_where_its_page_and_its_frame_have_it)
{
	open(litmus_own_lines);
	for (unsigned i = 0; i < LITMUS_INSTANCES; i++) {
		const struct litmus_instance *const instance = &pages.instances[i];
		const uint64_t offset = instance->words % PAGE_BYTES;

		assert_int_equal(offset % 64, 0);
		assert_int_equal(
			(uintptr_t)instance->frames[FRAME_V] -
				(uintptr_t)pool.table_at(instance->addresses[FRAME_V]),
			offset);
		assert_int_equal(
			(uintptr_t)instance->frames[FRAME_Y] -
				(uintptr_t)pool.table_at(instance->addresses[FRAME_Y]),
			offset + 128);
		assert_int_equal(litmus_page_va(&pages, instance, PAGE_Y) -
		                         instance->words,
		                 PAGE_Y * 8 * PAGE_BYTES + 128);
	}
}

TEST(instances_share_neither_pages_nor_frames)
{
	const struct litmus_layout layouts[] = { { 8 }, { 1 } };

	for (unsigned which = 0; which < COUNT_OF(layouts); which++) {
		open(layouts[which]);
		for (unsigned i = 0; i < LITMUS_INSTANCES; i++)
			for (unsigned j = 0; j < i; j++) {
				const struct litmus_instance *const a =
					&pages.instances[i];
				const struct litmus_instance *const b =
					&pages.instances[j];

				assert_true(
					litmus_page_va(&pages, b, PAGE_Y) / PAGE_BYTES <
					litmus_page_va(&pages, a, PAGE_V) / PAGE_BYTES);
				for (unsigned f = 0; f < LITMUS_FRAMES; f++)
					for (unsigned g = 0; g < LITMUS_FRAMES; g++)
						assert_int_not_equal(a->addresses[f],
						                     b->addresses[g]);
			}
	}
}

TEST(entries_have_lines_of_their_own_in_the_one_layout_and_share_one_in_the_other)
{
	assert_int_equal(litmus_own_lines.stride * sizeof(uint64_t), 64);
	assert_true(litmus_shared_lines.stride * sizeof(uint64_t) * LITMUS_PAGES <= 64);
}

TEST(arguments_have_the_entries_that_steps_write)
{
	struct litmus_args args = { 0 };
	const struct litmus_instance *const instance = &pages.instances[2];
	const uint64_t all =
		PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY | PTE_NX;

	open(litmus_own_lines);
	litmus_pages_arguments(&pages, instance, &args);
	assert_int_equal(args.words, instance->words);
	assert_int_equal(args.entries, (uintptr_t)instance->entries);
	for (unsigned frame = 0; frame < LITMUS_FRAMES; frame++)
		assert_int_equal(args.values[frame], instance->addresses[frame] | all);
	assert_int_equal(args.read_only, instance->addresses[FRAME_V] | PTE_PRESENT |
	                                         PTE_ACCESSED | PTE_NX);
}

TEST(without_memory_they_are_not_opened)
{
	for (uint64_t frames = 1; frames < 20; frames++) {
		pool = arena_pool(frames);
		root = frame_alloc(&pool);
		assert_int_equal(
			litmus_pages_open(&pages, &pool, root, VA, litmus_own_lines, 0),
			ERR_NO_MEMORY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_take_no_more_frames_than_is_said),
		cmocka_unit_test(
			a_test_finds_words_of_zero_and_its_entries_without_accessed_flag),
		cmocka_unit_test(
			a_clean_page_has_no_dirty_flag_and_synonyms_have_one_frame),
		cmocka_unit_test(a_word_is_where_its_page_and_its_frame_have_it),
		cmocka_unit_test(instances_share_neither_pages_nor_frames),
		cmocka_unit_test(
			entries_have_lines_of_their_own_in_the_one_layout_and_share_one_in_the_other),
		cmocka_unit_test(arguments_have_the_entries_that_steps_write),
		cmocka_unit_test(without_memory_they_are_not_opened),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
