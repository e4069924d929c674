/* Tables of IOMMUs: whether interrupts can be remapped for x2APIC mode. */
#include "lib/machine/acpi_remapping.h"
#include "tests/unit/support/unit.h"

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

#define DRHD(base) 0, 0, 16, 0, 0, 0, 0, 0, (uint8_t)(base), 0, 0xd9, 0xfe, 0, 0, 0, 0
#define RMRR 1, 0, 24, 0, ZEROS_20
#define IR_AND_EIM 0x18u

/* Extended capabilities of the units at FED9_0000H and FED9_0001H. */
static uint64_t units[2];

static uint64_t read_unit(uint64_t address)
{
	assert_in_range(address, 0xfed90010, 0xfed90011);
	return units[address - 0xfed90010];
}

static bool dmar_remaps(uint8_t flags, const uint8_t *structures, size_t length)
{
	uint8_t *const bytes = calloc(1, 48 + length);
	const struct acpi_table dmar = { .bytes = bytes,
		                         .length = (uint32_t)(48 + length) };

	bytes[37] = flags;
	if (length != 0)
		memcpy(bytes + 48, structures, length);

	const bool remaps = acpi_dmar_remaps(&dmar, read_unit);

	free(bytes);
	return remaps;
}

#define DMAR_REMAPS(flags, ...)                                                        \
	dmar_remaps(flags, (const uint8_t[]){ __VA_ARGS__ },                           \
	            sizeof(const uint8_t[]){ __VA_ARGS__ })

TEST(a_dmar_says_by_its_flag_and_every_unit)
{
	units[0] = units[1] = IR_AND_EIM;
	for (unsigned flags = 0; flags < 256; flags++)
		assert_int_equal(DMAR_REMAPS((uint8_t)flags, DRHD(0)), flags & 1);
	assert_true(DMAR_REMAPS(1, DRHD(0), RMRR, DRHD(1)));
	units[1] = 0x08; /* remaps interrupts, but not to 32-bit APIC ids */
	assert_true(DMAR_REMAPS(1, DRHD(0), RMRR));
	assert_false(DMAR_REMAPS(1, DRHD(0), RMRR, DRHD(1)));
	units[1] = 0x10;
	assert_false(DMAR_REMAPS(1, DRHD(1), DRHD(0)));
}

TEST(a_dmar_whose_units_cannot_be_read_says_no)
{
	units[0] = UINT64_MAX; /* nothing answers there */
	assert_false(DMAR_REMAPS(1, DRHD(0)));
	assert_false(DMAR_REMAPS(1, RMRR));
	assert_false(dmar_remaps(1, NULL, 0));
	assert_false(DMAR_REMAPS(1, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
	assert_false(DMAR_REMAPS(1, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0));
}

TEST(a_dmar_that_is_damaged_says_no_and_is_not_read_beyond)
{
	const uint8_t good[] = { DRHD(0), DRHD(0) };
	uint8_t *const bytes = malloc(37);
	const struct acpi_table header = { .bytes = bytes, .length = 37 };

	units[0] = IR_AND_EIM;
	for (size_t length = 1; length < sizeof good; length++)
		assert_int_equal(dmar_remaps(1, good, length),
		                 length >= 16 && length < 20);
	assert_false(DMAR_REMAPS(1, 0, 0, 3, 0));
	assert_false(DMAR_REMAPS(1, 0, 0, 8, 0, 0, 0, 0, 0));
	assert_false(acpi_dmar_remaps(&header, read_unit));
	free(bytes);
}

/* Who goes on from there by its length would go on for ever. */
TEST(a_structure_of_a_dmar_that_is_shorter_than_its_own_header_says_no)
{
	units[0] = IR_AND_EIM;
	for (uint8_t length = 0; length < 4; length++)
		assert_false(DMAR_REMAPS(1, 1, 0, length, 0, DRHD(0)));
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
		cmocka_unit_test(a_dmar_says_by_its_flag_and_every_unit),
		cmocka_unit_test(a_dmar_whose_units_cannot_be_read_says_no),
		cmocka_unit_test(a_dmar_that_is_damaged_says_no_and_is_not_read_beyond),
		cmocka_unit_test(
			a_structure_of_a_dmar_that_is_shorter_than_its_own_header_says_no),
		cmocka_unit_test(an_ivrs_says_by_the_features_of_its_iommus),
		cmocka_unit_test(an_ivrs_that_shows_no_features_says_no),
		cmocka_unit_test(
			an_ivrs_that_is_damaged_says_no_and_is_not_read_beyond),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
