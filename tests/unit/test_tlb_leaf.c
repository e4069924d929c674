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

/*
 * As the processors return them, byte for byte.  Entries are for pages of 4 KiB, 2 MiB
 * and 1 GiB: of the first level for data and for code, of the second for data, for code
 * and for both; then how far loads and code reach.
 */
static const struct {
	const char *name;
	struct tlb_leaves leaves;
	const char *source, *sizes, *reach;
} processors[] = {
	{
		"Haswell (06_3C): 1024 shared, 64 and 64 above",
		{ .leaf_02 = { 0x76036301, 0x00f0b5ff, 0x00000000, 0x00c10000 } },
		"02H",
		"64/32/4 64/8/0, 0/0/0 0/0/0 1024/1024/0",
		"1024/1024/4 1024/1024/0",
	},
	{
		"Skylake (06_5E)",
		{ .leaf_02 = { 0x76036301, 0x00f0b5ff, 0x00000000, 0x00c30000 } },
		"02H",
		"64/32/4 64/8/0, 0/0/0 0/0/0 1536/1536/16",
		"1536/1536/16 1536/1536/16",
	},
	{
		"Sandy Bridge (06_2A): 512 shared, for 4 KiB pages alone",
		{ .leaf_02 = { 0x76035a01, 0x00f0b2ff, 0x00000000, 0x00ca0000 } },
		"02H",
		"64/32/0 64/8/0, 0/0/0 0/0/0 512/0/0",
		"512/32/0 512/8/0",
	},
	{
		"registers of leaf 02H with bit 31, which hold nothing",
		{ .leaf_02 = { 0x00000001, 0x80000003, 0xc30000c3, 0x000000b5 } },
		"02H",
		"0/0/0 64/0/0, 0/0/0 0/0/0 0/0/0",
		"0/0/0 64/0/0",
	},
	{
		"Zen 2 (17_71)",
		{
			.amd = true,
			.leaf_02 = { 0x76036301, 0x00f0b5ff, 0x00000000, 0x00c30000 },
			.leaf_80000005 = { 0xff40ff40, 0xff40ff40, 0x20080140,
	                                   0x20080140 },
			.leaf_80000006 = { 0x48006400, 0x68006400, 0x02006140,
	                                   0x01009140 },
			.leaf_80000019 = { 0xf040f040, 0x00000000, 0, 0 },
		},
		"80000005H 80000006H 80000019H",
		"64/64/64 64/64/64, 2048/2048/0 1024/1024/0 0/0/0",
		"2048/2048/64 1024/1024/64",
	},
	{
		"an empty upper half, one TLB for both; no ways, none",
		{
			.amd = true,
			.leaf_80000005 = { 0, 0xff20ff10, 0, 0 },
			.leaf_80000006 = { 0x00000200, 0x00004200, 0, 0 },
		},
		"80000005H 80000006H 80000019H",
		"32/0/0 16/0/0, 0/0/0 0/0/0 512/0/0",
		"512/0/0 512/0/0",
	},
};

/* In the notation above. */
static const char *sizes_text(const struct tlb_sizes *sizes)
{
	static char text[120];
	char *at = text;

	for (unsigned i = 0; i < TLB_LEVELS * TLB_SIDES; i++) {
		const uint16_t *const of = sizes->entries[i / TLB_SIDES][i % TLB_SIDES];

		if (i == TLB_UNIFIED) /* nobody has one on the first level */
			assert_int_equal(of[TLB_4K] + of[TLB_2M] + of[TLB_1G], 0);
		else
			at += sprintf(at, "%s%u/%u/%u",
			              i == 0           ? ""
			              : i == TLB_SIDES ? ", "
			                               : " ",
			              of[TLB_4K], of[TLB_2M], of[TLB_1G]);
	}
	return text;
}

static const char *reach_text(const struct tlb_sizes *sizes)
{
	static char text[80];

	(void)snprintf(
		text, sizeof text, "%u/%u/%u %u/%u/%u",
		tlb_reach(sizes, TLB_DATA, TLB_4K), tlb_reach(sizes, TLB_DATA, TLB_2M),
		tlb_reach(sizes, TLB_DATA, TLB_1G), tlb_reach(sizes, TLB_CODE, TLB_4K),
		tlb_reach(sizes, TLB_CODE, TLB_2M), tlb_reach(sizes, TLB_CODE, TLB_1G));
	return text;
}

TEST(sizes_are_those_that_the_leaves_of_processors_say)
{
	for (unsigned i = 0; i < COUNT_OF(processors); i++) {
		const struct tlb_sizes sizes = tlb_sizes_of(&processors[i].leaves);

		print_message("# %s\n", processors[i].name);
		assert_string_equal(sizes.source, processors[i].source);
		assert_string_equal(sizes_text(&sizes), processors[i].sizes);
		assert_string_equal(reach_text(&sizes), processors[i].reach);
	}
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
		cmocka_unit_test(sizes_are_those_that_the_leaves_of_processors_say),
		cmocka_unit_test(leaf_18_is_asked_first),
		cmocka_unit_test(of_loads_and_stores_those_of_loads_count),
		cmocka_unit_test(levels_that_are_not_there_are_ignored),
		cmocka_unit_test(a_cpu_that_says_nothing_has_no_source_and_no_sizes),
		cmocka_unit_test(what_is_known_is_recorded_and_nothing_else),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
