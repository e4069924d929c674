/* The machines of tests/silicon/machines. */
#include "tests/unit/support/silicon/machines.h"

#include <dirent.h>

TEST(every_file_is_a_machine_that_runs_and_is_listed_here)
{
	DIR *const folder = opendir(MACHINES);
	unsigned files = 0;

	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		files += strstr(entry->d_name, ".machine") != NULL;
	closedir(folder);
	assert_int_equal(files, MACHINE_COUNT);
	for (unsigned i = 0; i < MACHINE_COUNT; i++) {
		open_machine(machine_names[i]);
		world_map(0x40000000, 0x100000000);
		for (uint32_t cpu = 0; cpu < silicon_cpus(world.s); cpu++)
			assert_int_equal(world_access(cpu, 0x40000123, ACCESS_WRITE),
			                 0x100000123);
		world_close();
	}
}

static uint32_t leaf(uint32_t number, uint32_t subleaf, unsigned at)
{
	uint32_t registers[4];

	silicon_cpuid(world.s, 0, number, subleaf, registers);
	return registers[at];
}

enum { EAX, EBX, ECX, EDX };

TEST(the_vendor_and_the_family_are_those_of_the_processor)
{
	static const struct {
		const char *name;
		uint32_t vendor, signature;
	} machines[] = {
		{ "haswell", 0x756e6547, 0x306f2 },
		{ "golden_cove", 0x756e6547, 0x806f8 },
		{ "zen5", 0x68747541, 0xb00f21 },
		{ "client_zen4", 0x68747541, 0xa60f12 },
	};

	for (unsigned i = 0; i < COUNT_OF(machines); i++) {
		open_machine(machines[i].name);
		assert_int_equal(leaf(0, 0, EBX), machines[i].vendor);
		assert_int_equal(leaf(1, 0, EAX), machines[i].signature);
		/* No hypervisor. */
		assert_int_equal(leaf(1, 0, ECX) >> 31, 0);
		world_close();
	}
}

/* Entries of 4K pages that the model has there. */
static uint32_t entries(const struct silicon_core_type *core, unsigned level,
                        enum silicon_side side)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < core->array_count; i++) {
		const struct silicon_array *const array = &core->arrays[i];

		if (array->level == level && (array->sides >> side & 1) != 0 &&
		    (array->sizes & 1) != 0)
			sum += array->sets * array->ways;
	}
	return sum;
}

TEST(amds_leaves_say_the_sizes_that_the_model_has)
{
	static const char *const amds[] = { "zen3", "zen5", "client_zen4" };

	for (unsigned i = 0; i < COUNT_OF(amds); i++) {
		open_machine(amds[i]);

		const struct silicon_core_type *const core =
			silicon_type_of(world.s, 0);
		const uint32_t scale =
			(leaf(0x80000021, 0, EAX) >> 14 & 1) != 0 ? 32 : 1;

		assert_int_equal(entries(core, 1, SILICON_DATA),
		                 leaf(0x80000005, 0, EBX) >> 16 & 0xff);
		assert_int_equal(entries(core, 1, SILICON_CODE),
		                 leaf(0x80000005, 0, EBX) & 0xff);
		assert_int_equal(entries(core, 2, SILICON_DATA),
		                 (leaf(0x80000006, 0, EBX) >> 16 & 0xfff) * scale);
		assert_int_equal(entries(core, 2, SILICON_CODE),
		                 (leaf(0x80000006, 0, EBX) & 0xfff) * scale);
		world_close();
	}
}

/* SDM 2A "CPUID", leaf 18H: ways x sets of those that hold 4K pages. */
static uint32_t entries_of_18(unsigned type, unsigned level)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i <= leaf(0x18, 0, EAX); i++) {
		const uint32_t edx = leaf(0x18, i, EDX), ebx = leaf(0x18, i, EBX);

		if ((edx & 0x1f) == type && (edx >> 5 & 7) == level && (ebx & 1) != 0)
			sum += (ebx >> 16) * leaf(0x18, i, ECX);
	}
	return sum;
}

TEST(leaf_18h_says_the_sizes_that_the_model_has)
{
	open_machine("golden_cove");
	assert_int_equal(entries(silicon_type_of(world.s, 0), 1, SILICON_DATA),
	                 entries_of_18(4, 1));
	assert_int_equal(entries(silicon_type_of(world.s, 0), 1, SILICON_CODE),
	                 entries_of_18(2, 1));
	assert_int_equal(entries(silicon_type_of(world.s, 0), 2, SILICON_DATA),
	                 entries_of_18(3, 2));
	world_close();
	open_machine("gracemont");
	assert_int_equal(entries(silicon_type_of(world.s, 0), 1, SILICON_DATA),
	                 entries_of_18(1, 1));
	assert_int_equal(entries(silicon_type_of(world.s, 0), 1, SILICON_CODE),
	                 entries_of_18(2, 1));
	assert_int_equal(entries(silicon_type_of(world.s, 0), 2, SILICON_CODE),
	                 entries_of_18(3, 2));
	world_close();
}

static void assert_alike(const struct silicon_core_type *a,
                         const struct silicon_core_type *b)
{
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->array_count, b->array_count);
	assert_memory_equal(a->arrays, b->arrays, sizeof a->arrays);
	assert_memory_equal(a->uppers, b->uppers, sizeof a->uppers);
	assert_memory_equal(a->costs, b->costs, sizeof a->costs);
	assert_int_equal(a->upper_pcids, b->upper_pcids);
}

TEST(the_cores_of_the_hybrid_machine_are_those_of_their_own_files)
{
	static struct machine_params hybrid, big, little;

	read_machine("hybrid", &hybrid);
	read_machine("golden_cove", &big);
	read_machine("gracemont", &little);
	assert_alike(&hybrid.core_types[0], &big.core_types[0]);
	assert_alike(&hybrid.core_types[1], &little.core_types[0]);
}

TEST(each_processor_of_the_hybrid_machine_says_its_own_type)
{
	uint32_t registers[4];

	open_machine("hybrid");
	silicon_cpuid(world.s, 0, 0x1a, 0, registers);
	assert_int_equal(registers[EAX] >> 24, 0x40);
	silicon_cpuid(world.s, 3, 0x1a, 0, registers);
	assert_int_equal(registers[EAX] >> 24, 0x20);
	world_close();
}

TEST(the_topology_is_that_of_the_cores)
{
	uint32_t registers[4];

	open_machine("skylake_x");
	assert_int_equal(silicon_cpus(world.s), 8);
	for (uint32_t cpu = 0; cpu < 8; cpu++) {
		assert_int_equal(silicon_apic_id(world.s, cpu), cpu);
		silicon_cpuid(world.s, cpu, 1, 0, registers);
		assert_int_equal(registers[EBX] >> 24, cpu);
		silicon_cpuid(world.s, cpu, 0xb, 0, registers);
		assert_int_equal(registers[EAX], 1);
		assert_int_equal(registers[EBX], 2);
		assert_int_equal(registers[ECX], 0x100);
		assert_int_equal(registers[EDX], cpu);
		silicon_cpuid(world.s, cpu, 0xb, 1, registers);
		assert_int_equal(registers[EAX], 2);
		assert_int_equal(registers[EBX], 4);
		assert_int_equal(registers[ECX], 0x201);
		silicon_cpuid(world.s, cpu, 0xb, 2, registers);
		assert_int_equal(registers[EBX], 0);
	}
	world_close();
}

TEST(a_subleaf_that_is_not_there_is_zeros)
{
	open_machine("haswell");
	assert_int_not_equal(leaf(7, 0, EBX), 0);
	assert_int_equal(leaf(7, 1, EBX), 0);
	assert_int_equal(leaf(0x40000000, 0, EAX), 0);
	world_close();
}

TEST(the_machines_differ_in_what_they_are_there_for)
{
	static struct machine_params params;

	read_machine("client_zen4", &params);
	assert_true(params.invpcid && params.tce && !params.pcid && !params.invlpgb);
	read_machine("atom", &params);
	assert_true(!params.invpcid && !params.pcid);
	read_machine("zen5", &params);
	assert_true(params.invlpgb && params.tce && params.tsc_step_khz == 100000);
	assert_int_not_equal(params.tsc_khz % params.tsc_step_khz, 0);
	assert_int_equal(params.core_types[0].arrays[0].coalesce, 4);
	read_machine("tiny", &params);
	assert_int_equal(entries(&params.core_types[0], 1, SILICON_DATA), 16);
	read_machine("odd", &params);
	assert_int_equal(params.core_types[0].arrays[0].pcids, 3);
	assert_int_equal(params.core_types[0].arrays[0].index, INDEX_HASHED);
}

/* As on all of their processors; else nobody could tell the two by their time. */
TEST(a_walk_takes_longer_than_a_hit_of_the_second_level)
{
	static struct machine_params params;

	for (unsigned i = 0; i < MACHINE_COUNT; i++) {
		read_machine(machine_names[i], &params);
		for (unsigned type = 0; type < params.core_type_count; type++) {
			const uint64_t *const costs = params.core_types[type].costs;

			assert_true(2 * (costs[SILICON_WALK_START] +
			                 costs[SILICON_WALK_L1]) >=
			            3 * costs[SILICON_L2_HIT]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_is_a_machine_that_runs_and_is_listed_here),
		cmocka_unit_test(the_vendor_and_the_family_are_those_of_the_processor),
		cmocka_unit_test(amds_leaves_say_the_sizes_that_the_model_has),
		cmocka_unit_test(leaf_18h_says_the_sizes_that_the_model_has),
		cmocka_unit_test(
			the_cores_of_the_hybrid_machine_are_those_of_their_own_files),
		cmocka_unit_test(
			each_processor_of_the_hybrid_machine_says_its_own_type),
		cmocka_unit_test(the_topology_is_that_of_the_cores),
		cmocka_unit_test(a_subleaf_that_is_not_there_is_zeros),
		cmocka_unit_test(the_machines_differ_in_what_they_are_there_for),
		cmocka_unit_test(a_walk_takes_longer_than_a_hit_of_the_second_level),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
