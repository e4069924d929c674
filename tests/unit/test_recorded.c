/* What processors that exist are taken for, by the leaves that they returned. */
#include "lib/machine/cpuid.h"
#include "lib/machine/machine.h"

#include "tests/unit/support/recorded_leaves.h"
#include "tests/unit/support/unit.h"

struct recorded_source {
	struct cpuid_source source; /* first */
	const struct recorded *of;
};

static struct cpuid_regs vendor_leaf(const char *vendor)
{
	struct cpuid_regs regs = { .eax = 0x20 };

	memcpy(&regs.ebx, vendor, 4);
	memcpy(&regs.edx, vendor + 4, 4);
	memcpy(&regs.ecx, vendor + 8, 4);
	return regs;
}

static struct cpuid_regs answer(const struct cpuid_source *source, uint32_t leaf,
                                uint32_t subleaf)
{
	const struct recorded *const of = ((const struct recorded_source *)source)->of;

	if (leaf == 0)
		return vendor_leaf(of->vendor);
	for (unsigned i = 0; i < LEAVES_OF_ONE; i++)
		if (of->leaves[i].leaf == leaf && of->leaves[i].subleaf == subleaf)
			return of->leaves[i].regs;
	return (struct cpuid_regs){ 0 };
}

static struct machine machine_of(const char *name)
{
	struct machine machine = { 0 };
	struct recorded_source from = { { answer }, NULL };

	for (unsigned i = 0; i < COUNT_OF(recorded); i++)
		if (strcmp(recorded[i].name, name) == 0)
			from.of = &recorded[i];
	assert_non_null(from.of);
	cpuid_describe(&from.source, &machine);
	return machine;
}

/* Those that decide which operations exist. */
#define DECIDING                                                                       \
	(FEATURE_PCID | FEATURE_INVPCID | FEATURE_INVLPGB | FEATURE_TCE |              \
	 FEATURE_1G_PAGES | FEATURE_SMEP | FEATURE_LA57)

#define COMMON (FEATURE_1G_PAGES | FEATURE_SMEP)
#define INTEL (COMMON | FEATURE_PCID | FEATURE_INVPCID)
#define ZEN_CLIENT (COMMON | FEATURE_INVPCID | FEATURE_TCE)
#define ZEN_SERVER (ZEN_CLIENT | FEATURE_PCID | FEATURE_INVLPGB)

struct expected {
	const char *name;
	uint32_t family, model, features;
	uint32_t invlpgb_pages;
	/* Of the first level, then tlb_reach(). */
	uint32_t data_4k, code_4k, reach_data_4k, reach_code_4k, reach_data_2m;
};

/*
 * As the vendors publish them, but for the code entries of Ice Lake-X: its leaf says 8
 * of what is 128, so no sweep may trust it.
 */
static const struct expected all[] = {
	{ "renoir", 0x17, 0x47, COMMON | FEATURE_TCE, 0, 64, 64, 2048, 1024, 2048 },
	{ "milan", 0x19, 0x01, ZEN_SERVER, 8, 64, 64, 2048, 512, 2048 },
	{ "vermeer", 0x19, 0x21, ZEN_CLIENT, 0, 64, 64, 2048, 512, 2048 },
	{ "genoa", 0x19, 0x11, ZEN_SERVER | FEATURE_LA57, 8, 72, 64, 3072, 512, 3072 },
	{ "turin", 0x1a, 0x02, ZEN_SERVER | FEATURE_LA57, 8, 96, 64, 4096, 2048, 4096 },
	{ "granite_ridge", 0x1a, 0x44, ZEN_CLIENT, 0, 96, 64, 4096, 2048, 4096 },
	{ "haswell", 6, 0x3f, INTEL, 0, 64, 64, 1024, 1024, 1024 },
	{ "skylake_x", 6, 0x55, INTEL, 0, 64, 64, 1536, 1536, 1536 },
	{ "ice_lake_x", 6, 0x6a, INTEL | FEATURE_LA57, 0, 64, 8, 2048, 2048, 1024 },
	{ "alder_lake_p", 6, 0x9a, INTEL, 0, 64, 256, 2048, 2048, 1024 },
	{ "alder_lake_e", 6, 0x9a, INTEL, 0, 48, 64, 2048, 2048, 2048 },
	{ "sapphire_rapids", 6, 0x8f, INTEL | FEATURE_LA57, 0, 64, 256, 2048, 2048,
	  1024 },
	{ "granite_rapids", 6, 0xad, INTEL | FEATURE_LA57, 0, 96, 256, 2048, 2048,
	  1024 },
	{ "lunar_lake_p", 6, 0xbd, INTEL, 0, 128, 256, 2048, 2048, 1024 },
	{ "lunar_lake_e", 6, 0xbd, INTEL, 0, 48, 128, 4096, 4096, 4096 },
	{ "panther_lake_p", 6, 0xcc, INTEL, 0, 128, 256, 3072, 3072, 2048 },
	{ "kx_7000", 7, 0x6b, COMMON | FEATURE_PCID | FEATURE_INVPCID, 0, 96, 16, 96,
	  16, 32 },
};

TEST(every_recorded_processor_has_the_operations_and_tlbs_that_it_has)
{
	assert_int_equal(COUNT_OF(all), COUNT_OF(recorded));
	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		const struct expected *const want = &all[i];
		const struct machine machine = machine_of(want->name);
		const struct tlb_sizes *const tlb = &machine.tlb;

		print_message("# %s\n", want->name);
		assert_int_equal(machine.family, want->family);
		assert_int_equal(machine.model, want->model);
		assert_int_equal(machine.features & DECIDING, want->features);
		assert_int_equal(machine.invlpgb_pages, want->invlpgb_pages);
		assert_int_equal(tlb->entries[0][TLB_DATA][TLB_4K], want->data_4k);
		assert_int_equal(tlb->entries[0][TLB_CODE][TLB_4K], want->code_4k);
		assert_int_equal(tlb_reach(tlb, TLB_DATA, TLB_4K), want->reach_data_4k);
		assert_int_equal(tlb_reach(tlb, TLB_CODE, TLB_4K), want->reach_code_4k);
		assert_int_equal(tlb_reach(tlb, TLB_DATA, TLB_2M), want->reach_data_2m);
	}
}

TEST(no_recorded_processor_has_a_larger_tlb_than_the_sweeps_are_made_for)
{
	for (unsigned i = 0; i < COUNT_OF(recorded); i++) {
		const struct machine machine = machine_of(recorded[i].name);

		for (unsigned page = 0; page < TLB_PAGES; page++)
			for (unsigned side = TLB_DATA; side <= TLB_CODE; side++)
				assert_in_range(tlb_reach(&machine.tlb,
				                          (enum tlb_side)side,
				                          (enum tlb_page)page),
				                0, tlb_largest((enum tlb_page)page));
	}
}

/* CVE-2025-38518. */
TEST(invlpgb_of_family_17h_is_refused_with_the_reason)
{
	const struct machine machine = machine_of("renoir");

	assert_string_equal(machine.invlpgb_refused, "reported before family 19h");
	assert_null(machine_of("milan").invlpgb_refused);
	assert_null(machine_of("vermeer").invlpgb_refused);
}

/* Granite Rapids has leaf 1AH too, and one type of core. */
TEST(a_processor_says_whether_its_cores_are_of_several_types)
{
	static const char *const several[] = { "alder_lake_p", "alder_lake_e",
		                               "lunar_lake_p", "lunar_lake_e",
		                               "panther_lake_p" };

	for (unsigned i = 0; i < COUNT_OF(recorded); i++) {
		const struct machine machine = machine_of(recorded[i].name);
		bool expected = false;

		for (unsigned k = 0; k < COUNT_OF(several); k++)
			expected |= strcmp(recorded[i].name, several[k]) == 0;
		print_message("# %s\n", recorded[i].name);
		assert_true(((machine.features & FEATURE_HYBRID) != 0) == expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_recorded_processor_has_the_operations_and_tlbs_that_it_has),
		cmocka_unit_test(
			no_recorded_processor_has_a_larger_tlb_than_the_sweeps_are_made_for),
		cmocka_unit_test(invlpgb_of_family_17h_is_refused_with_the_reason),
		cmocka_unit_test(
			a_processor_says_whether_its_cores_are_of_several_types),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
