/* Each byte of CPUID leaf 02H, by the list of the manual (SDM 2A CPUID, "Encoding of
 * CPUID Leaf 2 Descriptors") and not by the code's. */
#include "lib/processor/tlb_leaf.h"

#include "tests/unit/support/unit.h"

static const struct {
	uint8_t byte, level;
	enum tlb_side side;
	uint16_t entries[TLB_PAGES]; /* for 4 KiB, 2 MiB and 1 GiB */
} manual[] = {
	{ 0x01, 1, TLB_CODE, { 32, 0, 0 } },
	{ 0x02, 1, TLB_CODE, { 0, 2, 0 } },
	{ 0x03, 1, TLB_DATA, { 64, 0, 0 } },
	{ 0x04, 1, TLB_DATA, { 0, 8, 0 } },
	{ 0x05, 2, TLB_DATA, { 0, 32, 0 } },
	{ 0x0b, 1, TLB_CODE, { 0, 4, 0 } },
	{ 0x4f, 1, TLB_CODE, { 32, 0, 0 } },
	{ 0x50, 1, TLB_CODE, { 64, 64, 0 } },
	{ 0x51, 1, TLB_CODE, { 128, 128, 0 } },
	{ 0x52, 1, TLB_CODE, { 256, 256, 0 } },
	{ 0x55, 1, TLB_CODE, { 0, 7, 0 } },
	{ 0x56, 1, TLB_DATA, { 0, 16, 0 } },
	{ 0x57, 1, TLB_DATA, { 16, 0, 0 } },
	{ 0x59, 1, TLB_DATA, { 16, 0, 0 } },
	{ 0x5a, 1, TLB_DATA, { 0, 32, 0 } },
	{ 0x5b, 1, TLB_DATA, { 64, 64, 0 } },
	{ 0x5c, 1, TLB_DATA, { 128, 128, 0 } },
	{ 0x5d, 1, TLB_DATA, { 256, 256, 0 } },
	{ 0x61, 1, TLB_CODE, { 48, 0, 0 } },
	{ 0x63, 1, TLB_DATA, { 0, 32, 4 } },
	{ 0x64, 1, TLB_DATA, { 512, 0, 0 } },
	{ 0x6a, 1, TLB_DATA, { 64, 0, 0 } },
	{ 0x6b, 1, TLB_DATA, { 256, 0, 0 } },
	{ 0x6c, 1, TLB_DATA, { 0, 128, 0 } },
	{ 0x6d, 1, TLB_DATA, { 0, 0, 16 } },
	{ 0x76, 1, TLB_CODE, { 0, 8, 0 } },
	{ 0xa0, 1, TLB_DATA, { 32, 0, 0 } },
	{ 0xb0, 1, TLB_CODE, { 128, 0, 0 } },
	{ 0xb1, 1, TLB_CODE, { 0, 8, 0 } },
	{ 0xb2, 1, TLB_CODE, { 64, 0, 0 } },
	{ 0xb3, 1, TLB_DATA, { 128, 0, 0 } },
	{ 0xb4, 2, TLB_DATA, { 256, 0, 0 } },
	{ 0xb5, 1, TLB_CODE, { 64, 0, 0 } },
	{ 0xb6, 1, TLB_CODE, { 128, 0, 0 } },
	{ 0xba, 2, TLB_DATA, { 64, 0, 0 } },
	{ 0xc0, 1, TLB_DATA, { 8, 8, 0 } },
	{ 0xc1, 2, TLB_UNIFIED, { 1024, 1024, 0 } },
	{ 0xc2, 1, TLB_DATA, { 16, 16, 0 } },
	{ 0xc3, 2, TLB_UNIFIED, { 1536, 1536, 16 } },
	{ 0xc4, 1, TLB_DATA, { 0, 32, 0 } },
	{ 0xca, 2, TLB_UNIFIED, { 512, 0, 0 } },
};

static struct tlb_sizes sizes_of_byte(unsigned byte)
{
	const struct tlb_leaves leaves = { .leaf_02 = { byte << 8 | 1, 0, 0, 0 } };

	return tlb_sizes_of(&leaves);
}

TEST(each_descriptor_has_the_entries_that_the_manual_lists)
{
	for (size_t i = 0; i < COUNT_OF(manual); i++) {
		struct tlb_sizes expected = { 0 };
		const struct tlb_sizes sizes = sizes_of_byte(manual[i].byte);

		memcpy(expected.entries[manual[i].level - 1][manual[i].side],
		       manual[i].entries, sizeof manual[i].entries);
		assert_string_equal(sizes.source, "02H");
		assert_memory_equal(sizes.entries, expected.entries,
		                    sizeof sizes.entries);
	}
}

TEST(a_byte_that_the_manual_lists_for_something_else_adds_nothing)
{
	const struct tlb_sizes none = { 0 };

	for (unsigned byte = 0; byte < 256; byte++) {
		const struct tlb_sizes sizes = sizes_of_byte(byte);
		bool listed = false;

		for (size_t i = 0; i < COUNT_OF(manual); i++)
			listed = listed || manual[i].byte == byte;
		if (listed)
			continue;
		assert_null(sizes.source);
		assert_memory_equal(sizes.entries, none.entries, sizeof none.entries);
	}
}

TEST(each_register_and_each_byte_but_the_lowest_counts)
{
	struct tlb_leaves leaves = { .leaf_02 = { 0x57575757, 0, 0, 0 } };
	const uint32_t filled = 0x57575757;
	uint32_t *const others[] = { &leaves.leaf_02.ebx, &leaves.leaf_02.ecx,
		                     &leaves.leaf_02.edx };

	for (unsigned i = 0; i < 4; i++) {
		const struct tlb_sizes sizes = tlb_sizes_of(&leaves);

		assert_int_equal(sizes.entries[0][TLB_DATA][TLB_4K], 16 * (3 + 4 * i));
		if (i < 3)
			*others[i] = filled;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_descriptor_has_the_entries_that_the_manual_lists),
		cmocka_unit_test(
			a_byte_that_the_manual_lists_for_something_else_adds_nothing),
		cmocka_unit_test(each_register_and_each_byte_but_the_lowest_counts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
