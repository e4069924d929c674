/* The reset register of a FADT, whose table was checked when it was found. */
#include "lib/machine/acpi.h"
#include "tests/unit/support/unit.h"

#define FADT_BYTES 276u
#define RESET_REG_SUP (1u << 10)

static uint8_t *fadt;

static enum err reset_of(unsigned space, uint64_t address, uint32_t flags,
                         uint32_t length, struct acpi_reset *reset)
{
	struct acpi_table table;
	enum err err;

	fadt = calloc(1, length);
	assert_non_null(fadt);
	table = (struct acpi_table){ .bytes = fadt, .length = length };
	for (unsigned i = 0; i < 4 && 112 + i < length; i++)
		fadt[112 + i] = (uint8_t)(flags >> 8 * i);
	for (unsigned i = 0; i < 8 && 120 + i < length; i++)
		fadt[120 + i] = (uint8_t)(address >> 8 * i);
	if (length > 128) {
		fadt[116] = (uint8_t)space;
		fadt[128] = 0x0f;
	}
	err = acpi_reset_of(&table, reset);
	free(fadt);
	return err;
}

TEST(ports_memory_and_pci_are_taken)
{
	static const struct {
		unsigned space;
		uint64_t address;
	} good[] = {
		{ ACPI_IO, 0xcf9 },
		{ ACPI_MEMORY, UINT64_C(0x1fed00000) },
		{ ACPI_PCI, UINT64_C(0x1f00000044) },
	};

	for (unsigned i = 0; i < COUNT_OF(good); i++) {
		struct acpi_reset reset;

		assert_int_equal(reset_of(good[i].space, good[i].address, RESET_REG_SUP,
		                          FADT_BYTES, &reset),
		                 ERR_NONE);
		assert_true(reset.there);
		assert_int_equal(reset.space, good[i].space);
		assert_int_equal(reset.address, good[i].address);
		assert_int_equal(reset.value, 0x0f);
	}
}

TEST(a_register_that_cannot_be_written_is_absent)
{
	struct acpi_reset reset = { 0 };

	assert_int_equal(reset_of(ACPI_IO, 0x10000, RESET_REG_SUP, FADT_BYTES, &reset),
	                 ERR_ABSENT);
	assert_int_equal(reset_of(ACPI_IO, 0, RESET_REG_SUP, FADT_BYTES, &reset),
	                 ERR_ABSENT);
	assert_int_equal(reset_of(3, 0xcf9, RESET_REG_SUP, FADT_BYTES, &reset),
	                 ERR_ABSENT);
	assert_int_equal(reset_of(ACPI_IO, 0xcf9, ~RESET_REG_SUP, FADT_BYTES, &reset),
	                 ERR_ABSENT);
	assert_false(reset.there);
}

TEST(a_table_of_acpi_1_has_none)
{
	struct acpi_reset reset = { 0 };

	for (uint32_t length = 116; length <= 128; length++)
		assert_int_equal(
			reset_of(ACPI_IO, 0xcf9, RESET_REG_SUP, length, &reset),
			ERR_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_memory_and_pci_are_taken),
		cmocka_unit_test(a_register_that_cannot_be_written_is_absent),
		cmocka_unit_test(a_table_of_acpi_1_has_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
