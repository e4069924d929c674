/* Pointer chains through the arena: every page once, in either way. */
#include "tests/unit/support/chase_arena_world.h"

static uint64_t load(uint64_t va)
{
	enum level level;
	const uint64_t at = physical(va, &level);

	assert_int_not_equal(at, 0);
	return arena_table_at(at & ~(PAGE_BYTES - 1))[at % PAGE_BYTES / 8];
}

/* Goes round the chain by both ways at once; every page is met once. */
static void assert_cycle(const struct pointer_chains *chains, uint32_t *order)
{
	static bool met[LINES];
	const uint64_t base = chase_arena_base(chains->layout);
	uint64_t spread = chase_arena_spread(&lines, chains->layout, chains->first);
	uint64_t dense = chase_arena_dense(chains->layout, chains->first);

	memset(met, 0, sizeof met);
	for (uint32_t i = 0; i < chains->pages; i++) {
		const uint32_t page =
			(uint32_t)(spread / level_span(chains->layout.apart));

		assert_in_range(page, chains->first, chains->first + chains->pages - 1);
		assert_false(met[page]);
		met[page] = true;
		if (order != NULL)
			order[i] = page;
		assert_int_equal(dense, chase_arena_dense(chains->layout, page));
		spread = load(base + spread);
		dense = load(VA_LINES_DENSE + dense + 8);
	}
	assert_int_equal(spread,
	                 chase_arena_spread(&lines, chains->layout, chains->first));
	assert_int_equal(dense, chase_arena_dense(chains->layout, chains->first));
}

TEST(a_chain_has_every_page_once_in_the_same_order_both_ways)
{
	static const uint32_t counts[] = { 1, 2, 3, 7, 64, 500, 512, 1536 };

	open_lines();
	assert_int_equal(chase_arena_map(&lines, root, SMALL, 0, 2048), ERR_NONE);
	assert_int_equal(chase_arena_map(&lines, root, LARGE, 0, 2048), ERR_NONE);
	for (unsigned i = 0; i < COUNT_OF(counts); i++)
		for (unsigned order = ORDER_RANDOM; order <= ORDER_STRIDED; order++)
			for (unsigned large = 0; large < 2; large++) {
				const struct pointer_chains chains = {
					.layout = large != 0 ? LARGE : SMALL,
					.first = 17,
					.pages = counts[i],
					.order = (enum chase_arena_order)order,
					.seed = 5,
				};

				chase_arena_link(&lines, &chains);
				assert_cycle(&chains, NULL);
			}
}

/* Together they meet every page once, and none has two pages more than another. */
TEST(chains_share_the_pages_each_a_cycle)
{
	static const uint32_t counts[] = { 8, 9, 64, 500, 1535 };

	open_lines();
	assert_int_equal(chase_arena_map(&lines, root, SMALL, 0, 2048), ERR_NONE);
	for (unsigned i = 0; i < COUNT_OF(counts); i++) {
		const struct pointer_chains chains = { .layout = SMALL,
			                               .first = 17,
			                               .pages = counts[i],
			                               .count = 8,
			                               .seed = 5 };
		uint32_t next = 17;

		chase_arena_link(&lines, &chains);
		assert_int_equal(chase_arena_chain_count(&chains), 8);
		for (uint32_t chain = 0; chain < 8; chain++) {
			const struct pointer_chains one =
				chase_arena_chain(&chains, chain);

			assert_int_equal(one.first, next);
			assert_in_range(one.pages, counts[i] / 8, (counts[i] + 7) / 8);
			assert_cycle(&one, NULL);
			next += one.pages;
		}
		assert_int_equal(next, 17 + counts[i]);
	}
}

TEST(orders_are_what_they_are_called)
{
	static uint32_t order[512];
	struct pointer_chains chains = { .layout = SMALL, .pages = 512, .seed = 1 };
	uint32_t neighbours = 0;

	open_lines();
	assert_int_equal(chase_arena_map(&lines, root, SMALL, 0, 512), ERR_NONE);
	chains.order = ORDER_SEQUENTIAL;
	chase_arena_link(&lines, &chains);
	assert_cycle(&chains, order);
	for (uint32_t i = 0; i < 512; i++)
		assert_int_equal(order[i], i);
	chains.order = ORDER_STRIDED;
	chase_arena_link(&lines, &chains);
	assert_cycle(&chains, order);
	for (uint32_t i = 0; i < 512; i++)
		assert_int_equal(order[i], 7 * i % 512);
	chains.order = ORDER_RANDOM;
	chase_arena_link(&lines, &chains);
	assert_cycle(&chains, order);
	for (uint32_t i = 1; i < 512; i++)
		neighbours += order[i] == order[i - 1] + 1;
	assert_in_range(neighbours, 0, 10);
}

TEST(chains_of_other_pages_are_left_alone)
{
	const struct pointer_chains one = { .layout = SMALL, .pages = 100, .seed = 1 };
	const struct pointer_chains two = { .layout = SMALL,
		                            .first = 100,
		                            .pages = 300 };

	open_lines();
	assert_int_equal(chase_arena_map(&lines, root, SMALL, 0, 512), ERR_NONE);
	chase_arena_link(&lines, &one);
	chase_arena_link(&lines, &two);
	assert_cycle(&one, NULL);
	assert_cycle(&two, NULL);
}

/* Follows jumps from page to page by their bytes; returns how many there were. */
static uint32_t follow(const struct pointer_chains *chains, uint64_t base,
                       uint64_t offset)
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
		assert_in_range(jumps, 0, chains->pages);
		offset += (uint64_t)jump.at[0].target;
	}
}

TEST(a_chain_of_code_jumps_through_every_page_and_back)
{
	for (unsigned large = 0; large < 2; large++) {
		const struct pointer_chains chains = {
			.layout = large != 0 ? LARGE : SMALL,
			.pages = 777,
			.seed = 3,
			.code = true,
		};

		open_lines();
		assert_int_equal(chase_arena_map(&lines, root, chains.layout, 0, 777),
		                 ERR_NONE);
		chase_arena_link(&lines, &chains);
		assert_int_equal(follow(&chains, chase_arena_base(chains.layout),
		                        chase_arena_spread(&lines, chains.layout, 0) +
		                                LINE_CODE_SPREAD),
		                 776);
		assert_int_equal(
			follow(&chains, VA_LINES_DENSE,
		               chase_arena_dense(chains.layout, 0) + LINE_CODE_DENSE),
			776);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_chain_has_every_page_once_in_the_same_order_both_ways),
		cmocka_unit_test(chains_share_the_pages_each_a_cycle),
		cmocka_unit_test(orders_are_what_they_are_called),
		cmocka_unit_test(chains_of_other_pages_are_left_alone),
		cmocka_unit_test(a_chain_of_code_jumps_through_every_page_and_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
