/* The order of targets: by distance, dealt over packages, second threads last. */
#include "lib/processor/target_order.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define MOST 128u

static struct topology topologies[MOST];
static const struct topology *list[MOST];
static struct target_rank ranks[MOST];

/* Two threads a core, as many cores of a cache, caches of a package. */
static void sit(unsigned i, uint32_t apic_id, unsigned cores, unsigned caches)
{
	topologies[i] = (struct topology){
		.apic_id = apic_id,
		.core = apic_id / 2,
		.cluster = apic_id / 2,
		.cache = apic_id / 2 / cores,
		.package = apic_id / 2 / cores / caches,
	};
	list[i] = &topologies[i];
}

static void assert_order(const uint32_t *expected, unsigned count)
{
	target_order(list, count + 1, ranks);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(list[ranks[i].place]->apic_id, expected[i]);
}

/* As a MADT has them that lists the threads of a core behind each other. */
TEST(the_second_thread_of_the_callers_core_comes_behind_all_other_cores)
{
	static const uint32_t expected[] = { 2, 4, 6, 1, 3, 5, 7 };

	for (unsigned i = 0; i < 8; i++)
		sit(i, i, 4, 1);
	assert_order(expected, COUNT_OF(expected));
}

/* And as one has them that lists all first threads first: the same. */
TEST(the_order_of_the_firmware_changes_nothing_but_among_equals)
{
	static const uint32_t listed[] = { 0, 2, 4, 6, 1, 3, 5, 7 };
	static const uint32_t expected[] = { 2, 4, 6, 1, 3, 5, 7 };

	for (unsigned i = 0; i < 8; i++)
		sit(i, listed[i], 4, 1);
	assert_order(expected, COUNT_OF(expected));
}

TEST(what_shares_the_cache_comes_before_the_package_and_that_before_others)
{
	/* Packages of two caches of two cores, listed from the far end. */
	static const uint32_t listed[] = { 0, 14, 12, 10, 8, 6, 4, 2 };
	static const uint32_t expected[] = { 2, 6, 4, 14, 12, 10, 8 };

	for (unsigned i = 0; i < 8; i++)
		sit(i, listed[i], 2, 2);
	assert_order(expected, COUNT_OF(expected));
}

TEST(other_packages_are_dealt_in_turn)
{
	/* Four packages of two cores: the caller's own first, then one of each. */
	static const uint32_t expected[] = { 2, 4, 8, 12, 6, 10, 14 };

	for (unsigned i = 0; i < 8; i++)
		sit(i, 2 * i, 2, 1);
	assert_order(expected, COUNT_OF(expected));
}

TEST(everybody_but_the_caller_comes_once_and_never_nearer_than_who_came_before)
{
	struct random random = { 27 };

	for (unsigned turn = 0; turn < 200; turn++) {
		const unsigned count = 2 + (unsigned)random_below_u64(&random, 62);
		uint64_t seen = 1;

		for (unsigned i = 0; i < count; i++)
			sit(i, i ^ (uint32_t)(turn % 8), 1 + turn % 5, 1 + turn % 3);
		target_order(list, count, ranks);
		for (unsigned i = 0; i < count - 1; i++) {
			const struct target_rank *const rank = &ranks[i];

			assert_in_range(rank->place, 1, count - 1);
			assert_int_equal(seen >> rank->place & 1, 0);
			seen |= UINT64_C(1) << rank->place;
			assert_true(i == 0 || rank->thread > rank[-1].thread ||
			            rank->distance >= rank[-1].distance);
		}
	}
}

TEST(one_processor_alone_has_no_targets)
{
	sit(0, 0, 1, 1);
	ranks[0].place = 7;
	target_order(list, 1, ranks);
	assert_int_equal(ranks[0].place, 7);
}

/* Threads of a core, cores of a module that has one L2. */
static void sit_in_module(unsigned i, uint32_t apic_id)
{
	sit(i, apic_id, 4, 2);
	topologies[i].cluster = apic_id / 4;
}

TEST(who_shares_a_core_or_an_l2_with_a_target_keeps_it_awake)
{
	/* Two modules of two cores of two threads; the targets are 4 and 5. */
	for (unsigned i = 0; i < 8; i++)
		sit_in_module(i, i);
	/* One target, 4: its sibling, and both threads of its module's other core. */
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(target_is_kept_awake_by(list, 4, 1, i), i >= 5);
	/* What is a target waits by its own command. */
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(target_is_kept_awake_by(list, 4, 3, i), i == 7);
	assert_false(target_is_kept_awake_by(list, 4, 0, 5));
}

TEST(without_modules_it_is_the_sibling_alone)
{
	for (unsigned i = 0; i < 8; i++)
		sit(i, i, 4, 1);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(target_is_kept_awake_by(list, 2, 1, i), i == 3);
}

static struct target_pair pairs[TARGET_PAIRS];

/* Processors by apic_ids step apart, put in order; returns how many pairs call. */
static unsigned pairs_by(unsigned step, unsigned count, unsigned cores, unsigned caches,
                         unsigned most)
{
	static struct topology moved[MOST];

	for (unsigned i = 0; i < count; i++)
		sit(i, step * i, cores, caches);
	target_order(list, count, ranks);
	moved[0] = topologies[0];
	for (unsigned i = 1; i < count; i++)
		moved[i] = topologies[ranks[i - 1].place];
	for (unsigned i = 0; i < count; i++)
		list[i] = &moved[i];
	return target_pairs(list, count, most, pairs);
}

/* Topologies of whole cores. */
static unsigned pairs_of(unsigned count, unsigned cores, unsigned caches, unsigned most)
{
	return pairs_by(2, count, cores, caches, most);
}

static unsigned calls(unsigned calls_of, enum distance distance)
{
	unsigned count = 0;

	for (unsigned i = 0; i < calls_of; i++)
		count += topology_distance(list[pairs[i].from], list[pairs[i].to]) ==
		         distance;
	return count;
}

/* Ordered pairs of different caches, or packages, of which one calls the other. */
static unsigned covered(unsigned calls_of, bool packages)
{
	static bool seen[MOST][MOST];
	unsigned count = 0;

	memset(seen, 0, sizeof seen);
	for (unsigned i = 0; i < calls_of; i++) {
		const struct topology *const from = list[pairs[i].from];
		const struct topology *const to = list[pairs[i].to];
		const uint32_t a = packages ? from->package : from->cache;
		const uint32_t b = packages ? to->package : to->cache;

		count += a != b && !seen[a][b];
		seen[a][b] = true;
	}
	return count;
}

TEST(of_sixteen_each_calls_each)
{
	assert_int_equal(pairs_of(1, 2, 2, TARGET_PAIRS_OF_USUAL), 0);
	assert_int_equal(pairs_of(2, 2, 2, TARGET_PAIRS_OF_USUAL), 2);
	assert_int_equal(pairs_of(16, 2, 2, TARGET_PAIRS_OF_USUAL), 240);
}

TEST(in_the_longest_profile_each_of_sixty_four_calls_each)
{
	assert_int_equal(pairs_of(17, 2, 2, TARGET_PAIRS_OF), 17 * 16);
	assert_int_equal(pairs_of(64, 4, 2, TARGET_PAIRS_OF), 64 * 63);
	assert_int_equal(pairs_by(1, 64, 4, 2, TARGET_PAIRS_OF), 64 * 63);
}

/* Two packages of 64 cores, eight of which share a last-level cache. */
TEST(of_128_cores_every_pair_of_caches_and_of_packages_calls)
{
	const unsigned count = pairs_of(128, 8, 8, TARGET_PAIRS_OF_USUAL);

	assert_int_equal(covered(count, false), 16 * 15);
	assert_int_equal(covered(count, true), 2);
	assert_int_equal(calls(count, DISTANCE_CACHE), 16);
	assert_int_equal(count, 16 * 15 + 16);
	/* One package of 16 such caches. */
	assert_int_equal(pairs_of(128, 8, 16, TARGET_PAIRS_OF_USUAL), 16 * 15 + 16);
	assert_int_equal(calls(16 * 15 + 16, DISTANCE_PACKAGE), 16 * 15);
}

/* Two packages of 64 cores, four of which share one: 32 caches. */
TEST(of_more_caches_packages_call_but_in_the_longest_profile_caches_do)
{
	unsigned count = pairs_of(128, 4, 16, TARGET_PAIRS_OF_USUAL);

	assert_int_equal(covered(count, true), 2);
	assert_int_equal(calls(count, DISTANCE_CACHE), 2);
	/* And the boot processor each cache that is not its package's first. */
	assert_int_equal(count, 2 + 2 + 30);
	count = pairs_of(128, 4, 16, TARGET_PAIRS_OF);
	assert_int_equal(covered(count, false), 32 * 31);
	assert_int_equal(count, 32 * 31 + 32);
}

/* 64 cores of two threads, of four packages with one cache each. */
TEST(a_second_thread_calls_nobody_where_first_ones_are_chosen)
{
	const unsigned count = pairs_by(1, 128, 16, 1, TARGET_PAIRS_OF_USUAL);

	assert_int_equal(count, 4 * 3 + 4);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(list[pairs[i].from]->apic_id % 2, 0);
		assert_int_equal(list[pairs[i].to]->apic_id % 2, 0);
	}
}

/* Each core has a cache to itself: what is nearest is chosen already. */
TEST(no_pair_comes_twice_and_nobody_calls_itself)
{
	for (unsigned most = 1; most <= TARGET_PAIRS_OF; most *= 4)
		for (unsigned kind = 0; kind < 16; kind++) {
			const unsigned count =
				pairs_of(40, 1 + kind / 4, 1 + kind % 4, most);

			assert_in_range(count, 1, TARGET_PAIRS);
			for (unsigned i = 0; i < count; i++) {
				assert_int_not_equal(pairs[i].from, pairs[i].to);
				for (unsigned k = 0; k < i; k++)
					assert_false(pairs[i].from == pairs[k].from &&
					             pairs[i].to == pairs[k].to);
			}
		}
}

/* 128 packages: of those that are more than there is room for some call. */
TEST(what_has_no_room_is_left_out)
{
	assert_int_equal(pairs_of(128, 1, 1, TARGET_PAIRS_OF), 64 * 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_second_thread_of_the_callers_core_comes_behind_all_other_cores),
		cmocka_unit_test(
			the_order_of_the_firmware_changes_nothing_but_among_equals),
		cmocka_unit_test(
			what_shares_the_cache_comes_before_the_package_and_that_before_others),
		cmocka_unit_test(other_packages_are_dealt_in_turn),
		cmocka_unit_test(
			everybody_but_the_caller_comes_once_and_never_nearer_than_who_came_before),
		cmocka_unit_test(
			who_shares_a_core_or_an_l2_with_a_target_keeps_it_awake),
		cmocka_unit_test(without_modules_it_is_the_sibling_alone),
		cmocka_unit_test(one_processor_alone_has_no_targets),
		cmocka_unit_test(of_sixteen_each_calls_each),
		cmocka_unit_test(in_the_longest_profile_each_of_sixty_four_calls_each),
		cmocka_unit_test(
			of_128_cores_every_pair_of_caches_and_of_packages_calls),
		cmocka_unit_test(
			of_more_caches_packages_call_but_in_the_longest_profile_caches_do),
		cmocka_unit_test(
			a_second_thread_calls_nobody_where_first_ones_are_chosen),
		cmocka_unit_test(no_pair_comes_twice_and_nobody_calls_itself),
		cmocka_unit_test(what_has_no_room_is_left_out),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
