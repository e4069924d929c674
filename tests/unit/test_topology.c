/* Topology from CPUID leaves as real processors have them, and as none should. */
#include "lib/processor/topology.h"
#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define LEVEL(shift, kind)                                                             \
	{                                                                              \
		.eax = (shift), .ebx = 1, .ecx = (kind) << 8                           \
	}
#define CACHE(kind, level, sharing)                                                    \
	{                                                                              \
		.eax = (kind) | (level) << 5 | ((sharing)-1) << 14                     \
	}

/* Raptor Lake: two threads a core, modules of four E-cores, one L3. */
static struct topology_leaves hybrid(uint32_t apic_id, bool efficient)
{
	return (struct topology_leaves){
		.apic_id = apic_id,
		.levels = { LEVEL(1, 1), LEVEL(7, 2) },
		.caches = { CACHE(1, 1, efficient ? 1u : 2u), CACHE(2, 1, 2),
		            CACHE(3, 2, efficient ? 8u : 2u), CACHE(3, 3, 128) },
		.hybrid_eax = efficient ? 0x20000003 : 0x40000001,
	};
}

/* Genoa: eight cores a CCX, two threads each, sixteen bits of it to a package. */
static struct topology_leaves genoa(uint32_t apic_id)
{
	return (struct topology_leaves){
		.amd = true,
		.apic_id = apic_id,
		.levels = { LEVEL(1, 1), LEVEL(8, 2) },
		.caches = { CACHE(1, 1, 2), CACHE(2, 1, 2), CACHE(3, 2, 2),
		            CACHE(3, 3, 16) },
		.has_amd_leaf = true,
		.amd_ebx = 0x100,
		.amd_ecx = 0x301,
	};
}

static struct topology decode(struct topology_leaves leaves)
{
	struct topology topology;

	topology_decode(&leaves, &topology);
	return topology;
}

static enum distance between(struct topology_leaves a, struct topology_leaves b)
{
	const struct topology x = decode(a);
	const struct topology y = decode(b);

	return topology_distance(&x, &y);
}

TEST(a_hybrid_processor_tells_its_core_types)
{
	assert_int_equal(decode(hybrid(0, false)).core_type, CORE_PERFORMANCE);
	assert_int_equal(decode(hybrid(64, true)).core_type, CORE_EFFICIENT);
	assert_int_equal(decode(hybrid(64, true)).native_model, 3);
	assert_int_equal(decode(genoa(0)).core_type, CORE_UNKNOWN);
	assert_string_equal(core_type_name(CORE_PERFORMANCE), "performance");
	assert_string_equal(core_type_name(CORE_EFFICIENT), "efficient");
	assert_string_equal(core_type_name(CORE_UNKNOWN), "");
}

TEST(threads_of_a_core_are_nearest)
{
	assert_int_equal(between(hybrid(2, false), hybrid(2, false)), DISTANCE_SELF);
	assert_int_equal(between(hybrid(2, false), hybrid(3, false)), DISTANCE_CORE);
	assert_int_equal(between(genoa(2), genoa(3)), DISTANCE_CORE);
	assert_int_equal(decode(hybrid(3, false)).cluster, 1);
	assert_int_equal(decode(hybrid(3, false)).cache, 0);
}

TEST(efficient_cores_of_one_module_share_their_l2)
{
	assert_int_equal(between(hybrid(64, true), hybrid(66, true)), DISTANCE_CLUSTER);
	assert_int_equal(between(hybrid(64, true), hybrid(72, true)), DISTANCE_CACHE);
	assert_int_equal(between(hybrid(0, false), hybrid(64, true)), DISTANCE_CACHE);
}

TEST(cores_of_a_ccx_are_nearer_than_those_of_another)
{
	assert_int_equal(between(genoa(0), genoa(14)), DISTANCE_CACHE);
	assert_int_equal(between(genoa(0), genoa(16)), DISTANCE_PACKAGE);
	assert_int_equal(between(genoa(0), genoa(256)), DISTANCE_MACHINE);
}

TEST(numbers_count_within_the_level_above)
{
	const struct topology topology = decode(genoa(256 + 21));

	assert_int_equal(topology.within[TOPOLOGY_THREAD], 1);
	assert_int_equal(topology.within[TOPOLOGY_CORE], 10);
	assert_int_equal(topology.within[TOPOLOGY_DIE], 0);
	assert_int_equal(topology.within[TOPOLOGY_PACKAGE], 1);
	assert_int_equal(topology.core, 138);
	assert_int_equal(topology.package, 1);
	assert_true(topology.node_known);
	assert_int_equal(topology.node, 1);
}

TEST(leaf_1fh_tells_modules_and_dies)
{
	const struct topology topology = decode((struct topology_leaves){
		.apic_id = 0x2b5,
		.levels = { LEVEL(1, 1), LEVEL(3, 2), LEVEL(6, 3), LEVEL(9, 5) },
	});

	assert_int_equal(topology.within[TOPOLOGY_THREAD], 1);
	assert_int_equal(topology.within[TOPOLOGY_CORE], 2);
	assert_int_equal(topology.within[TOPOLOGY_MODULE], 6);
	assert_int_equal(topology.within[TOPOLOGY_TILE], 0);
	assert_int_equal(topology.within[TOPOLOGY_DIE], 2);
	assert_int_equal(topology.within[TOPOLOGY_PACKAGE], 1);
	assert_int_equal(topology.die, 0x2b5 >> 6);
	assert_int_equal(topology.cluster, 0x2b5 >> 3);
}

TEST(a_level_that_ends_before_it_begins_is_empty)
{
	const struct topology topology = decode((struct topology_leaves){
		.apic_id = 0x3f,
		.levels = { LEVEL(4, 1), LEVEL(2, 2) },
	});

	assert_int_equal(topology.within[TOPOLOGY_THREAD], 15);
	assert_int_equal(topology.within[TOPOLOGY_CORE], 0);
	assert_int_equal(topology.package, 3);
}

TEST(a_level_of_a_later_manual_counts_to_the_one_below)
{
	const struct topology topology = decode((struct topology_leaves){
		.apic_id = 0xff,
		.levels = { LEVEL(1, 1), LEVEL(4, 2), LEVEL(6, 9) },
	});

	assert_int_equal(topology.within[TOPOLOGY_CORE], 31);
	assert_int_equal(topology.package, 3);
}

TEST(no_level_counts_behind_the_first_without_a_type)
{
	struct topology_leaves leaves = genoa(0x123);

	leaves.levels[1] = (struct topology_leaf){ 0 };
	leaves.levels[2] = (struct topology_leaf)LEVEL(8, 2);
	assert_int_equal(decode(leaves).package, 0x123 >> 1);
	assert_int_equal(decode(genoa(0x123)).package, 0x123 >> 8);
}

TEST(old_processors_tell_by_leaf_1_and_4)
{
	/* Core 2 Quad; Pentium 4 with two threads; one that has neither. */
	const struct topology quad = decode((struct topology_leaves){
		.apic_id = 6,
		.ebx1 = 4 << 16,
		.edx1 = 1 << 28,
		.caches = { { .eax = 3u << 26 | 1 | 1 << 5 } },
	});
	const struct topology two =
		decode((struct topology_leaves){ .apic_id = 1,
	                                         .ebx1 = 2 << 16,
	                                         .edx1 = 1 << 28,
	                                         .caches = { { .eax = 1 } } });
	const struct topology one = decode((struct topology_leaves){ .apic_id = 3 });

	assert_int_equal(quad.within[TOPOLOGY_THREAD], 0);
	assert_int_equal(quad.within[TOPOLOGY_CORE], 2);
	assert_int_equal(quad.package, 1);
	assert_int_equal(two.within[TOPOLOGY_THREAD], 1);
	assert_int_equal(two.core, 0);
	assert_int_equal(one.package, 3);
}

TEST(without_leaves_of_caches_nothing_is_shared)
{
	const struct topology_leaves a = { .apic_id = 2,
		                           .levels = { LEVEL(1, 1), LEVEL(3, 2) } };
	struct topology_leaves b = a;

	b.apic_id = 4;
	assert_int_equal(between(a, b), DISTANCE_PACKAGE);
}

TEST(old_amd_processors_tell_by_8000_0008_and_8000_001e)
{
	const struct topology topology = decode((struct topology_leaves){
		.amd = true,
		.apic_id = 0x1b,
		.sizes_ecx = 4 << 12,
		.has_amd_leaf = true,
		.amd_ebx = 0x100,
	});

	assert_int_equal(topology.within[TOPOLOGY_THREAD], 1);
	assert_int_equal(topology.within[TOPOLOGY_CORE], 5);
	assert_int_equal(topology.package, 1);
}

/* Whatever is in the leaves: no shift beyond 31, no number beyond the APIC id. */
TEST(no_leaves_are_too_damaged_to_decode)
{
	struct random random = { 1 };

	for (unsigned i = 0; i < 20000; i++) {
		struct topology_leaves leaves = { 0 };
		uint8_t *const bytes = (uint8_t *)&leaves;

		for (size_t at = 0; at < sizeof leaves; at++)
			bytes[at] = (uint8_t)random_next(&random);
		leaves.amd = i % 2 != 0;
		leaves.has_amd_leaf = i % 3 != 0;
		if (i % 5 == 0)
			leaves.levels[0].ebx = 0;

		const struct topology topology = decode(leaves);

		assert_in_range(topology.package, 0, topology.apic_id);
		assert_in_range(topology.core, 0, topology.apic_id);
		assert_in_range(topology.cache, 0, topology.apic_id);
		assert_int_equal(topology_distance(&topology, &topology),
		                 DISTANCE_SELF);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hybrid_processor_tells_its_core_types),
		cmocka_unit_test(threads_of_a_core_are_nearest),
		cmocka_unit_test(efficient_cores_of_one_module_share_their_l2),
		cmocka_unit_test(cores_of_a_ccx_are_nearer_than_those_of_another),
		cmocka_unit_test(numbers_count_within_the_level_above),
		cmocka_unit_test(leaf_1fh_tells_modules_and_dies),
		cmocka_unit_test(a_level_that_ends_before_it_begins_is_empty),
		cmocka_unit_test(a_level_of_a_later_manual_counts_to_the_one_below),
		cmocka_unit_test(no_level_counts_behind_the_first_without_a_type),
		cmocka_unit_test(old_processors_tell_by_leaf_1_and_4),
		cmocka_unit_test(without_leaves_of_caches_nothing_is_shared),
		cmocka_unit_test(old_amd_processors_tell_by_8000_0008_and_8000_001e),
		cmocka_unit_test(no_leaves_are_too_damaged_to_decode),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
