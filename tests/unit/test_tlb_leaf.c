/* CPUID's leaves on TLBs, as processors that exist return them. */
#include "lib/processor/tlb_leaf.h"

#include "tests/unit/support/record_stream.h"

static uint16_t entries(const struct tlb_sizes *sizes, uint32_t level,
                        enum tlb_side side, enum tlb_page page)
{
	return sizes->entries[level - 1][side][page];
}

/* A subleaf of 18H: sizes as in EBX[3:0], ways and sets, type and level. */
static struct tlb_leaf translation(uint32_t sizes, uint32_t ways, uint32_t sets,
                                   uint32_t type, uint32_t level)
{
	return (struct tlb_leaf){ 0, ways << 16 | sizes, sets, level << 5 | type };
}

/* Haswell's (06_3C), byte for byte: 1024 shared, 64 and 64 above. */
TEST(leaf_02_of_haswell)
{
	const struct tlb_leaves leaves = {
		.leaf_02 = { 0x76036301, 0x00f0b5ff, 0x00000000, 0x00c10000 },
	};
	const struct tlb_sizes sizes = tlb_sizes_of(&leaves);

	assert_string_equal(sizes.source, "02H");
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_4K), 64);
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_2M), 32);
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_1G), 4);
	assert_int_equal(entries(&sizes, 1, TLB_CODE, TLB_4K), 64);
	assert_int_equal(entries(&sizes, 1, TLB_CODE, TLB_2M), 8);
	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_4K), 1024);
	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_2M), 1024);
	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_1G), 0);
}

/* Skylake's (06_5E). */
TEST(leaf_02_of_skylake)
{
	const struct tlb_leaves leaves = {
		.leaf_02 = { 0x76036301, 0x00f0b5ff, 0x00000000, 0x00c30000 },
	};
	const struct tlb_sizes sizes = tlb_sizes_of(&leaves);

	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_4K), 1536);
	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_2M), 1536);
	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_1G), 16);
	assert_int_equal(tlb_reach(&sizes, TLB_DATA, TLB_4K), 1536);
	assert_int_equal(tlb_reach(&sizes, TLB_CODE, TLB_1G), 16);
}

/* Sandy Bridge's (06_2A): 512 shared, for 4 KiB pages alone. */
TEST(leaf_02_of_sandy_bridge_has_no_second_level_for_large_pages)
{
	const struct tlb_leaves leaves = {
		.leaf_02 = { 0x76035a01, 0x00f0b2ff, 0x00000000, 0x00ca0000 },
	};
	const struct tlb_sizes sizes = tlb_sizes_of(&leaves);

	assert_int_equal(tlb_reach(&sizes, TLB_DATA, TLB_4K), 512);
	assert_int_equal(tlb_reach(&sizes, TLB_DATA, TLB_2M), 32);
	assert_int_equal(tlb_reach(&sizes, TLB_CODE, TLB_2M), 8);
	assert_int_equal(tlb_reach(&sizes, TLB_DATA, TLB_1G), 0);
}

TEST(a_register_of_leaf_02_with_bit_31_holds_nothing)
{
	const struct tlb_leaves leaves = {
		.leaf_02 = { 0x00000001, 0x80000003, 0xc30000c3, 0x000000b5 },
	};
	const struct tlb_sizes sizes = tlb_sizes_of(&leaves);

	assert_int_equal(tlb_reach(&sizes, TLB_DATA, TLB_4K), 0);
	assert_int_equal(tlb_reach(&sizes, TLB_CODE, TLB_4K), 64);
}

/* Ice Lake (06_6A): FFH and FEH point to leaves 04H and 18H. */
TEST(leaf_18_is_asked_first)
{
	struct tlb_leaves leaves = {
		.leaf_02 = { 0x00feff01, 0x000000f0, 0x00000000, 0x00000000 },
	};
	struct tlb_sizes sizes = tlb_sizes_of(&leaves);

	assert_null(sizes.source);
	assert_int_equal(tlb_reach(&sizes, TLB_DATA, TLB_4K), 0);
	leaves.leaf_02.edx = 0x00c30000; /* as a hypervisor might add */
	leaves.leaf_18[0] = (struct tlb_leaf){ 7, 0, 0, 0 };
	leaves.leaf_18[1] = translation(1, 8, 16, 2, 1);  /* ITLB 4K, 128 */
	leaves.leaf_18[2] = translation(6, 16, 1, 2, 1);  /* ITLB 2M, 16, fully */
	leaves.leaf_18[3] = translation(1, 4, 16, 1, 1);  /* DTLB 4K, 64 */
	leaves.leaf_18[4] = translation(6, 4, 8, 1, 1);   /* DTLB 2M, 32 */
	leaves.leaf_18[5] = translation(8, 8, 1, 1, 1);   /* DTLB 1G, 8 */
	leaves.leaf_18[6] = translation(7, 8, 128, 3, 2); /* STLB 4K 2M, 1024 */
	leaves.leaf_18[7] = translation(9, 8, 128, 3, 2); /* STLB 4K 1G, 1024 */
	sizes = tlb_sizes_of(&leaves);
	assert_string_equal(sizes.source, "18H");
	assert_int_equal(entries(&sizes, 1, TLB_CODE, TLB_4K), 128);
	assert_int_equal(entries(&sizes, 1, TLB_CODE, TLB_2M), 16);
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_4K), 64);
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_2M), 32);
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_1G), 8);
	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_4K), 2048);
	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_2M), 1024);
	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_1G), 1024);
}

/* Golden Cove (06_8F): loads and stores have entries of their own. */
TEST(of_loads_and_stores_those_of_loads_count)
{
	struct tlb_leaves leaves = { 0 };
	struct tlb_sizes sizes;

	leaves.leaf_18[1] = translation(1, 6, 16, 4, 1);
	leaves.leaf_18[2] = translation(15, 16, 1, 5, 1);
	sizes = tlb_sizes_of(&leaves);
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_4K), 96);
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_2M), 0);
}

/* No third level is known; and no level 0. */
TEST(levels_that_are_not_there_are_ignored)
{
	struct tlb_leaves leaves = { 0 };
	struct tlb_sizes sizes;

	leaves.leaf_18[0] = translation(1, 4, 16, 1, 0);
	leaves.leaf_18[31] = translation(1, 4, 16, 1, 3);
	sizes = tlb_sizes_of(&leaves);
	assert_int_equal(tlb_reach(&sizes, TLB_DATA, TLB_4K), 0);
}

/* Zen 2 (17_71). */
TEST(amd_leaves_of_zen_2)
{
	const struct tlb_leaves leaves = {
		.amd = true,
		.leaf_02 = { 0x76036301, 0x00f0b5ff, 0x00000000, 0x00c30000 },
		.leaf_80000005 = { 0xff40ff40, 0xff40ff40, 0x20080140, 0x20080140 },
		.leaf_80000006 = { 0x48006400, 0x68006400, 0x02006140, 0x01009140 },
		.leaf_80000019 = { 0xf040f040, 0x00000000, 0, 0 },
	};
	const struct tlb_sizes sizes = tlb_sizes_of(&leaves);

	assert_memory_equal(sizes.source, "80000005H", 9);
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_4K), 64);
	assert_int_equal(entries(&sizes, 1, TLB_CODE, TLB_2M), 64);
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_1G), 64);
	assert_int_equal(entries(&sizes, 2, TLB_DATA, TLB_4K), 2048);
	assert_int_equal(entries(&sizes, 2, TLB_CODE, TLB_4K), 1024);
	assert_int_equal(entries(&sizes, 2, TLB_DATA, TLB_2M), 2048);
	assert_int_equal(tlb_reach(&sizes, TLB_DATA, TLB_1G), 64);
	assert_int_equal(tlb_reach(&sizes, TLB_CODE, TLB_4K), 1024);
}

TEST(an_empty_upper_half_is_one_tlb_for_both_and_no_ways_is_none)
{
	const struct tlb_leaves leaves = {
		.amd = true,
		.leaf_80000005 = { 0, 0xff20ff10, 0, 0 },
		.leaf_80000006 = { 0x00000200, 0x00004200, 0, 0 },
	};
	const struct tlb_sizes sizes = tlb_sizes_of(&leaves);

	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_4K), 512);
	assert_int_equal(entries(&sizes, 2, TLB_UNIFIED, TLB_2M), 0);
	assert_int_equal(entries(&sizes, 1, TLB_DATA, TLB_4K), 32);
	assert_int_equal(entries(&sizes, 1, TLB_CODE, TLB_4K), 16);
}

TEST(a_cpu_that_says_nothing_has_no_source_and_no_sizes)
{
	for (unsigned amd = 0; amd < 2; amd++) {
		const struct tlb_leaves leaves = { .amd = amd != 0 };
		const struct tlb_sizes sizes = tlb_sizes_of(&leaves);

		assert_null(sizes.source);
		for (unsigned page = 0; page < TLB_PAGES; page++)
			assert_int_equal(
				tlb_reach(&sizes, TLB_DATA, (enum tlb_page)page), 0);
	}
}

TEST(what_is_known_is_recorded_and_nothing_else)
{
	const struct tlb_leaves leaves = {
		.leaf_02 = { 0x76035a01, 0x00f0b2ff, 0x00000000, 0x00ca0000 },
	};
	const struct tlb_sizes sizes = tlb_sizes_of(&leaves);
	struct record *const record = stream_record();

	record_run(record, "id-1");
	record_begin(record, FILE_MACHINE);
	tlb_record(&sizes, record);
	record_end(record);
	stream_read();
	assert_non_null(strstr(heard.files[FILE_MACHINE].text,
	                       "tlb_source,02H\n"
	                       "tlb_l1_data_4k_entries,64\n"
	                       "tlb_l1_data_2m_entries,32\n"
	                       "tlb_l1_code_4k_entries,64\n"
	                       "tlb_l1_code_2m_entries,8\n"
	                       "tlb_l2_unified_4k_entries,512\n"));
	assert_null(strstr(heard.files[FILE_MACHINE].text, "1g"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_02_of_haswell),
		cmocka_unit_test(leaf_02_of_skylake),
		cmocka_unit_test(
			leaf_02_of_sandy_bridge_has_no_second_level_for_large_pages),
		cmocka_unit_test(a_register_of_leaf_02_with_bit_31_holds_nothing),
		cmocka_unit_test(leaf_18_is_asked_first),
		cmocka_unit_test(of_loads_and_stores_those_of_loads_count),
		cmocka_unit_test(levels_that_are_not_there_are_ignored),
		cmocka_unit_test(amd_leaves_of_zen_2),
		cmocka_unit_test(
			an_empty_upper_half_is_one_tlb_for_both_and_no_ways_is_none),
		cmocka_unit_test(a_cpu_that_says_nothing_has_no_source_and_no_sizes),
		cmocka_unit_test(what_is_known_is_recorded_and_nothing_else),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
