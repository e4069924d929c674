/* The serial port of a SPCR, whose table was checked when it was found. */
#include "lib/machine/acpi.h"
#include "tests/unit/support/unit.h"

#define SPCR_BYTES 80u
#define COM3 0x3e8u

/* A heap block of exactly its length, so that reading beyond it is caught. */
static enum err port_of(unsigned type, unsigned space, uint64_t address,
                        uint32_t length, uint16_t *port)
{
	uint8_t *const bytes = calloc(1, length);
	const struct acpi_table spcr = { .bytes = bytes, .length = length };
	enum err err;

	assert_non_null(bytes);
	if (length > 36)
		bytes[36] = (uint8_t)type;
	if (length > 40)
		bytes[40] = (uint8_t)space;
	for (unsigned i = 0; i < 8 && 44 + i < length; i++)
		bytes[44 + i] = (uint8_t)(address >> 8 * i);
	err = acpi_serial_port(&spcr, port);
	free(bytes);
	return err;
}

TEST(a_16550_at_io_ports_is_taken)
{
	static const unsigned types[] = { 0x00, 0x01, 0x12 };

	for (unsigned i = 0; i < COUNT_OF(types); i++) {
		uint16_t port = 0;

		assert_int_equal(port_of(types[i], ACPI_IO, COM3, SPCR_BYTES, &port),
		                 ERR_NONE);
		assert_int_equal(port, COM3);
	}
}

TEST(a_uart_of_another_kind_or_place_is_not)
{
	uint16_t port = 7;

	/* PL011, and a 16550 in memory. */
	assert_int_equal(port_of(0x03, ACPI_IO, COM3, SPCR_BYTES, &port), ERR_ABSENT);
	assert_int_equal(port_of(0x00, ACPI_MEMORY, 0xfe034000, SPCR_BYTES, &port),
	                 ERR_ABSENT);
	assert_int_equal(port_of(0x00, ACPI_MEMORY, COM3, SPCR_BYTES, &port),
	                 ERR_ABSENT);
	/* No redirection; ports that are none. */
	assert_int_equal(port_of(0x00, ACPI_IO, 0, SPCR_BYTES, &port), ERR_ABSENT);
	assert_int_equal(port_of(0x00, ACPI_IO, 0xfff9, SPCR_BYTES, &port), ERR_ABSENT);
	assert_int_equal(port_of(0x00, ACPI_IO, 0x100003f8, SPCR_BYTES, &port),
	                 ERR_ABSENT);
	assert_int_equal(port, 7);
	assert_int_equal(port_of(0x00, ACPI_IO, 0xfff8, SPCR_BYTES, &port), ERR_NONE);
	assert_int_equal(port, 0xfff8);
}

TEST(a_table_that_ends_too_early_is_damaged)
{
	for (uint32_t length = 36; length <= SPCR_BYTES; length++) {
		uint16_t port = 7;
		const enum err err = port_of(0x00, ACPI_IO, COM3, length, &port);

		assert_int_equal(err, length < 52 ? ERR_DAMAGED : ERR_NONE);
		assert_int_equal(port, length < 52 ? 7 : COM3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_16550_at_io_ports_is_taken),
		cmocka_unit_test(a_uart_of_another_kind_or_place_is_not),
		cmocka_unit_test(a_table_that_ends_too_early_is_damaged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
