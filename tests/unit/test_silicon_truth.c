/* The truth of a machine, against small cases by hand and against the model that runs.
 */
#include "tests/silicon/truth/truth.h"
#include "tests/unit/support/silicon/machines.h"

#define PAGE UINT64_C(0x1000)
#define BASE UINT64_C(0x40000000)
#define FRAMES UINT64_C(0x100000000)
#define BESIDES UINT64_C(0x200000000)

static struct silicon_answer ask(struct silicon_question question)
{
	return silicon_truth(&world.params, &question);
}

static uint64_t exact(struct silicon_question question)
{
	const struct silicon_answer answer = ask(question);

	assert_true(answer.known);
	assert_int_equal(answer.low, answer.high);
	return answer.low;
}

#define Q(...)                                                                         \
	(struct silicon_question)                                                      \
	{                                                                              \
		__VA_ARGS__                                                            \
	}

TEST(a_cost_is_in_ticks_of_the_tsc)
{
	world_open("tsc_khz = 1000000\ncore_khz = 2000000\n" WORLD_CORE WORLD_TLBS
	           "cost.invlpg = 121\ncores = c\n");
	assert_int_equal(exact(Q(.kind = TRUTH_COST, .cost = SILICON_INVLPG)), 60500);
	world_close();
}

TEST(where_the_clock_steps_a_cost_is_between_two)
{
	struct silicon_answer answer;

	world_open("tsc_khz = 1000000\ncore_khz = 1000000\nturbo = 0 2000000\n"
	           "turbo = 5 500000\n" WORLD_CORE WORLD_TLBS
	           "cost.invlpg = 100\ncores = c\n");
	answer = ask(Q(.kind = TRUTH_COST, .cost = SILICON_INVLPG));
	assert_int_equal(answer.low, 50000);
	assert_int_equal(answer.high, 200000);
	world_close();
}

TEST(entries_and_knees_follow_from_sets_and_ways)
{
	open_machine("skylake_x");
	assert_int_equal(exact(Q(.kind = TRUTH_ENTRIES, .level = 1)), 64);
	assert_int_equal(exact(Q(.kind = TRUTH_ENTRIES, .level = 1,
	                         .side = SILICON_CODE, .size = SILICON_2M)),
	                 8);
	assert_int_equal(exact(Q(.kind = TRUTH_ENTRIES, .level = 2)), 1536);
	assert_int_equal(exact(Q(.kind = TRUTH_KNEE, .level = 1, .va = BASE)), 64);
	/* In a row the hash of 128 sets is a shuffle of each 128: all fit. */
	assert_int_equal(exact(Q(.kind = TRUTH_KNEE, .level = 2, .va = BASE)), 1536);
	world_close();
	open_machine("golden_cove");
	assert_int_equal(exact(Q(.kind = TRUTH_KNEE, .level = 2, .va = BASE)), 2048);
	world_close();
	open_machine("zen3");
	assert_int_equal(
		exact(Q(.kind = TRUTH_KNEE, .level = 1, .va = BASE, .in_row = true)),
		256);
	world_close();
	open_machine("gracemont");
	/* 2M pages are held there in 4K pieces. */
	assert_int_equal(exact(Q(.kind = TRUTH_KNEE, .level = 1, .size = SILICON_2M,
	                         .va = BASE)),
	                 48);
	assert_int_equal(
		exact(Q(.kind = TRUTH_ENTRIES, .level = 1, .size = SILICON_2M)), 0);
	world_close();
}

TEST(pcids_are_those_of_the_level)
{
	open_machine("skylake_x");
	assert_int_equal(exact(Q(.kind = TRUTH_PCIDS, .level = 1)), 1);
	assert_int_equal(
		exact(Q(.kind = TRUTH_PCIDS, .level = 1, .side = SILICON_CODE)), 3);
	assert_int_equal(exact(Q(.kind = TRUTH_PCIDS, .level = 2)), 4);
	world_close();
	open_machine("tiny");
	assert_int_equal(exact(Q(.kind = TRUTH_PCIDS, .level = 1)), PCIDS_ALL);
	assert_false(ask(Q(.kind = TRUTH_PCIDS, .level = 2)).known);
	world_close();
}

TEST(a_walk_reads_what_is_not_cached)
{
	open_machine("tiny");
	assert_int_equal(exact(Q(.kind = TRUTH_WALK_READS)), 4);
	assert_int_equal(exact(Q(.kind = TRUTH_WALK_READS, .la57 = true)), 5);
	assert_int_equal(exact(Q(.kind = TRUTH_WALK_READS, .cached = 1)), 1);
	assert_int_equal(exact(Q(.kind = TRUTH_WALK_READS, .cached = 6)), 2);
	assert_int_equal(
		exact(Q(.kind = TRUTH_WALK_READS, .size = SILICON_2M, .cached = 2)), 1);
	assert_int_equal(exact(Q(.kind = TRUTH_WALK, .reads = 3)), 75000);
	world_close();
}

TEST(an_interrupt_arrives_when_all_of_its_way_is_over)
{
	world_open(WORLD_MACHINE
	           "core = c\nthreads = 2\n" WORLD_TLBS
	           "cost.ipi_send = 1\ncost.delivery_core = 10\n"
	           "cost.delivery_package = 100\ncost.delivery_far = 1000\n"
	           "cost.interrupt = 10000\ncores = c*4\ncores_per_package = 2\n");
	assert_int_equal(exact(Q(.kind = TRUTH_ARRIVAL, .target = 1)), 10011000);
	assert_int_equal(exact(Q(.kind = TRUTH_ARRIVAL, .target = 2)), 10101000);
	assert_int_equal(exact(Q(.kind = TRUTH_ARRIVAL, .processor = 7, .target = 3)),
	                 11001000);
	world_close();
}

TEST(a_flush_pays_from_its_break_even_on)
{
	/* 20 pages of 30: (120 + 600) / (180 + 30) */
	assert_int_equal(silicon_truth_break_even(120, 180, 30, 20), 3428);
}

/* --- the model runs: what translation adds, mean of one turn behind some others */

static uint64_t chased(uint64_t pages, enum silicon_size size, enum silicon_kind kind)
{
	const unsigned shift = 12 + 9 * (unsigned)size;
	uint64_t first = 0;

	for (uint64_t i = 0; i < pages; i++)
		world_map_as(BASE + (i << shift), FRAMES, (unsigned)size, W_PAGE);
	for (unsigned turn = 0; turn < 6; turn++) {
		if (turn == 5)
			first = silicon_time(world.s, 0);
		/* The same order in each turn, and no page behind its neighbour. */
		for (uint64_t i = 0; i < pages; i++)
			world_access(0, BASE + (i * 5 % pages << shift), kind);
	}
	return world_since(first) / pages;
}

static void compare(const char *name, enum silicon_side side, enum silicon_size size,
                    uint64_t pages)
{
	/* 5 and the number have no common divisor: every page has its turn. */
	pages += pages % 5 == 0;
	open_machine(name);

	const struct silicon_answer truth =
		ask(Q(.kind = TRUTH_CHASE, .side = side, .size = size, .va = BASE,
	              .pages = pages));
	const uint64_t found = chased(
		pages, size, side == SILICON_CODE ? ACCESS_EXECUTE : ACCESS_READ);

	if (truth.known && (found < truth.low || found > truth.high))
		fail_msg("%s, side %u, size %u, %u pages: %u, not %u to %u", name, side,
		         size, (unsigned)pages, (unsigned)found, (unsigned)truth.low,
		         (unsigned)truth.high);
	/* The caches of memory hold the lines of so few, and then it is exact. */
	if (pages <= 48 && strcmp(name, "haswell") != 0 && strcmp(name, "odd") != 0 &&
	    world.params.turbo_count == 0 && truth.high - truth.low > 1)
		fail_msg("%s, %u pages: %u to %u is not exact", name, (unsigned)pages,
		         (unsigned)truth.low, (unsigned)truth.high);
	world_close();
}

TEST(what_the_model_takes_is_what_is_true)
{
	static const uint64_t pages[] = { 1,  7,   16,  17,  33,  47,   64,  72,
		                          97, 129, 257, 512, 777, 1537, 2100 };

	for (unsigned machine = 0; machine < MACHINE_COUNT; machine++)
		for (unsigned i = 0; i < COUNT_OF(pages); i++)
			for (unsigned side = 0; side < SILICON_SIDES; side++)
				compare(machine_names[machine], (enum silicon_side)side,
				        SILICON_4K, pages[i]);
}

TEST(what_the_model_takes_of_large_pages_is_what_is_true)
{
	static const uint64_t pages[] = { 3, 8, 17, 31, 48, 63 };

	for (unsigned machine = 0; machine < MACHINE_COUNT; machine++)
		for (unsigned i = 0; i < COUNT_OF(pages); i++)
			compare(machine_names[machine], SILICON_DATA, SILICON_2M,
			        pages[i]);
}

/* One turn over pages of 4 KiB and over the page besides, in all. */
static uint64_t turned(uint64_t pages, enum silicon_kind kind)
{
	uint64_t first = 0;

	for (uint64_t i = 0; i < pages; i++)
		world_map(BASE + i * PAGE, FRAMES);
	world_map_as(BESIDES, FRAMES, SILICON_2M, W_PAGE);
	for (unsigned turn = 0; turn < 6; turn++) {
		if (turn == 5)
			first = silicon_time(world.s, 0);
		for (uint64_t i = 0; i < pages; i++)
			world_access(0, BASE + i * 5 % pages * PAGE, kind);
		world_access(0, BESIDES, kind);
	}
	return world_since(first);
}

static void compare_besides(const char *name, enum silicon_side side, uint64_t pages)
{
	struct silicon_question question = {
		.kind = TRUTH_CHASE,
		.side = side,
		.va = BASE,
		.pages = pages,
		.has_besides = true,
		.besides = BESIDES,
	};
	struct silicon_answer each, besides;
	uint64_t found;

	open_machine(name);
	each = ask(question);
	question.kind = TRUTH_BESIDES;
	besides = ask(question);
	found = turned(pages, side == SILICON_CODE ? ACCESS_EXECUTE : ACCESS_READ);
	assert_int_equal(each.known, besides.known);
	if (each.known && (found + pages < each.low * pages + besides.low ||
	                   found > each.high * pages + besides.high))
		fail_msg("%s, side %u, %u pages: %u, not %u each and %u", name, side,
		         (unsigned)pages, (unsigned)found, (unsigned)each.low,
		         (unsigned)besides.low);
	world_close();
}

TEST(a_page_besides_takes_an_entry_of_those_that_hold_it)
{
	static const uint64_t pages[] = { 1, 16, 47, 48, 63, 64, 66, 96, 129 };

	for (unsigned machine = 0; machine < MACHINE_COUNT; machine++)
		for (unsigned i = 0; i < COUNT_OF(pages); i++)
			for (unsigned side = 0; side < SILICON_SIDES; side++)
				compare_besides(machine_names[machine],
				                (enum silicon_side)side, pages[i]);
	/* 64 entries for all sizes: 64 pages and one more miss, each of them. */
	open_machine("zen3");
	assert_int_equal(exact(Q(.kind = TRUTH_CHASE, .va = BASE, .pages = 63,
	                         .has_besides = true, .besides = BESIDES)),
	                 0);
	assert_in_range(exact(Q(.kind = TRUTH_BESIDES, .va = BASE, .pages = 64,
	                        .has_besides = true, .besides = BESIDES)),
	                3529, 3530);
	world_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cost_is_in_ticks_of_the_tsc),
		cmocka_unit_test(where_the_clock_steps_a_cost_is_between_two),
		cmocka_unit_test(entries_and_knees_follow_from_sets_and_ways),
		cmocka_unit_test(pcids_are_those_of_the_level),
		cmocka_unit_test(a_walk_reads_what_is_not_cached),
		cmocka_unit_test(an_interrupt_arrives_when_all_of_its_way_is_over),
		cmocka_unit_test(a_flush_pays_from_its_break_even_on),
		cmocka_unit_test(what_the_model_takes_is_what_is_true),
		cmocka_unit_test(what_the_model_takes_of_large_pages_is_what_is_true),
		cmocka_unit_test(a_page_besides_takes_an_entry_of_those_that_hold_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
