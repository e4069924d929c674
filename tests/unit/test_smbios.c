/* SMBIOS tables as firmware has them, and damaged: each in a heap block of its size. */
#include "lib/machine/smbios.h"
#include "tests/unit/support/unit.h"

#define ENTRY UINT64_C(0xf0000)
#define TABLE UINT64_C(0x7fe00000)

static struct {
	struct physical_memory memory;
	uint8_t entry[31];
	uint8_t *table;
	size_t length;
} world;

static const uint8_t *world_at(const struct physical_memory *memory, uint64_t address,
                               size_t length)
{
	(void)memory;
	if (address == ENTRY && length <= sizeof world.entry)
		return world.entry;
	return address == TABLE && length <= world.length ? world.table : NULL;
}

static void put(uint8_t *to, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static void open_world(unsigned version, const char *table, size_t length)
{
	free(world.table);
	memset(&world, 0, sizeof world);
	world.memory.at = world_at;
	world.table = malloc(length == 0 ? 1 : length);
	assert_non_null(world.table);
	memcpy(world.table, table, length);
	world.length = length;
	if (version == 3) {
		memcpy(world.entry, "_SM3_", 5);
		put(world.entry + 12, length, 4);
		put(world.entry + 16, TABLE, 8);
	} else {
		memcpy(world.entry, "_SM_", 4);
		put(world.entry + 22, length, 2);
		put(world.entry + 24, TABLE, 4);
	}
}

static const char *board(void)
{
	static char name[32];

	memset(name, 'x', sizeof name);
	(void)smbios_identity(&world.memory, ENTRY);
	smbios_board(&world.memory, ENTRY, name, sizeof name);
	return name;
}

/* Type, length, handle, manufacturer, product; then the strings. */
#define BIOS "\0\4\0\0vendor\0\0"
#define SYSTEM(product) "\1\6\1\0\1\2ACME\0" product "\0\0"
#define BOARD(product) "\2\6\2\0\1\2ACME\0" product "\0\0"
#define END "\177\4\3\0\0\0"
#define OPEN(version, table) open_world(version, table, sizeof(table) - 1)

TEST(the_board_comes_before_the_system)
{
	for (unsigned version = 2; version <= 3; version++) {
		OPEN(version, BIOS SYSTEM("Server 1") BOARD("X11DPi-N") END);
		assert_string_equal(board(), "X11DPi-N");
		OPEN(version, BIOS BOARD("X11DPi-N") SYSTEM("Server 1") END);
		assert_string_equal(board(), "X11DPi-N");
	}
}

TEST(a_board_without_a_name_is_called_by_the_system)
{
	OPEN(3, BIOS SYSTEM("Server 1") BOARD("Default string") END);
	assert_string_equal(board(), "Server 1");
	OPEN(3, BIOS SYSTEM("Server 1") END);
	assert_string_equal(board(), "Server 1");
	OPEN(3, SYSTEM("To be filled by O.E.M.") "\2\6\2\0\1\0ACME\0\0" END);
	assert_string_equal(board(), "");
}

TEST(a_structure_too_short_for_a_product_has_none)
{
	OPEN(3, "\2\5\2\0\1ACME\0\0" SYSTEM("Server 1") END);
	assert_string_equal(board(), "Server 1");
}

TEST(a_table_cut_anywhere_is_not_read_beyond)
{
	static const char whole[] = BIOS SYSTEM("Server 1") BOARD("X11DPi-N") END;

	for (size_t length = 0; length < sizeof whole; length++) {
		open_world(3, whole, length);
		assert_true(strlen(board()) < 32);
	}
}

TEST(no_byte_of_a_table_leads_out_of_it)
{
	static const char whole[] = BIOS SYSTEM("Server 1") BOARD("X11DPi-N") END;

	for (size_t at = 0; at < sizeof whole - 1; at++) {
		for (unsigned value = 0; value < 256; value++) {
			OPEN(3, BIOS SYSTEM("Server 1") BOARD("X11DPi-N") END);
			world.table[at] = (uint8_t)value;
			assert_true(strlen(board()) < 32);
		}
	}
}

TEST(without_a_table_there_is_no_name)
{
	OPEN(3, BOARD("X11DPi-N") END);
	world.entry[1] = 'X';
	assert_string_equal(board(), "");
	OPEN(3, BOARD("X11DPi-N") END);
	put(world.entry + 16, TABLE + 1, 8);
	assert_string_equal(board(), "");
	OPEN(3, BOARD("X11DPi-N") END);
	put(world.entry + 12, 0xffffffff, 4);
	assert_string_equal(board(), "");
}

TEST(a_long_name_is_cut_and_strange_bytes_are_replaced)
{
	OPEN(3, BOARD("abcdefghijklmnopqrstuvwxyz0123456789") END);
	assert_string_equal(board(), "abcdefghijklmnopqrstuvwxyz01234");
	OPEN(3, BOARD("a\001b\377c  ") END);
	assert_string_equal(board(), "a?b?c");
}

static uint32_t identity(void)
{
	return smbios_identity(&world.memory, ENTRY);
}

/* Maker, product, version, serial number; UUID; what woke it up. */
#define WHOLE_SYSTEM(serial, uuid, woken)                                              \
	"\1\31\1\0\1\2\3\4" uuid woken "ACME\0Server 1\0V2\0" serial "\0\0"
#define UUID_A "0123456789abcdef"
#define UUID_B "0123456789abcdeX"

TEST(machines_differ_by_uuid_or_serial_number_or_board)
{
	OPEN(3, BIOS WHOLE_SYSTEM("S1", UUID_A, "\6") BOARD("X11DPi-N") END);
	const uint32_t one = identity();

	assert_int_not_equal(one, 0);
	OPEN(3, BIOS WHOLE_SYSTEM("S1", UUID_B, "\6") BOARD("X11DPi-N") END);
	assert_int_not_equal(identity(), one);
	OPEN(3, BIOS WHOLE_SYSTEM("S2", UUID_A, "\6") BOARD("X11DPi-N") END);
	assert_int_not_equal(identity(), one);
	OPEN(3, BIOS WHOLE_SYSTEM("S1", UUID_A, "\6") BOARD("X12") END);
	assert_int_not_equal(identity(), one);
}

/* Its serial number is string 2; what is before it is left out. */
#define MEMORY(size, serial)                                                           \
	"\21\33\3\0\0\0\0\0\0\0\0\0" size "\0\0\0\0\0\0\0\0\0\0\1\2\0\0"               \
	"ACME\0" serial "\0\0"

TEST(machines_without_a_number_differ_by_that_of_their_memory)
{
	OPEN(3, WHOLE_SYSTEM("None", UUID_A, "\6") MEMORY("\1", "D1") MEMORY("\1", "D2")
	                END);
	const uint32_t one = identity();

	OPEN(3, WHOLE_SYSTEM("None", UUID_A, "\6") MEMORY("\1", "D1") MEMORY("\1", "D3")
	                END);
	assert_int_not_equal(identity(), one);
	OPEN(3, WHOLE_SYSTEM("None", UUID_A, "\6") MEMORY("\2", "D1") MEMORY("\1", "D2")
	                END);
	assert_int_equal(identity(), one);
}

TEST(memory_without_room_for_a_number_is_passed_over)
{
	OPEN(3, WHOLE_SYSTEM("None", UUID_A, "\6") END);
	const uint32_t one = identity();

	OPEN(3, WHOLE_SYSTEM("None", UUID_A, "\6") "\21\4\3\0ACME\0D1\0\0" END);
	assert_int_equal(identity(), one);
}

TEST(what_woke_the_machine_does_not_matter)
{
	OPEN(3, BIOS WHOLE_SYSTEM("S1", UUID_A, "\6") BOARD("X11DPi-N") END);
	const uint32_t by_switch = identity();

	OPEN(3, BIOS WHOLE_SYSTEM("S1", UUID_A, "\7") BOARD("X11DPi-N") END);
	assert_int_equal(identity(), by_switch);
}

TEST(a_table_without_system_and_board_identifies_nothing)
{
	OPEN(3, BIOS END);
	assert_int_equal(identity(), 0);
	world.entry[1] = 'X';
	assert_int_equal(identity(), 0);
}

TEST(a_short_name_is_fit_for_a_folder)
{
	static const char *const names[][2] = {
		{ "X11DPi-N", "x11dpi-n" },
		{ "Standard PC (Q35 + ICH9, 2009)", "standard-pc-q35-ich9" },
		{ "  ../..\\con  ", "con" },
		{ "", "" },
		{ "+++", "" },
		{ "a-+-b--", "a-b" },
	};

	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		char name[21];

		smbios_short_name(names[i][0], name, sizeof name);
		assert_string_equal(name, names[i][1]);
	}
}

static int close_world(void **state)
{
	(void)state;
	free(world.table);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_board_comes_before_the_system),
		cmocka_unit_test(a_board_without_a_name_is_called_by_the_system),
		cmocka_unit_test(a_structure_too_short_for_a_product_has_none),
		cmocka_unit_test(a_table_cut_anywhere_is_not_read_beyond),
		cmocka_unit_test(no_byte_of_a_table_leads_out_of_it),
		cmocka_unit_test(without_a_table_there_is_no_name),
		cmocka_unit_test(a_long_name_is_cut_and_strange_bytes_are_replaced),
		cmocka_unit_test(machines_differ_by_uuid_or_serial_number_or_board),
		cmocka_unit_test(
			machines_without_a_number_differ_by_that_of_their_memory),
		cmocka_unit_test(memory_without_room_for_a_number_is_passed_over),
		cmocka_unit_test(what_woke_the_machine_does_not_matter),
		cmocka_unit_test(a_table_without_system_and_board_identifies_nothing),
		cmocka_unit_test(a_short_name_is_fit_for_a_folder),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, close_world);
}
