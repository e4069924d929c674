/* The arena: a line of its own for every page, in every layout. */
#include "tests/unit/support/chase_arena_world.h"

static void assert_lines_apart(struct chase_arena_layout layout)
{
	static bool taken[LINES];

	memset(taken, 0, sizeof taken);
	for (uint32_t page = 0; page < LINES; page++) {
		const uint32_t at = chase_arena_dense(layout, page);

		assert_int_equal(at % LINE_BYTES, 0);
		assert_in_range(at, 0, LINES * LINE_BYTES - 1);
		assert_false(taken[at / LINE_BYTES]);
		taken[at / LINE_BYTES] = true;
	}
}

TEST(no_two_pages_have_a_line_in_common)
{
	assert_lines_apart(SMALL);
	assert_lines_apart(CONTIGUOUS);
}

/* Set of a TLB that a page is looked up in, by its number. */
static uint32_t linear_16(uint64_t number)
{
	return number % 16;
}

static uint32_t linear_128(uint64_t number)
{
	return number % 128;
}

/* Of Intel's second level, as published ("Translation Leak-aside Buffer"; "TLB;DR"). */
static uint32_t xor_7(uint64_t number)
{
	return (number ^ number >> 7) % 128;
}

static uint32_t xor_8(uint64_t number)
{
	return (number ^ number >> 8) % 256;
}

static const struct {
	uint32_t (*set_of)(uint64_t number);
	uint32_t sets;
} set_functions[] = {
	{ linear_16, 16 },
	{ linear_128, 128 },
	{ xor_7, 128 },
	{ xor_8, 256 },
};

/* So many of the first pages are in one set at most. */
static uint32_t fullest_tlb_set(struct chase_arena_layout layout, uint32_t pages,
                                unsigned function)
{
	uint32_t in[256] = { 0 }, fullest = 0;

	for (uint32_t page = 0; page < pages; page++) {
		const uint64_t va =
			chase_arena_base(layout) + chase_arena_page(layout, page);
		uint32_t *const set = &in[set_functions[function].set_of(
			va / level_span(layout.page))];

		if (++*set > fullest)
			fullest = *set;
	}
	return fullest;
}

/* The same of their entries, by the line of a table that these are in. */
static uint32_t fullest_line_of_tables(struct chase_arena_layout layout, uint32_t pages,
                                       enum level table)
{
	uint32_t in[64] = { 0 }, fullest = 0;

	for (uint32_t page = 0; page < pages; page++) {
		const uint64_t va =
			chase_arena_base(layout) + chase_arena_page(layout, page);
		uint32_t *const line = &in[va / level_span(table) % TABLE_ENTRIES / 8];

		if (++*line > fullest)
			fullest = *line;
	}
	return fullest;
}

/* Twice as many as in the mean, or three, which every TLB with sets has room for. */
static uint32_t fair(uint32_t pages, uint32_t sets)
{
	return pages / sets < 2 ? 3 : 2 * pages / sets;
}

TEST(pages_are_spread_over_the_sets_of_a_tlb_however_far_apart_they_are)
{
	for (unsigned i = 0; i < COUNT_OF(layouts); i++)
		for (unsigned f = 0; f < COUNT_OF(set_functions); f++)
			for (uint32_t pages = 64;
			     pages <= chase_arena_reach(layouts[i]); pages *= 2)
				assert_in_range(fullest_tlb_set(layouts[i], pages, f),
				                1, fair(pages, set_functions[f].sets));
}

TEST(entries_of_pages_far_apart_are_spread_over_the_lines_of_their_tables)
{
	for (unsigned i = 0; i < COUNT_OF(layouts); i++)
		for (enum level table = layouts[i].page; table < layouts[i].apart;
		     table++)
			for (uint32_t pages = 64;
			     pages <= chase_arena_reach(layouts[i]); pages *= 2)
				assert_in_range(fullest_line_of_tables(layouts[i],
				                                       pages, table),
				                1, fair(pages, 64));
}

/* Sets of a cache with so many sets that the first pages' lines fall into, at most. */
static uint32_t fullest_set(struct chase_arena_layout layout, uint32_t first,
                            uint32_t pages, uint32_t sets)
{
	static uint32_t chase_arena_in[2048];
	uint32_t fullest = 0;

	memset(chase_arena_in, 0, sizeof chase_arena_in);
	for (uint32_t page = first; page < first + pages; page++) {
		uint32_t *const in = &chase_arena_in[chase_arena_dense(layout, page) /
		                                     LINE_BYTES % sets];

		if (++*in > fullest)
			fullest = *in;
	}
	return fullest;
}

static void assert_lines_are_spread(struct chase_arena_layout layout)
{
	for (uint32_t pages = 64; pages <= 16384; pages *= 2) {
		assert_int_equal(fullest_set(layout, 0, pages, 64), pages / 64);
		assert_true(fullest_set(layout, 0, pages, 1024) <=
		            2 * (pages / 1024) + 2);
		assert_true(fullest_set(layout, 0, pages, 2048) <=
		            2 * (pages / 2048) + 2);
	}
}

TEST(lines_are_spread_over_the_sets_of_the_caches)
{
	assert_lines_are_spread(SMALL);
	assert_lines_are_spread(CONTIGUOUS);
}

TEST(neighbouring_pages_have_frames_that_are_not_neighbours)
{
	open_lines();
	assert_int_equal(chase_arena_map(&lines, root, SMALL, 0, 2048), ERR_NONE);
	for (uint32_t page = 0; page + 32 < 2048; page++)
		for (uint32_t by = 1; by <= 32; by++) {
			const uint64_t va = chase_arena_base(SMALL) + page * PAGE_BYTES;
			enum level level;

			assert_int_not_equal(physical(va + by * PAGE_BYTES, &level),
			                     physical(va, &level) + by * PAGE_BYTES);
		}
}

/* Four or eight of them in a row, aligned, can be one entry of a TLB that coalesces. */
TEST(but_for_the_layout_that_has_them_in_a_row)
{
	open_lines();
	assert_int_equal(chase_arena_map(&lines, root, CONTIGUOUS, 0, 2048), ERR_NONE);
	for (uint32_t page = 0; page < 2048; page++) {
		const uint64_t va = chase_arena_base(CONTIGUOUS) + page * PAGE_BYTES;
		enum level level;

		assert_int_equal(physical(va, &level),
		                 lines.frame + page % 512 * PAGE_BYTES);
	}
}

TEST(layouts_lie_apart_from_each_other_and_end_in_the_address_space)
{
	const uint64_t end = UINT64_MAX;

	for (unsigned i = 0; i < COUNT_OF(layouts); i++) {
		const uint64_t base = chase_arena_base(layouts[i]);
		const uint64_t bytes =
			chase_arena_reach(layouts[i]) * level_span(layouts[i].apart);

		assert_true(base >= VA_LINES);
		assert_true(end - base >= bytes - 1);
		assert_true(VA_LINES_DENSE < base || VA_LINES_DENSE >= base + bytes);
		for (unsigned k = 0; k < COUNT_OF(layouts); k++) {
			const uint64_t other = chase_arena_base(layouts[k]);

			/* Those 512 GiB apart lie between each other's pages. */
			if (k == i || (layouts[i].apart == LEVEL_PML4 &&
			               layouts[k].apart == LEVEL_PML4))
				assert_true(k == i || other != base);
			else
				assert_true(other < base || other >= base + bytes);
		}
	}
}

TEST(every_page_maps_its_line_by_an_entry_of_its_size)
{
	for (unsigned i = 0; i < COUNT_OF(layouts); i++) {
		const struct chase_arena_layout layout = layouts[i];
		const uint32_t pages = 100;

		open_lines();
		if (layout.page == LEVEL_PDPT) {
			assert_int_equal(
				chase_arena_map(&lines, root, layout, 0, pages),
				ERR_ABSENT);
			continue;
		}
		assert_int_equal(chase_arena_map(&lines, root, layout, 3, pages),
		                 ERR_NONE);
		for (uint32_t page = 3; page < 3 + pages; page++) {
			const uint64_t offset =
				chase_arena_spread(&lines, layout, page);
			enum level level;

			assert_int_equal(
				physical(chase_arena_base(layout) + offset, &level),
				lines.frame + chase_arena_dense(layout, page));
			assert_int_equal(level, layout.page);
			assert_int_equal(offset / level_span(layout.apart), page);
			assert_int_equal(
				physical(VA_LINES_DENSE +
			                         chase_arena_dense(layout, page),
			                 &level),
				lines.frame + chase_arena_dense(layout, page));
			assert_int_equal(level, LEVEL_PD);
		}
	}
}

TEST(pages_of_a_kernel_are_global_and_no_others_are)
{
	open_lines();
	assert_int_equal(chase_arena_map(&lines, root, SMALL, 0, 8), ERR_NONE);
	assert_int_equal(chase_arena_map(&lines, root, GLOBAL, 0, 8), ERR_NONE);
	for (uint32_t page = 0; page < 8; page++) {
		const uint64_t at = page * PAGE_BYTES;
		const struct walk own =
			walk_find(&pool, root, chase_arena_base(GLOBAL) + at, LEVEL_PT);
		const struct walk other =
			walk_find(&pool, root, chase_arena_base(SMALL) + at, LEVEL_PT);

		assert_int_equal(*own.entry & PTE_GLOBAL, PTE_GLOBAL);
		assert_int_equal(*other.entry & PTE_GLOBAL, 0);
		assert_int_equal(*own.entry & PTE_FRAME, *other.entry & PTE_FRAME);
	}
}

TEST(so_many_frames_are_taken_for_tables)
{
	for (unsigned i = 0; i < COUNT_OF(layouts); i++) {
		if (layouts[i].page == LEVEL_PDPT)
			continue;
		open_lines();

		const uint64_t before = arena_frames_taken(&pool);

		assert_int_equal(chase_arena_map(&lines, root, layouts[i], 0, 128),
		                 ERR_NONE);
		assert_in_range(arena_frames_taken(&pool) - before, 1,
		                chase_arena_frames(layouts[i], 128));
		assert_true(chase_arena_frames(layouts[i], 128) <=
		            arena_frames_taken(&pool) - before + 3);
	}
}

TEST(a_giant_page_reaches_the_lines_in_its_gib)
{
	const uint64_t giants = UINT64_C(3) << 30;

	pool = arena_pool(64);
	root = frame_alloc(&pool);
	assert_int_equal(chase_arena_open(&lines, &pool, root, giants), ERR_NONE);
	assert_int_equal(chase_arena_map(&lines, root, layouts[7], 0, 600), ERR_NONE);
	for (uint32_t page = 0; page < 600; page++) {
		enum level level;

		assert_int_equal(
			physical(chase_arena_base(layouts[7]) +
		                         chase_arena_spread(&lines, layouts[7], page),
		                 &level),
			lines.frame + chase_arena_dense(layouts[7], page));
		assert_int_equal(level, LEVEL_PDPT);
	}
}

TEST(layouts_that_lie_between_each_other_have_no_page_in_common)
{
	open_lines();
	lines.in_giant = true; /* only the tables are of interest */
	for (unsigned i = 0; i < COUNT_OF(layouts); i++)
		if (layouts[i].apart == LEVEL_PML4)
			assert_int_equal(
				chase_arena_map(&lines, root, layouts[i], 0, 128),
				ERR_NONE);
	for (unsigned i = 0; i < COUNT_OF(layouts); i++)
		for (uint32_t page = 0; layouts[i].apart == LEVEL_PML4 && page < 128;
		     page++) {
			enum level level;

			assert_int_not_equal(
				physical(chase_arena_base(layouts[i]) +
			                         chase_arena_page(layouts[i], page),
			                 &level),
				0);
			assert_int_equal(level, layouts[i].page);
		}
}

TEST(too_many_pages_and_too_little_memory_are_errors)
{
	open_lines();
	for (unsigned i = 0; i < COUNT_OF(layouts); i++)
		if (layouts[i].page != LEVEL_PDPT) {
			const uint32_t reach = chase_arena_reach(layouts[i]);

			assert_int_equal(
				chase_arena_map(&lines, root, layouts[i], 0, reach + 1),
				ERR_TOO_LARGE);
			assert_int_equal(
				chase_arena_map(&lines, root, layouts[i], reach, 1),
				ERR_TOO_LARGE);
		}
	pool.limit = pool.next;
	assert_int_equal(chase_arena_map(&lines, root, SMALL, 0, 1), ERR_NO_MEMORY);
	pool = arena_pool(300);
	assert_int_equal(chase_arena_open(&lines, &pool, frame_alloc(&pool), 0),
	                 ERR_NO_MEMORY);
	assert_int_equal(chase_arena_map(&lines, root, SMALL, 0, 1), ERR_NO_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_two_pages_have_a_line_in_common),
		cmocka_unit_test(lines_are_spread_over_the_sets_of_the_caches),
		cmocka_unit_test(
			neighbouring_pages_have_frames_that_are_not_neighbours),
		cmocka_unit_test(but_for_the_layout_that_has_them_in_a_row),
		cmocka_unit_test(
			layouts_lie_apart_from_each_other_and_end_in_the_address_space),
		cmocka_unit_test(every_page_maps_its_line_by_an_entry_of_its_size),
		cmocka_unit_test(pages_of_a_kernel_are_global_and_no_others_are),
		cmocka_unit_test(so_many_frames_are_taken_for_tables),
		cmocka_unit_test(
			pages_are_spread_over_the_sets_of_a_tlb_however_far_apart_they_are),
		cmocka_unit_test(
			entries_of_pages_far_apart_are_spread_over_the_lines_of_their_tables),
		cmocka_unit_test(a_giant_page_reaches_the_lines_in_its_gib),
		cmocka_unit_test(
			layouts_that_lie_between_each_other_have_no_page_in_common),
		cmocka_unit_test(too_many_pages_and_too_little_memory_are_errors),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
