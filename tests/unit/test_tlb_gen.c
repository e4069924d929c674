/* Which requests a processor skips, and which make it drop a range or everything. */
#include "paging/tlb_gen.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define RANGE true
#define FULL false

TEST(the_next_generation_is_a_range_if_it_asks_for_one)
{
	uint64_t caught_up = 7;

	assert_int_equal(tlb_gen_catch_up(&caught_up, 8, 8, RANGE), TLB_GEN_RANGE);
	assert_int_equal(caught_up, 8);
	assert_int_equal(tlb_gen_catch_up(&caught_up, 9, 9, FULL), TLB_GEN_FULL);
	assert_int_equal(caught_up, 9);
}

TEST(what_was_caught_up_with_is_skipped)
{
	uint64_t caught_up = 7;

	assert_int_equal(tlb_gen_catch_up(&caught_up, 7, 7, RANGE), TLB_GEN_SKIP);
	assert_int_equal(tlb_gen_catch_up(&caught_up, 9, 6, RANGE), TLB_GEN_SKIP);
	assert_int_equal(caught_up, 7);
}

/* The request of generation 9 comes before that of 8. */
TEST(with_one_missing_in_between_all_is_dropped)
{
	uint64_t caught_up = 7;

	assert_int_equal(tlb_gen_catch_up(&caught_up, 9, 9, RANGE), TLB_GEN_FULL);
	assert_int_equal(caught_up, 9);
	assert_int_equal(tlb_gen_catch_up(&caught_up, 9, 8, RANGE), TLB_GEN_SKIP);
}

/* 8 is next, but 9 is there: everything now, and nothing then. */
TEST(n_requests_at_once_are_one_full_flush)
{
	uint64_t caught_up = 0;
	unsigned of[3] = { 0 };

	for (uint64_t asked = 1; asked <= 15; asked++)
		of[tlb_gen_catch_up(&caught_up, 15, asked, RANGE)]++;
	assert_int_equal(of[TLB_GEN_FULL], 1);
	assert_int_equal(of[TLB_GEN_SKIP], 14);
	assert_int_equal(of[TLB_GEN_RANGE], 0);
}

#define PAGES 16u
#define STEPS 200000u

/* A space whose pages change, and a processor that has all of them in its TLB. */
static struct {
	uint64_t entry[PAGES], cached[PAGES];
	uint64_t newest, caught_up;
	uint64_t page_of[STEPS + 1]; /* that a generation changed */
	unsigned of[3];
} world;

static void serve(uint64_t asked)
{
	const enum tlb_gen_flush flush =
		tlb_gen_catch_up(&world.caught_up, world.newest, asked, RANGE);
	const uint64_t page = world.page_of[asked];

	world.of[flush]++;
	if (flush == TLB_GEN_FULL)
		memcpy(world.cached, world.entry, sizeof world.cached);
	if (flush == TLB_GEN_RANGE)
		world.cached[page] = world.entry[page];
	/* That change's frame may be given away: nothing older is cached. */
	assert_true(world.cached[page] >= asked);
}

/* Up to four requests on their way at once, served in any order. */
TEST(nothing_older_than_a_request_is_left_behind_it)
{
	struct random random = { .state = 11 };
	uint64_t pending[4];
	unsigned count = 0;

	memset(&world, 0, sizeof world);
	while (world.newest < STEPS) {
		if (count < COUNT_OF(pending) && random_below(&random, 2) == 0) {
			const uint64_t page = random_below(&random, PAGES);

			world.entry[page] = ++world.newest;
			world.page_of[world.newest] = page;
			pending[count++] = world.newest;
		} else if (count != 0) {
			const unsigned which = random_below(&random, count);

			serve(pending[which]);
			pending[which] = pending[--count];
		}
	}
	assert_in_range(world.of[TLB_GEN_SKIP], STEPS / 20, STEPS);
	assert_in_range(world.of[TLB_GEN_RANGE], STEPS / 20, STEPS);
	assert_in_range(world.of[TLB_GEN_FULL], STEPS / 20, STEPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_generation_is_a_range_if_it_asks_for_one),
		cmocka_unit_test(what_was_caught_up_with_is_skipped),
		cmocka_unit_test(with_one_missing_in_between_all_is_dropped),
		cmocka_unit_test(n_requests_at_once_are_one_full_flush),
		cmocka_unit_test(nothing_older_than_a_request_is_left_behind_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
