/* Which cores of a machine are alike, by leaves as processors have told them. */
#include "lib/processor/core_kinds.h"

#include "tests/unit/support/unit.h"

/* Leaf 4: caches up to that level, each of one thread. */
static void put_caches(struct topology_leaves *leaves, uint32_t levels)
{
	for (uint32_t i = 0; i < levels; i++)
		leaves->caches[i].eax = 3 | (i + 1) << 5;
}

static struct topology intel(uint32_t apic_id, uint32_t leaf_1a, uint32_t levels)
{
	struct topology_leaves leaves = { .apic_id = apic_id, .hybrid_eax = leaf_1a };
	struct topology topology;

	put_caches(&leaves, levels);
	topology_decode(&leaves, &topology);
	return topology;
}

static struct topology amd(uint32_t apic_id, uint32_t eax, uint32_t ebx)
{
	struct topology_leaves leaves = {
		.amd = true,
		.apic_id = apic_id,
		.amd_hybrid_eax = eax,
		.amd_hybrid_ebx = ebx,
	};
	struct topology topology;

	put_caches(&leaves, 3);
	topology_decode(&leaves, &topology);
	return topology;
}

static struct core_kinds kinds;

static void find(const struct topology *cores, unsigned count)
{
	const struct topology *list[16];

	for (unsigned i = 0; i < count; i++)
		list[i] = &cores[i];
	core_kinds_find(&kinds, list, count, false);
}

static void assert_kind(unsigned i, const char *name, unsigned first,
                        unsigned processors)
{
	assert_string_equal(kinds.list[i].name, name);
	assert_string_equal(core_kinds_name(&kinds, i), name);
	assert_int_equal(kinds.list[i].first, first);
	assert_int_equal(kinds.list[i].processors, processors);
}

/* Golden Cove and Gracemont, leaf 1AH of a Core i9-12900K. */
#define ADL_P 0x40000001u
#define ADL_E 0x20000001u

TEST(p_and_e_cores_are_two_kinds)
{
	const struct topology cores[] = {
		intel(0, ADL_P, 3),  intel(1, ADL_P, 3),  intel(64, ADL_E, 3),
		intel(66, ADL_E, 3), intel(68, ADL_E, 3),
	};

	find(cores, COUNT_OF(cores));
	assert_int_equal(kinds.count, 2);
	assert_kind(0, "performance", 0, 2);
	assert_kind(1, "efficient", 2, 3);
	assert_int_equal(core_kinds_number(&kinds, &cores[4]), 1);
	assert_int_equal(kinds.left_out, 0);
}

TEST(the_kind_of_the_boot_processor_comes_first)
{
	const struct topology cores[] = { intel(64, ADL_E, 3), intel(0, ADL_P, 3) };

	find(cores, COUNT_OF(cores));
	assert_kind(0, "efficient", 0, 1);
	assert_kind(1, "performance", 1, 1);
}

/* Arrow Lake-H: Skymont (3) and Crestmont (2) are both of type 20H. */
TEST(a_low_power_core_of_another_model_is_a_kind_of_its_own)
{
	const struct topology cores[] = {
		intel(0, 0x40000003, 3),
		intel(16, 0x20000003, 3),
		intel(64, 0x20000002, 3),
	};

	find(cores, COUNT_OF(cores));
	assert_int_equal(kinds.count, 3);
	assert_kind(1, "efficient", 1, 1);
	assert_kind(2, "efficient-2", 2, 1);
}

/* Meteor Lake: the same model, on the tile without the third level of cache. */
TEST(so_is_one_of_the_same_model_that_reaches_no_third_level_of_cache)
{
	const struct topology cores[] = {
		intel(0, 0x40000002, 3),
		intel(16, 0x20000002, 3),
		intel(64, 0x20000002, 2),
		intel(66, 0x20000002, 2),
	};

	assert_int_equal(cores[1].cache_levels, 3);
	assert_int_equal(cores[2].cache_levels, 2);
	find(cores, COUNT_OF(cores));
	assert_int_equal(kinds.count, 3);
	assert_kind(1, "efficient", 1, 1);
	assert_kind(2, "efficient-2", 2, 2);
}

TEST(where_no_types_are_told_all_cores_are_alike)
{
	const struct topology cores[] = { intel(0, 0, 3), intel(2, 0, 2),
		                          amd(4, 0, 0x10000000) };

	find(cores, COUNT_OF(cores));
	assert_int_equal(kinds.count, 1);
	assert_null(core_kinds_name(&kinds, 0));
	assert_int_equal(kinds.list[0].processors, 3);
}

/* Of a hybrid processor of which one core was started. */
TEST(where_the_others_are_not_there_the_only_one_has_its_name)
{
	const struct topology core = intel(0, ADL_P, 3);
	const struct topology *const list = &core;

	core_kinds_find(&kinds, &list, 1, false);
	assert_null(core_kinds_name(&kinds, 0));
	core_kinds_find(&kinds, &list, 1, true);
	assert_kind(0, "performance", 0, 1);
	assert_int_equal(kinds.count, 1);
}

/* EAX[30]: the cores are of several types; EBX[31:28] says which. */
TEST(amd_tells_its_types_in_a_leaf_of_its_own)
{
	const uint32_t several = UINT32_C(1) << 30;
	const struct topology cores[] = {
		amd(0, several, 0x00000002),
		amd(2, several, 0x10000002),
		amd(4, several, 0x11000002),
		amd(6, several, 0x20000002),
	};

	find(cores, COUNT_OF(cores));
	assert_int_equal(kinds.count, 4);
	assert_kind(0, "performance", 0, 1);
	assert_kind(1, "efficient", 1, 1);
	assert_kind(2, "efficient-2", 2, 1);
	assert_kind(3, "unknown", 3, 1);
}

TEST(kinds_that_there_is_no_place_for_are_counted)
{
	struct topology cores[CORE_KINDS + 3];

	for (unsigned i = 0; i < COUNT_OF(cores); i++)
		cores[i] = intel(i, 0x20000000 + i, 3);
	find(cores, COUNT_OF(cores));
	assert_int_equal(kinds.count, CORE_KINDS);
	assert_int_equal(kinds.left_out, 3);
	assert_int_equal(core_kinds_number(&kinds, &cores[CORE_KINDS + 1]), CORE_KINDS);
	assert_null(core_kinds_name(&kinds, CORE_KINDS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p_and_e_cores_are_two_kinds),
		cmocka_unit_test(the_kind_of_the_boot_processor_comes_first),
		cmocka_unit_test(
			a_low_power_core_of_another_model_is_a_kind_of_its_own),
		cmocka_unit_test(
			so_is_one_of_the_same_model_that_reaches_no_third_level_of_cache),
		cmocka_unit_test(where_no_types_are_told_all_cores_are_alike),
		cmocka_unit_test(
			where_the_others_are_not_there_the_only_one_has_its_name),
		cmocka_unit_test(amd_tells_its_types_in_a_leaf_of_its_own),
		cmocka_unit_test(kinds_that_there_is_no_place_for_are_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
