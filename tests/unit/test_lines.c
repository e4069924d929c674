/* Trails through the arena: every page once, one line each, in either way. */
#include "bench/harness/lines.h"

#include "tests/unit/arena.h"
#include "tests/unit/disassemble.h"

static struct frame_pool pool;
static struct lines lines;
static uint64_t root;

static const struct lines_layout layouts[] = {
	{ LEVEL_PT, LEVEL_PT },     { LEVEL_PT, LEVEL_PD },
	{ LEVEL_PT, LEVEL_PDPT },   { LEVEL_PT, LEVEL_PML4 },
	{ LEVEL_PD, LEVEL_PD },     { LEVEL_PD, LEVEL_PDPT },
	{ LEVEL_PD, LEVEL_PML4 },   { LEVEL_PDPT, LEVEL_PDPT },
	{ LEVEL_PDPT, LEVEL_PML4 },
};

#define SMALL layouts[0]
#define LARGE layouts[4]

static void open_lines(void)
{
	pool = arena_pool(ARENA_FRAMES);
	root = frame_alloc(&pool);
	assert_int_equal(lines_open(&lines, &pool, root, 0), ERR_NONE);
}

/* Physical address that va is mapped to; 0: to nothing. */
static uint64_t physical(uint64_t va, enum level *level)
{
	const struct walk walk = walk_find(&pool, root, va, LEVEL_PT);
	const uint64_t within = level_span(walk.level) - 1;

	*level = walk.level;
	if ((*walk.entry & PTE_PRESENT) == 0)
		return 0;
	return (*walk.entry & PTE_FRAME & ~within) | (va & within);
}

static uint64_t load(uint64_t va)
{
	enum level level;
	const uint64_t at = physical(va, &level);

	assert_int_not_equal(at, 0);
	return arena_table_at(at & ~(PAGE_BYTES - 1))[at % PAGE_BYTES / 8];
}

TEST(no_two_pages_have_a_line_in_common)
{
	static bool taken[LINES];

	memset(taken, 0, sizeof taken);
	for (uint32_t page = 0; page < LINES; page++) {
		const uint32_t at = lines_dense(page);

		assert_int_equal(at % LINE_BYTES, 0);
		assert_in_range(at, 0, LINES * LINE_BYTES - 1);
		assert_false(taken[at / LINE_BYTES]);
		taken[at / LINE_BYTES] = true;
	}
}

/* Sets of a cache with so many sets that the first pages' lines fall into, at most. */
static uint32_t fullest_set(uint32_t first, uint32_t pages, uint32_t sets)
{
	static uint32_t lines_in[2048];
	uint32_t fullest = 0;

	memset(lines_in, 0, sizeof lines_in);
	for (uint32_t page = first; page < first + pages; page++) {
		uint32_t *const in = &lines_in[lines_dense(page) / LINE_BYTES % sets];

		if (++*in > fullest)
			fullest = *in;
	}
	return fullest;
}

TEST(lines_are_spread_over_the_sets_of_the_caches)
{
	for (uint32_t pages = 64; pages <= 16384; pages *= 2) {
		assert_int_equal(fullest_set(0, pages, 64), pages / 64);
		assert_true(fullest_set(0, pages, 1024) <= 2 * (pages / 1024) + 2);
		assert_true(fullest_set(0, pages, 2048) <= 2 * (pages / 2048) + 2);
	}
}

TEST(neighbouring_pages_have_frames_that_are_not_neighbours)
{
	open_lines();
	assert_int_equal(lines_map(&lines, root, SMALL, 0, 2048), ERR_NONE);
	for (uint32_t page = 0; page + 32 < 2048; page++)
		for (uint32_t by = 1; by <= 32; by++) {
			const uint64_t va = lines_base(SMALL) + page * PAGE_BYTES;
			enum level level;

			assert_int_not_equal(physical(va + by * PAGE_BYTES, &level),
			                     physical(va, &level) + by * PAGE_BYTES);
		}
}

TEST(layouts_lie_apart_from_each_other_and_end_in_the_address_space)
{
	const uint64_t end = UINT64_MAX;

	for (unsigned i = 0; i < COUNT_OF(layouts); i++) {
		const uint64_t base = lines_base(layouts[i]);
		const uint64_t bytes =
			lines_reach(layouts[i]) * level_span(layouts[i].apart);

		assert_true(base >= VA_LINES);
		assert_true(end - base >= bytes - 1);
		assert_true(VA_LINES_DENSE < base || VA_LINES_DENSE >= base + bytes);
		for (unsigned k = 0; k < COUNT_OF(layouts); k++) {
			const uint64_t other = lines_base(layouts[k]);

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
		const struct lines_layout layout = layouts[i];
		const uint32_t pages = 100;

		open_lines();
		if (layout.page == LEVEL_PDPT) {
			assert_int_equal(lines_map(&lines, root, layout, 0, pages),
			                 ERR_ABSENT);
			continue;
		}
		assert_int_equal(lines_map(&lines, root, layout, 3, pages), ERR_NONE);
		for (uint32_t page = 3; page < 3 + pages; page++) {
			const uint64_t offset = lines_spread(&lines, layout, page);
			enum level level;

			assert_int_equal(physical(lines_base(layout) + offset, &level),
			                 lines.frame + lines_dense(page));
			assert_int_equal(level, layout.page);
			assert_int_equal(offset / level_span(layout.apart), page);
			assert_int_equal(
				physical(VA_LINES_DENSE + lines_dense(page), &level),
				lines.frame + lines_dense(page));
			assert_int_equal(level, LEVEL_PD);
		}
	}
}

TEST(so_many_frames_are_taken_for_tables)
{
	for (unsigned i = 0; i < COUNT_OF(layouts); i++) {
		if (layouts[i].page == LEVEL_PDPT)
			continue;
		open_lines();

		const uint64_t before = arena_frames_taken(&pool);

		assert_int_equal(lines_map(&lines, root, layouts[i], 0, 128), ERR_NONE);
		assert_in_range(arena_frames_taken(&pool) - before, 1,
		                lines_frames(layouts[i], 128));
		assert_true(lines_frames(layouts[i], 128) <=
		            arena_frames_taken(&pool) - before + 3);
	}
}

TEST(a_giant_page_reaches_the_lines_in_its_gib)
{
	const uint64_t giants = UINT64_C(3) << 30;

	pool = arena_pool(64);
	root = frame_alloc(&pool);
	assert_int_equal(lines_open(&lines, &pool, root, giants), ERR_NONE);
	assert_int_equal(lines_map(&lines, root, layouts[7], 0, 600), ERR_NONE);
	for (uint32_t page = 0; page < 600; page++) {
		enum level level;

		assert_int_equal(
			physical(lines_base(layouts[7]) +
		                         lines_spread(&lines, layouts[7], page),
		                 &level),
			lines.frame + lines_dense(page));
		assert_int_equal(level, LEVEL_PDPT);
	}
}

TEST(too_many_pages_and_too_little_memory_are_errors)
{
	open_lines();
	for (unsigned i = 0; i < COUNT_OF(layouts); i++)
		if (layouts[i].page != LEVEL_PDPT) {
			const uint32_t reach = lines_reach(layouts[i]);

			assert_int_equal(
				lines_map(&lines, root, layouts[i], 0, reach + 1),
				ERR_TOO_LARGE);
			assert_int_equal(lines_map(&lines, root, layouts[i], reach, 1),
			                 ERR_TOO_LARGE);
		}
	pool.limit = pool.next;
	assert_int_equal(lines_map(&lines, root, SMALL, 0, 1), ERR_NO_MEMORY);
	pool = arena_pool(300);
	assert_int_equal(lines_open(&lines, &pool, frame_alloc(&pool), 0),
	                 ERR_NO_MEMORY);
	assert_int_equal(lines_map(&lines, root, SMALL, 0, 1), ERR_NO_MEMORY);
}

/* Goes round the trail in both ways at once; every page is met once. */
static void assert_cycle(const struct trail *trail, uint32_t *order)
{
	static bool met[LINES];
	const uint64_t base = lines_base(trail->layout);
	uint64_t spread = lines_spread(&lines, trail->layout, trail->first);
	uint64_t dense = lines_dense(trail->first);

	memset(met, 0, sizeof met);
	for (uint32_t i = 0; i < trail->pages; i++) {
		const uint32_t page =
			(uint32_t)(spread / level_span(trail->layout.apart));

		assert_in_range(page, trail->first, trail->first + trail->pages - 1);
		assert_false(met[page]);
		met[page] = true;
		if (order != NULL)
			order[i] = page;
		assert_int_equal(dense, lines_dense(page));
		spread = load(base + spread);
		dense = load(VA_LINES_DENSE + dense + 8);
	}
	assert_int_equal(spread, lines_spread(&lines, trail->layout, trail->first));
	assert_int_equal(dense, lines_dense(trail->first));
}

TEST(a_trail_visits_every_page_once_in_the_same_order_both_ways)
{
	static const uint32_t counts[] = { 1, 2, 3, 7, 64, 500, 512, 1536 };

	open_lines();
	assert_int_equal(lines_map(&lines, root, SMALL, 0, 2048), ERR_NONE);
	assert_int_equal(lines_map(&lines, root, LARGE, 0, 2048), ERR_NONE);
	for (unsigned i = 0; i < COUNT_OF(counts); i++)
		for (unsigned order = ORDER_RANDOM; order <= ORDER_STRIDED; order++)
			for (unsigned large = 0; large < 2; large++) {
				const struct trail trail = {
					.layout = large != 0 ? LARGE : SMALL,
					.first = 17,
					.pages = counts[i],
					.order = (enum lines_order)order,
					.seed = 5,
				};

				lines_link(&lines, &trail);
				assert_cycle(&trail, NULL);
			}
}

TEST(orders_are_what_they_are_called)
{
	static uint32_t order[512];
	struct trail trail = { .layout = SMALL, .pages = 512, .seed = 1 };
	uint32_t neighbours = 0;

	open_lines();
	assert_int_equal(lines_map(&lines, root, SMALL, 0, 512), ERR_NONE);
	trail.order = ORDER_SEQUENTIAL;
	lines_link(&lines, &trail);
	assert_cycle(&trail, order);
	for (uint32_t i = 0; i < 512; i++)
		assert_int_equal(order[i], i);
	trail.order = ORDER_STRIDED;
	lines_link(&lines, &trail);
	assert_cycle(&trail, order);
	for (uint32_t i = 0; i < 512; i++)
		assert_int_equal(order[i], 7 * i % 512);
	trail.order = ORDER_RANDOM;
	lines_link(&lines, &trail);
	assert_cycle(&trail, order);
	for (uint32_t i = 1; i < 512; i++)
		neighbours += order[i] == order[i - 1] + 1;
	assert_in_range(neighbours, 0, 10);
}

TEST(trails_of_other_pages_are_left_alone)
{
	const struct trail one = { .layout = SMALL, .pages = 100, .seed = 1 };
	const struct trail two = { .layout = SMALL, .first = 100, .pages = 300 };

	open_lines();
	assert_int_equal(lines_map(&lines, root, SMALL, 0, 512), ERR_NONE);
	lines_link(&lines, &one);
	lines_link(&lines, &two);
	assert_cycle(&one, NULL);
	assert_cycle(&two, NULL);
}

/* Follows jumps from page to page by their bytes; returns how many there were. */
static uint32_t follow(const struct trail *trail, uint64_t base, uint64_t offset)
{
	for (uint32_t jumps = 0;; jumps++) {
		const uint64_t words[2] = { load(base + (offset & ~UINT64_C(7))), 0 };
		static struct listing jump;
		const uint8_t *const code = (const uint8_t *)words;

		assert_int_equal(offset % 8, 0);
		disassemble(code, instruction_bytes(code), &jump);
		if (strcmp(jump.at[0].text, "jmp rdx") == 0)
			return jumps;
		assert_memory_equal(jump.at[0].text, "jmp 0x", 6);
		assert_in_range(jumps, 0, trail->pages);
		offset += (uint64_t)jump.at[0].target;
	}
}

TEST(a_trail_of_code_jumps_through_every_page_and_back)
{
	for (unsigned large = 0; large < 2; large++) {
		const struct trail trail = {
			.layout = large != 0 ? LARGE : SMALL,
			.pages = 777,
			.seed = 3,
			.code = true,
		};

		open_lines();
		assert_int_equal(lines_map(&lines, root, trail.layout, 0, 777),
		                 ERR_NONE);
		lines_link(&lines, &trail);
		assert_int_equal(follow(&trail, lines_base(trail.layout),
		                        lines_spread(&lines, trail.layout, 0) +
		                                LINE_CODE_SPREAD),
		                 776);
		assert_int_equal(follow(&trail, VA_LINES_DENSE,
		                        lines_dense(0) + LINE_CODE_DENSE),
		                 776);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_two_pages_have_a_line_in_common),
		cmocka_unit_test(lines_are_spread_over_the_sets_of_the_caches),
		cmocka_unit_test(
			neighbouring_pages_have_frames_that_are_not_neighbours),
		cmocka_unit_test(
			layouts_lie_apart_from_each_other_and_end_in_the_address_space),
		cmocka_unit_test(every_page_maps_its_line_by_an_entry_of_its_size),
		cmocka_unit_test(so_many_frames_are_taken_for_tables),
		cmocka_unit_test(a_giant_page_reaches_the_lines_in_its_gib),
		cmocka_unit_test(too_many_pages_and_too_little_memory_are_errors),
		cmocka_unit_test(
			a_trail_visits_every_page_once_in_the_same_order_both_ways),
		cmocka_unit_test(orders_are_what_they_are_called),
		cmocka_unit_test(trails_of_other_pages_are_left_alone),
		cmocka_unit_test(a_trail_of_code_jumps_through_every_page_and_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
