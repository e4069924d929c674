/* Serial ports of a console, from the device paths of real firmware and bent ones. */
#include "lib/boot/console_path.h"
#include "tests/unit/support/unit.h"

#define PCI_ROOT 2, 1, 12, 0, 0xd0, 0x41, 0x03, 0x0a, 0, 0, 0, 0
#define ISA_BRIDGE 1, 1, 6, 0, 0, 31
#define SERIAL(uid) 2, 1, 12, 0, 0xd0, 0x41, 0x01, 0x05, (uid), 0, 0, 0
#define UART 3, 14, 19, 0, 0, 0, 0, 0, 0, 0xc2, 1, 0, 0, 0, 0, 0, 8, 1, 1
#define TERMINAL                                                                       \
	3, 10, 20, 0, 0x65, 0x60, 0xa6, 0xdf, 0x19, 0xb4, 0xd3, 0x11, 0x9a, 0x2d, 0,   \
		0x90, 0x27, 0x3f, 0xc1, 0x4d
#define SCREEN 2, 3, 8, 0, 0, 1, 1, 0x80
#define NEXT 0x7f, 1, 4, 0
#define LAST 0x7f, 0xff, 4, 0

#define ROOM 4u

/* From a heap block of exactly its length, so that reading beyond it is caught. */
static unsigned ports_of(const uint8_t *paths, size_t length, uint16_t *ports,
                         unsigned room)
{
	uint8_t *const bytes = malloc(length + 1);
	unsigned count;

	assert_non_null(bytes);
	memcpy(bytes + 1, paths, length);
	memset(ports, 0, ROOM * sizeof *ports);
	count = console_path_ports(bytes + 1, length, ports, room);
	free(bytes);
	return count;
}

TEST(the_port_of_a_console_is_found_beside_a_screen)
{
	static const uint8_t paths[] = { PCI_ROOT, SCREEN,     NEXT,
		                         PCI_ROOT, ISA_BRIDGE, SERIAL(1),
		                         UART,     TERMINAL,   LAST };
	uint16_t ports[ROOM];

	assert_int_equal(ports_of(paths, sizeof paths, ports, ROOM), 1);
	assert_int_equal(ports[0], 0x2f8);
}

TEST(each_of_several_is_found_once)
{
	static const uint8_t paths[] = { SERIAL(0), UART, TERMINAL, NEXT,
		                         SERIAL(3), UART, TERMINAL, NEXT,
		                         SERIAL(0), UART, NEXT,     SERIAL(2),
		                         UART,      LAST };
	uint16_t ports[ROOM];

	assert_int_equal(ports_of(paths, sizeof paths, ports, ROOM), 3);
	assert_int_equal(ports[0], 0x3f8);
	assert_int_equal(ports[1], 0x2e8);
	assert_int_equal(ports[2], 0x3e8);
	assert_int_equal(ports_of(paths, sizeof paths, ports, 2), 2);
	assert_int_equal(ports[2], 0);
}

/* A node of the expanded kind, with three empty strings. */
TEST(an_expanded_node_is_one_too)
{
	static const uint8_t paths[] = { 2,    2, 19, 0, 0xd0, 0x41, 0x01,
		                         0x05, 1, 0,  0, 0,    0,    0,
		                         0,    0, 0,  0, 0,    UART, LAST };
	uint16_t ports[ROOM];

	assert_int_equal(ports_of(paths, sizeof paths, ports, ROOM), 1);
	assert_int_equal(ports[0], 0x2f8);
}

TEST(what_is_no_serial_console_names_no_port)
{
	/* A screen; a keyboard controller; a fifth port; USB before a UART. */
	static const uint8_t screen[] = { PCI_ROOT, SCREEN, LAST };
	static const uint8_t keyboard[] = { 2,    1, 12, 0, 0xd0, 0x41, 0x03,
		                            0x03, 0, 0,  0, 0,    UART, LAST };
	static const uint8_t fifth[] = { SERIAL(4), UART, LAST };
	static const uint8_t usb[] = { SERIAL(0), 3, 5, 6, 0, 1, 0, UART, LAST };
	static const uint8_t no_uart[] = { SERIAL(0), TERMINAL, LAST };
	static const uint8_t other[] = { SERIAL(0), NEXT, UART, LAST };
	uint16_t ports[ROOM];

	assert_int_equal(ports_of(screen, sizeof screen, ports, ROOM), 0);
	assert_int_equal(ports_of(keyboard, sizeof keyboard, ports, ROOM), 0);
	assert_int_equal(ports_of(fifth, sizeof fifth, ports, ROOM), 0);
	assert_int_equal(ports_of(usb, sizeof usb, ports, ROOM), 0);
	assert_int_equal(ports_of(no_uart, sizeof no_uart, ports, ROOM), 0);
	assert_int_equal(ports_of(other, sizeof other, ports, ROOM), 0);
	assert_int_equal(ports_of(screen, 0, ports, ROOM), 0);
}

TEST(a_path_that_is_cut_or_bent_ends_it)
{
	static const uint8_t whole[] = { SERIAL(0), UART, NEXT, SERIAL(1), UART };
	static const uint8_t short_node[] = { SERIAL(0), 1, 1, 3, 0, UART };
	static const uint8_t short_acpi[] = { 2,    1, 11, 0, 0xd0, 0x41, 0x01,
		                              0x05, 0, 0,  0, UART, LAST };
	uint16_t ports[ROOM];

	for (size_t length = 0; length < sizeof whole; length++)
		assert_int_equal(ports_of(whole, length, ports, ROOM), length >= 31);
	assert_int_equal(ports_of(whole, sizeof whole, ports, ROOM), 2);
	assert_int_equal(ports_of(short_node, sizeof short_node, ports, ROOM), 0);
	assert_int_equal(ports_of(short_acpi, sizeof short_acpi, ports, ROOM), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_port_of_a_console_is_found_beside_a_screen),
		cmocka_unit_test(each_of_several_is_found_once),
		cmocka_unit_test(an_expanded_node_is_one_too),
		cmocka_unit_test(what_is_no_serial_console_names_no_port),
		cmocka_unit_test(a_path_that_is_cut_or_bent_ends_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
