/* Which event counts page walks, by processor. */
#include "lib/processor/pmu.h"

#include "tests/unit/support/unit.h"

/* Event and umask as one number, 0 if there is none. */
static unsigned intel(uint32_t family, uint32_t model)
{
	struct pmu_event event = { 0 };

	if (!pmu_walk_event(false, family, model, false, &event))
		return 0;
	return (unsigned)event.event << 8 | event.umask;
}

static unsigned amd(uint32_t family)
{
	struct pmu_event event = { 0 };

	if (!pmu_walk_event(true, family, 0x31, false, &event))
		return 0;
	return (unsigned)event.event << 8 | event.umask;
}

/* By the models' names, from the tables of the manuals. */
static const uint32_t haswell_to_tiger_lake[] = {
	0x3c, 0x3f, 0x45, 0x46, /* Haswell */
	0x3d, 0x47, 0x4f, 0x56, /* Broadwell */
	0x4e, 0x5e, 0x55,       /* Skylake, Skylake-SP and Cascade Lake */
	0x8e, 0x9e,             /* Kaby Lake, Coffee Lake */
	0xa5, 0xa6,             /* Comet Lake */
	0x66,                   /* Cannon Lake */
	0x7d, 0x7e, 0x6a, 0x6c, /* Ice Lake */
	0xa7,                   /* Rocket Lake */
	0x8c, 0x8d,             /* Tiger Lake */
};
static const uint32_t golden_cove_on[] = {
	0x97, 0x9a,             /* Alder Lake */
	0xb7, 0xba, 0xbf,       /* Raptor Lake */
	0x8f, 0xcf, 0xad, 0xae, /* Sapphire, Emerald, Granite Rapids */
	0xaa, 0xac,             /* Meteor Lake */
	0xc5, 0xc6,             /* Arrow Lake */
	0xbd,                   /* Lunar Lake */
};

static bool holds(const uint32_t *models, size_t count, uint32_t model)
{
	for (size_t i = 0; i < count; i++)
		if (models[i] == model)
			return true;
	return false;
}

TEST(haswell_to_tiger_lake_count_walks_by_08_0e)
{
	for (unsigned i = 0; i < COUNT_OF(haswell_to_tiger_lake); i++)
		assert_int_equal(intel(6, haswell_to_tiger_lake[i]), 0x080e);
}

/* 12.0E is no event of theirs, and they have the model of the others. */
TEST(efficient_cores_beside_golden_cove_count_walks_by_08_0e)
{
	struct pmu_event event = { 0 };

	for (unsigned i = 0; i < COUNT_OF(golden_cove_on); i++) {
		assert_true(pmu_walk_event(false, 6, golden_cove_on[i], true, &event));
		assert_int_equal(event.event, 0x08);
		assert_int_equal(event.umask, 0x0e);
	}
}

TEST(golden_cove_and_later_count_walks_by_12_0e)
{
	for (unsigned i = 0; i < COUNT_OF(golden_cove_on); i++)
		assert_int_equal(intel(6, golden_cove_on[i]), 0x120e);
}

TEST(every_other_model_of_family_6_is_unknown)
{
	for (uint32_t model = 0; model < 0x400; model++) {
		const bool known =
			holds(haswell_to_tiger_lake, COUNT_OF(haswell_to_tiger_lake),
		              model) ||
			holds(golden_cove_on, COUNT_OF(golden_cove_on), model);

		assert_int_equal(intel(6, model) != 0, known);
	}
}

TEST(atoms_core_2_and_nehalem_are_unknown)
{
	static const uint32_t others[] = {
		0x0f, 0x17, 0x1d,       /* Core 2 */
		0x1a, 0x2c, 0x2a, 0x3a, /* Nehalem to Ivy Bridge */
		0x1c, 0x37, 0x4c, 0x5c, /* Atoms: Bonnell to Goldmont */
		0x7a, 0x86, 0x9c, 0xbe, /* Goldmont Plus to Gracemont */
		0xaf, 0xb6,             /* Crestmont servers */
		0x57, 0x85,             /* Xeon Phi */
	};

	for (unsigned i = 0; i < COUNT_OF(others); i++)
		assert_int_equal(intel(6, others[i]), 0);
}

TEST(an_intel_of_another_family_is_unknown)
{
	assert_int_equal(intel(0x0f, 0x3c), 0);
	assert_int_equal(intel(5, 0x8f), 0);
	assert_int_equal(intel(0x13, 0x01), 0);
	assert_int_equal(intel(0x19, 0x97), 0);
}

TEST(zen_counts_walks_by_45_f0_and_nothing_before_it_does)
{
	for (uint32_t family = 0; family < 0x40; family++)
		assert_int_equal(amd(family),
		                 family == 0x17 || family == 0x19 || family == 0x1a
		                         ? 0x45f0
		                         : 0);
}

TEST(an_event_is_selected_in_ring_0_and_enabled_and_nothing_else)
{
	assert_int_equal(pmu_select((struct pmu_event){ 0x08, 0x0e }), 0x420e08);
	assert_int_equal(pmu_select((struct pmu_event){ 0x45, 0xf0 }), 0x42f045);
	assert_int_equal(pmu_select((struct pmu_event){ 0, 0 }), 0x420000);
	assert_int_equal(pmu_select((struct pmu_event){ 0xff, 0xff }), 0x42ffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(haswell_to_tiger_lake_count_walks_by_08_0e),
		cmocka_unit_test(
			efficient_cores_beside_golden_cove_count_walks_by_08_0e),
		cmocka_unit_test(golden_cove_and_later_count_walks_by_12_0e),
		cmocka_unit_test(every_other_model_of_family_6_is_unknown),
		cmocka_unit_test(atoms_core_2_and_nehalem_are_unknown),
		cmocka_unit_test(an_intel_of_another_family_is_unknown),
		cmocka_unit_test(zen_counts_walks_by_45_f0_and_nothing_before_it_does),
		cmocka_unit_test(
			an_event_is_selected_in_ring_0_and_enabled_and_nothing_else),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
