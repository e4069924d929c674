/* Tables of IOMMUs: whether interrupts can be remapped for x2APIC mode. */
#include "lib/acpi_remapping.h"
#include "tests/unit/unit.h"

/* An IVRS whose header does not matter, with so many bytes of blocks. */
static bool ivrs_remaps(const uint8_t *blocks, size_t length)
{
	uint8_t *const bytes = calloc(1, 48 + length);
	const struct acpi_table ivrs = { .bytes = bytes,
		                         .length = (uint32_t)(48 + length) };

	if (length != 0)
		memcpy(bytes + 48, blocks, length);

	const bool remaps = acpi_ivrs_remaps(&ivrs);

	free(bytes);
	return remaps;
}

#define REMAPS(...)                                                                    \
	ivrs_remaps((const uint8_t[]){ __VA_ARGS__ },                                  \
	            sizeof(const uint8_t[]){ __VA_ARGS__ })

#define ZEROS_20 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define ZEROS_15 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define IVHD(type, features) type, 0, 40, 0, ZEROS_20, features, ZEROS_15
#define OLD_IVHD 0x10, 0, 24, 0, ZEROS_20

TEST(a_dmar_says_by_one_flag)
{
	uint8_t bytes[48] = { 0 };
	const struct acpi_table dmar = { .bytes = bytes, .length = sizeof bytes };

	for (unsigned flags = 0; flags < 256; flags++) {
		bytes[37] = (uint8_t)flags;
		assert_int_equal(acpi_dmar_remaps(&dmar), flags & 1);
	}
}

TEST(a_dmar_that_ends_in_its_header_says_no)
{
	uint8_t *const bytes = malloc(37);
	const struct acpi_table dmar = { .bytes = bytes, .length = 37 };

	assert_false(acpi_dmar_remaps(&dmar));
	free(bytes);
}

TEST(an_ivrs_says_by_the_features_of_its_iommus)
{
	assert_true(REMAPS(IVHD(0x11, 4)));
	assert_true(REMAPS(IVHD(0x40, 0xff)));
	assert_false(REMAPS(IVHD(0x11, 0xfb)));
	assert_true(REMAPS(OLD_IVHD, IVHD(0x11, 4), IVHD(0x40, 4)));
	assert_false(REMAPS(IVHD(0x11, 4), IVHD(0x11, 0)));
	assert_false(REMAPS(IVHD(0x12, 4)));
}

TEST(an_ivrs_that_shows_no_features_says_no)
{
	assert_false(ivrs_remaps(NULL, 0));
	assert_false(REMAPS(OLD_IVHD));
}

TEST(an_ivrs_that_is_damaged_says_no_and_is_not_read_beyond)
{
	const uint8_t good[] = { IVHD(0x11, 4), IVHD(0x11, 4) };

	for (size_t length = 1; length < sizeof good; length++)
		assert_int_equal(ivrs_remaps(good, length),
		                 length >= 40 && length < 44);
	assert_false(REMAPS(0x11, 0, 3, 0, ZEROS_20));
	assert_false(REMAPS(0x11, 0, 0, 0, ZEROS_20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dmar_says_by_one_flag),
		cmocka_unit_test(a_dmar_that_ends_in_its_header_says_no),
		cmocka_unit_test(an_ivrs_says_by_the_features_of_its_iommus),
		cmocka_unit_test(an_ivrs_that_shows_no_features_says_no),
		cmocka_unit_test(
			an_ivrs_that_is_damaged_says_no_and_is_not_read_beyond),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
