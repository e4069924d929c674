/* CPUID's leaves on caches of data, as processors that exist return them. */
#include "lib/processor/cache_leaf.h"

#include "tests/unit/support/record_stream.h"

#define KIB UINT64_C(1024)
#define SUBLEAVES 5u

static const struct {
	const char *name;
	struct topology_leaf leaves[SUBLEAVES];
	uint64_t kib[CACHE_LEVELS];
} processors[] = {
	{
		"Haswell: the second of two first levels is code's",
		{ { 0x1c004121, 0x01c0003f, 0x0000003f, 0 },
	          { 0x1c004122, 0x01c0003f, 0x0000003f, 0 },
	          { 0x1c004143, 0x01c0003f, 0x000001ff, 0 },
	          { 0x1c03c163, 0x03c0003f, 0x00001fff, 6 } },
		{ 32, 256, 8192 },
	},
	{
		"Sapphire Rapids: 48 KiB in twelve ways, 15 ways of the last",
		{ { 0xfc004121, 0x02c0003f, 0x0000003f, 0 },
	          { 0xfc004122, 0x01c0003f, 0x0000003f, 0 },
	          { 0xfc004143, 0x03c0003f, 0x000007ff, 0 },
	          { 0xfc1fc163, 0x0380003f, 0x0001bfff, 4 } },
		{ 48, 2048, 107520 },
	},
	{
		"Zen 3 (8000_001D)",
		{ { 0x00004121, 0x01c0003f, 0x0000003f, 0 },
	          { 0x00004122, 0x01c0003f, 0x0000003f, 0 },
	          { 0x00004143, 0x01c0003f, 0x000003ff, 2 },
	          { 0x0003c163, 0x03c0003f, 0x00007fff, 1 } },
		{ 32, 512, 32768 },
	},
	{ "no such leaf", { { 0, 0, 0, 0 } }, { 0, 0, 0 } },
	{
		"behind the first of no kind nothing counts",
		{ { 0x121, 0x01c0003f, 0x0000003f, 0 },
	          { 0 },
	          { 0x143, 0x01c0003f, 0x000001ff, 0 } },
		{ 32, 0, 0 },
	},
	{
		"a fourth level, and partitions of a line",
		{ { 0x121, 0x01c0103f, 0x0000003f, 0 },
	          { 0x183, 0x01c0003f, 0x0000ffff, 0 },
	          { 0x103, 0x01c0003f, 0x0000ffff, 0 } },
		{ 64, 0, 0 },
	},
};

TEST(sizes_are_those_that_the_leaves_of_processors_say)
{
	for (unsigned i = 0; i < COUNT_OF(processors); i++) {
		const struct cache_sizes sizes =
			cache_sizes_of(processors[i].leaves, SUBLEAVES);

		for (unsigned level = 0; level < CACHE_LEVELS; level++)
			if (sizes.bytes[level] != processors[i].kib[level] * KIB)
				fail_msg("%s, level %u", processors[i].name, level + 1);
	}
}

TEST(of_two_caches_of_a_level_the_larger_counts)
{
	const struct topology_leaf leaves[] = {
		{ 0x121, 0x01c0003f, 0x0000007f, 0 },
		{ 0x121, 0x01c0003f, 0x0000003f, 0 },
	};

	assert_int_equal(cache_sizes_of(leaves, 2).bytes[0], 64 * KIB);
	assert_int_equal(cache_sizes_of(leaves + 1, 1).bytes[0], 32 * KIB);
}

TEST(what_is_known_is_recorded_and_nothing_else)
{
	const struct cache_sizes sizes = { { 32768, 0, UINT64_C(6) << 30 } };
	struct record *const record = stream_record();

	record_run(record, "id-1");
	record_begin(record, FILE_MACHINE);
	cache_record(&sizes, record);
	record_end(record);
	stream_read();
	assert_non_null(strstr(heard.files[FILE_MACHINE].text,
	                       "cache_l1_bytes,32768\n"
	                       "cache_l3_bytes,6442450944\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_those_that_the_leaves_of_processors_say),
		cmocka_unit_test(of_two_caches_of_a_level_the_larger_counts),
		cmocka_unit_test(what_is_known_is_recorded_and_nothing_else),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
