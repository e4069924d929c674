/*
 * Watchdogs of tables and chipsets: which accesses arm them.  They are done here to
 * registers that are arrays, and what is in those is compared with what the manuals say
 * that a watchdog needs.
 */
#include "lib/watchdog.h"
#include "tests/unit/unit.h"

#define HEADER 68u
#define ENTRY 24u
#define MOST_ENTRIES 32u

/* --- tables */

struct entry {
	uint8_t action, instruction, space, shift, size;
	uint64_t address;
	uint32_t value, mask;
};

struct times {
	uint32_t period_ms, most, least;
	uint8_t flags;
};

static const struct times usual = { 600, 0x3ff, 4, 1 };

static void put(uint8_t *bytes, uint64_t value, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

/* A heap block of exactly its length, so that reading beyond it is caught. */
static enum err by_table(const struct times *times, const struct entry *entries,
                         unsigned count, uint32_t cut, struct watchdog *watchdog)
{
	const uint32_t length = HEADER + count * ENTRY - cut;
	uint8_t whole[HEADER + MOST_ENTRIES * ENTRY] = "WDAT";
	uint8_t *const bytes = malloc(length);
	const struct acpi_table table = { bytes, length };
	enum err err;

	assert_non_null(bytes);
	assert_in_range(count, 0, MOST_ENTRIES);
	put(whole + 48, times->period_ms, 4);
	put(whole + 52, times->most, 4);
	put(whole + 56, times->least, 4);
	whole[60] = times->flags;
	put(whole + 64, count, 4);
	for (unsigned i = 0; i < count; i++) {
		uint8_t *const at = whole + HEADER + i * ENTRY;

		at[0] = entries[i].action;
		at[1] = entries[i].instruction;
		at[4] = entries[i].space;
		at[6] = entries[i].shift;
		at[7] = entries[i].size;
		put(at + 8, entries[i].address, 8);
		put(at + 16, entries[i].value, 4);
		put(at + 20, entries[i].mask, 4);
	}
	memcpy(bytes, whole, length);
	*watchdog = (struct watchdog){ .name = "left over", .count = 7 };
	err = watchdog_by_wdat(&table, watchdog);
	free(bytes);
	if (err != ERR_NONE)
		assert_null(watchdog->name);
	return err;
}

/* That of a desktop with a TCO timer at port 460h, in another order than it is used. */
static const struct entry desktop[] = {
	{ 1, 2, ACPI_IO, 0, 2, 0x460, 1, 0xffff },
	{ 9, 0x82, ACPI_IO, 11, 2, 0x468, 0, 1 },
	{ 9, 2, ACPI_IO, 0, 2, 0x460, 1, 0xffff },
	{ 10, 0, ACPI_IO, 11, 2, 0x468, 1, 1 },
	{ 6, 0x83, ACPI_IO, 0, 2, 0x472, 0, 0x3ff },
	{ 8, 0, ACPI_IO, 11, 2, 0x468, 0, 1 },
	{ 33, 2, ACPI_IO, 0, 2, 0x466, 2, 0xffff },
};

static void step_is(const struct watchdog *watchdog, unsigned i,
                    struct watchdog_step expected)
{
	const struct watchdog_step *const step = &watchdog->steps[i];

	assert_in_range(i, 0, watchdog->count - 1);
	assert_int_equal(step->address, expected.address);
	assert_int_equal(step->action, expected.action);
	assert_int_equal(step->space, expected.space);
	assert_int_equal(step->bytes, expected.bytes);
	assert_int_equal(step->keep, expected.keep);
	assert_int_equal(step->value, expected.value);
}

TEST(a_table_is_countdown_start_reload_and_a_look)
{
	struct watchdog watchdog;

	assert_int_equal(by_table(&usual, desktop, COUNT_OF(desktop), 0, &watchdog),
	                 ERR_NONE);
	assert_string_equal(watchdog.name, "WDAT");
	assert_int_equal(watchdog.count, 5);
	assert_int_equal(watchdog.seconds, 24);
	/* Twenty periods of 600 ms. */
	step_is(&watchdog, 0,
	        (struct watchdog_step){ 0x472, WATCHDOG_WRITE, ACPI_IO, 2, ~0x3ffu,
	                                20 });
	step_is(&watchdog, 1,
	        (struct watchdog_step){ 0x468, WATCHDOG_WRITE, ACPI_IO, 2, ~0x800u,
	                                0 });
	step_is(&watchdog, 2,
	        (struct watchdog_step){ 0x460, WATCHDOG_WRITE, ACPI_IO, 2, 0, 1 });
	step_is(&watchdog, 3,
	        (struct watchdog_step){ 0x460, WATCHDOG_WRITE, ACPI_IO, 2, 0, 1 });
	step_is(&watchdog, 4,
	        (struct watchdog_step){ 0x468, WATCHDOG_EXPECT, ACPI_IO, 2, 0x800, 0 });
}

TEST(a_table_that_can_choose_to_reboot_does_so_first)
{
	const struct entry entries[] = {
		{ 9, 2, ACPI_MEMORY, 0, 3, 0xfed00000, 1, 1 },
		{ 6, 3, ACPI_MEMORY, 8, 3, 0xfed00004, 0, 0xff },
		{ 17, 0x82, ACPI_MEMORY, 5, 1, 0xfed00008, 1, 1 },
	};
	struct watchdog watchdog;

	assert_int_equal(by_table(&(struct times){ 1000, 60, 1, 1 }, entries,
	                          COUNT_OF(entries), 0, &watchdog),
	                 ERR_NONE);
	assert_int_equal(watchdog.count, 3);
	step_is(&watchdog, 0,
	        (struct watchdog_step){ 0xfed00008, WATCHDOG_WRITE, ACPI_MEMORY, 1,
	                                ~0x20u, 0x20 });
	step_is(&watchdog, 1,
	        (struct watchdog_step){ 0xfed00004, WATCHDOG_WRITE, ACPI_MEMORY, 4, 0,
	                                12 << 8 });
	step_is(&watchdog, 2,
	        (struct watchdog_step){ 0xfed00000, WATCHDOG_WRITE, ACPI_MEMORY, 4, 0,
	                                1 });
}

TEST(the_time_is_as_near_as_the_watchdog_comes)
{
	static const struct {
		struct times times;
		uint32_t count, seconds;
	} cases[] = {
		{ { 1, 0xffff, 1, 1 }, 12000, 24 },
		{ { 1000, 5, 1, 1 }, 5, 10 },
		{ { 1000, 100, 60, 1 }, 60, 120 },
		{ { 7000, 100, 1, 1 }, 2, 28 },
		{ { 120000, 1, 1, 1 }, 1, 240 },
		/* Of no use. */
		{ { 0, 100, 1, 1 }, 0, 0 },
		{ { 1000, 5, 6, 1 }, 0, 0 },
		{ { 1000, 0, 0, 1 }, 0, 0 },
		{ { 1000, 1000, 121, 1 }, 0, 0 },
		{ { UINT32_MAX, UINT32_MAX, UINT32_MAX, 1 }, 0, 0 },
		/* Switched off by the firmware. */
		{ { 1000, 100, 1, 0x80 }, 0, 0 },
	};
	struct entry entries[2] = { desktop[1], desktop[4] };

	entries[1].mask = 0xffff;
	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		struct watchdog watchdog;
		const enum err err =
			by_table(&cases[i].times, entries, 2, 0, &watchdog);

		assert_int_equal(err, cases[i].count == 0 ? ERR_ABSENT : ERR_NONE);
		if (err == ERR_NONE) {
			assert_int_equal(watchdog.steps[0].value, cases[i].count);
			assert_int_equal(watchdog.seconds, cases[i].seconds);
		}
	}
}

/* What is wrong in one entry. */
TEST(a_table_that_cannot_be_done_is_none)
{
	static const struct entry wrong[] = {
		/* The clock's ports. */
		{ 6, 3, ACPI_IO, 0, 1, 0x70, 0, 0xff },
		{ 6, 3, ACPI_IO, 0, 1, 0x77, 0, 0xff },
		/* Other places, or none. */
		{ 6, 3, ACPI_PCI, 0, 2, 0x472, 0, 0x3ff },
		{ 6, 3, ACPI_IO, 0, 2, 0, 0, 0x3ff },
		{ 6, 3, ACPI_IO, 0, 2, 0xffff, 0, 0x3ff },
		{ 6, 3, ACPI_IO, 0, 2, 0x10472, 0, 0x3ff },
		{ 6, 3, ACPI_MEMORY, 0, 3, 0x100000000, 0, 0x3ff },
		{ 6, 3, ACPI_MEMORY, 0, 3, 0xfed00002, 0, 0x3ff },
		/* Access of no size, of 8 bytes; bits behind the register. */
		{ 6, 3, ACPI_IO, 0, 0, 0x472, 0, 0x3ff },
		{ 6, 3, ACPI_IO, 0, 4, 0x472, 0, 0x3ff },
		{ 6, 3, ACPI_IO, 16, 2, 0x472, 0, 0x3ff },
		/* A count that the register does not hold. */
		{ 6, 3, ACPI_IO, 0, 2, 0x472, 0, 0xf },
		/* Reading where there is something to be written; no instruction. */
		{ 6, 0, ACPI_IO, 0, 2, 0x472, 0, 0x3ff },
		{ 6, 1, ACPI_IO, 0, 2, 0x472, 0, 0x3ff },
		{ 6, 4, ACPI_IO, 0, 2, 0x472, 0, 0x3ff },
		/* No countdown at all. */
		{ 5, 1, ACPI_IO, 0, 2, 0x472, 0, 0x3ff },
	};

	for (unsigned i = 0; i < COUNT_OF(wrong); i++) {
		const struct entry entries[2] = { desktop[1], wrong[i] };
		struct watchdog watchdog;

		assert_int_equal(by_table(&usual, entries, 2, 0, &watchdog),
		                 ERR_ABSENT);
	}

	const struct entry no_start[] = { desktop[0], desktop[4] };
	struct watchdog watchdog;

	assert_int_equal(by_table(&usual, no_start, 2, 0, &watchdog), ERR_ABSENT);
	assert_int_equal(by_table(&usual, desktop, 0, 0, &watchdog), ERR_ABSENT);
}

TEST(a_table_that_ends_too_early_is_damaged)
{
	const uint32_t whole = HEADER + COUNT_OF(desktop) * ENTRY;

	for (uint32_t cut = 1; cut <= whole - 36; cut++) {
		struct watchdog watchdog;

		assert_int_equal(
			by_table(&usual, desktop, COUNT_OF(desktop), cut, &watchdog),
			ERR_DAMAGED);
	}
}

TEST(a_table_with_more_steps_than_there_is_room_is_none)
{
	struct entry entries[WATCHDOG_STEPS + 1];
	struct watchdog watchdog;

	entries[0] = desktop[4];
	for (unsigned i = 1; i < COUNT_OF(entries); i++)
		entries[i] = desktop[1];
	assert_int_equal(by_table(&usual, entries, WATCHDOG_STEPS, 0, &watchdog),
	                 ERR_NONE);
	assert_int_equal(watchdog.count, WATCHDOG_STEPS);
	assert_int_equal(by_table(&usual, entries, WATCHDOG_STEPS + 1, 0, &watchdog),
	                 ERR_ABSENT);
}

/* --- chipsets */

struct function {
	unsigned device, function;
	uint32_t registers[64];
};

struct fake_bus {
	struct pci_bus bus;
	struct function there;
};

static uint32_t read_fake(const struct pci_bus *bus, unsigned device, unsigned function,
                          unsigned offset)
{
	const struct function *const there = &((const struct fake_bus *)bus)->there;

	assert_int_equal(offset & ~0xfcu, 0);
	return device == there->device && function == there->function
	               ? there->registers[offset / 4]
	               : UINT32_MAX;
}

static enum err by_function(struct function function, struct watchdog *watchdog)
{
	const struct fake_bus fake = { { read_fake }, function };
	enum err err;

	*watchdog = (struct watchdog){ .name = "left over", .count = 7 };
	err = watchdog_by_pci(&fake.bus, watchdog);
	if (err != ERR_NONE)
		assert_null(watchdog->name);
	return err;
}

/* An LPC bridge with its registers at port 600h and at fed1c000h. */
static struct function lpc(uint16_t id)
{
	struct function f = { 31, 0, { 0 } };

	f.registers[0] = (uint32_t)id << 16 | 0x8086;
	f.registers[2] = 0x06010002;
	f.registers[0x10] = 0x601;
	f.registers[0x11] = 0x80;
	f.registers[0x3c] = 0xfed1c001;
	return f;
}

static struct function smbus(uint16_t id)
{
	struct function f = { 31, 4, { 0 } };

	f.registers[0] = (uint32_t)id << 16 | 0x8086;
	f.registers[0x14] = 0x401;
	f.registers[0x15] = 0x100;
	return f;
}

/* Registers by their address, as far as a test says what is in them. */
struct cell {
	uint64_t address;
	uint32_t value;
};

#define CELLS 8u

struct cells {
	struct cell at[CELLS];
	unsigned count;
};

static uint32_t *cell(struct cells *cells, uint64_t address)
{
	for (unsigned i = 0; i < cells->count; i++)
		if (cells->at[i].address == address)
			return &cells->at[i].value;
	assert_in_range(cells->count, 0, CELLS - 1);
	cells->at[cells->count] = (struct cell){ address, 0 };
	return &cells->at[cells->count++].value;
}

/* As lib/x86/watchdog.c does it. */
static bool arm(const struct watchdog *watchdog, struct cells *cells)
{
	for (unsigned i = 0; i < watchdog->count; i++) {
		const struct watchdog_step *const step = &watchdog->steps[i];
		uint32_t *const at = cell(cells, step->address);

		if (step->action == WATCHDOG_WRITE)
			*at = (*at & step->keep) | step->value;
		else if ((*at & step->keep) != step->value)
			return false;
	}
	return true;
}

TEST(the_tco_timer_of_an_lpc_bridge_is_armed)
{
	struct watchdog watchdog;
	struct cells cells = {
		{ { 0xfed1f410, 0xffffffff }, { 0x668, 0x0a00 }, { 0x672, 0xfc04 } }, 3
	};

	assert_int_equal(by_function(lpc(0x2918), &watchdog), ERR_NONE);
	assert_string_equal(watchdog.name, "iTCO");
	assert_int_equal(watchdog.seconds, 24);
	assert_true(arm(&watchdog, &cells));
	/* All but NO_REBOOT as it was; the timer counts from 20; the rest is kept. */
	assert_int_equal(*cell(&cells, 0xfed1f410), 0xffffffdf);
	assert_int_equal(*cell(&cells, 0x668), 0x0200);
	assert_int_equal(*cell(&cells, 0x672), 0xfc14);
	/* What the last watchdog left is cleared; the reload comes last. */
	assert_int_equal(*cell(&cells, 0x664), 8);
	assert_int_equal(*cell(&cells, 0x666), 2);
	assert_int_equal(*cell(&cells, 0x660), 1);
	assert_int_equal(watchdog.steps[0].bytes, 4);
	assert_int_equal(watchdog.steps[0].space, ACPI_MEMORY);
	assert_int_equal(watchdog.steps[2].bytes, 2);
	assert_int_equal(watchdog.steps[2].space, ACPI_IO);
}

/* A register that keeps a bit whatever is written. */
TEST(a_no_reboot_bit_that_stays_is_no_watchdog)
{
	struct watchdog watchdog;
	struct watchdog_step *step;
	struct cells cells = { { { 0xfed1f410, 0x20 } }, 1 };

	assert_int_equal(by_function(lpc(0x1c44), &watchdog), ERR_NONE);
	step = &watchdog.steps[0];
	assert_int_equal(step->address, 0xfed1f410);
	step->keep |= 0x20;
	assert_false(arm(&watchdog, &cells));
	/* And the timer was not started. */
	assert_int_equal(cells.count, 1);
}

TEST(bridges_of_all_ages_are_known_and_others_are_not)
{
	static const uint16_t known[] = { 0x2640, 0x27b8, 0x2815, 0x2916, 0x3a18,
		                          0x3b14, 0x1c5c, 0x1d41, 0x1e44, 0x8c44,
		                          0x8cc4, 0x8d44, 0x9c43, 0x9cc3 };
	/* ICH5; Bay Trail; Avoton; Sunrise Point; Lewisburg; Cannon Point. */
	static const uint16_t others[] = { 0x24d0, 0x0f1c, 0x1f38,
		                           0xa143, 0xa1c1, 0xa304 };
	struct watchdog watchdog;

	for (unsigned i = 0; i < COUNT_OF(known); i++)
		assert_int_equal(by_function(lpc(known[i]), &watchdog), ERR_NONE);
	for (unsigned i = 0; i < COUNT_OF(others); i++)
		assert_int_equal(by_function(lpc(others[i]), &watchdog), ERR_ABSENT);
}

TEST(a_bridge_that_does_not_decode_its_registers_has_none)
{
	struct watchdog watchdog;
	struct function f = lpc(0x2918);

	f.registers[0x11] = 0;
	assert_int_equal(by_function(f, &watchdog), ERR_ABSENT);
	f = lpc(0x2918);
	f.registers[0x10] = 1;
	assert_int_equal(by_function(f, &watchdog), ERR_ABSENT);
	f = lpc(0x2918);
	f.registers[0x3c] = 0xfed1c000;
	assert_int_equal(by_function(f, &watchdog), ERR_ABSENT);
	f = lpc(0x2918);
	f.registers[0x3c] = 1;
	assert_int_equal(by_function(f, &watchdog), ERR_ABSENT);
	/* Another vendor's, and no bridge. */
	f = lpc(0x2918);
	f.registers[0] ^= 1;
	assert_int_equal(by_function(f, &watchdog), ERR_ABSENT);
	f = lpc(0x2918);
	f.registers[2] = 0x06040002;
	assert_int_equal(by_function(f, &watchdog), ERR_ABSENT);
}

TEST(the_tco_timer_behind_an_smbus_controller_is_armed)
{
	struct watchdog watchdog;
	struct cells cells = { { { 0x408, 0x0801 } }, 1 };

	assert_int_equal(by_function(smbus(0xa323), &watchdog), ERR_NONE);
	assert_string_equal(watchdog.name, "iTCO");
	assert_true(arm(&watchdog, &cells));
	/* Its NO_REBOOT is beside the halt. */
	assert_int_equal(*cell(&cells, 0x408), 0);
	assert_int_equal(*cell(&cells, 0x412), 20);
	assert_int_equal(*cell(&cells, 0x400), 1);
}

/* Sunrise Point, Lewisburg, Kaby Lake: NO_REBOOT is in a device that is hidden. */
TEST(an_smbus_controller_without_no_reboot_in_reach_has_none)
{
	static const uint16_t others[] = { 0xa123, 0x9d23, 0xa1a3,
		                           0xa2a3, 0xa3a3, 0x2930 };
	struct watchdog watchdog;
	struct function f = smbus(0xa323);

	for (unsigned i = 0; i < COUNT_OF(others); i++)
		assert_int_equal(by_function(smbus(others[i]), &watchdog), ERR_ABSENT);
	f.registers[0x15] = 0;
	assert_int_equal(by_function(f, &watchdog), ERR_ABSENT);
	f = smbus(0xa323);
	f.registers[0x14] = 1;
	assert_int_equal(by_function(f, &watchdog), ERR_ABSENT);
}

static struct function fch(uint8_t revision)
{
	struct function f = { 20, 0, { 0x790b1022, 0, 0x0c050000u | revision } };

	return f;
}

TEST(the_watchdog_of_an_fch_is_armed)
{
	struct watchdog watchdog;
	struct cells cells = { { { 0xfed80300, 0x01 },
		                 { 0xfed80303, 0xfc },
		                 { 0xfed80304, 0x02 },
		                 { 0xfed80b00, 0x06 } },
		               4 };

	assert_int_equal(by_function(fch(0x51), &watchdog), ERR_NONE);
	assert_string_equal(watchdog.name, "AMD FCH");
	assert_true(arm(&watchdog, &cells));
	assert_int_equal(*cell(&cells, 0xfed80300), 0x81);
	assert_int_equal(*cell(&cells, 0xfed80303), 0xf3);
	assert_int_equal(*cell(&cells, 0xfed80b04), 12);
	/* It runs, was triggered, and resets instead of switching off. */
	assert_int_equal(*cell(&cells, 0xfed80b00), 0x81);
}

TEST(an_fch_that_is_older_disabled_or_not_decoded_has_none)
{
	struct watchdog watchdog;
	struct cells disabled = { { { 0xfed80304, 0x02 }, { 0xfed80b00, 0x08 } }, 2 };
	struct cells hidden = { { { 0xfed80304, 0xff }, { 0xfed80b00, 0xffffffff } },
		                2 };
	struct cells closed = { { { 0xfed80304, 0x00 } }, 1 };

	assert_int_equal(by_function(fch(0x50), &watchdog), ERR_ABSENT);
	assert_int_equal(by_function(fch(0x71), &watchdog), ERR_NONE);
	assert_false(arm(&watchdog, &disabled));
	assert_false(arm(&watchdog, &hidden));
	assert_false(arm(&watchdog, &closed));
	assert_int_equal(hidden.count, 2);
	assert_int_equal(closed.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_countdown_start_reload_and_a_look),
		cmocka_unit_test(a_table_that_can_choose_to_reboot_does_so_first),
		cmocka_unit_test(the_time_is_as_near_as_the_watchdog_comes),
		cmocka_unit_test(a_table_that_cannot_be_done_is_none),
		cmocka_unit_test(a_table_that_ends_too_early_is_damaged),
		cmocka_unit_test(a_table_with_more_steps_than_there_is_room_is_none),
		cmocka_unit_test(the_tco_timer_of_an_lpc_bridge_is_armed),
		cmocka_unit_test(a_no_reboot_bit_that_stays_is_no_watchdog),
		cmocka_unit_test(bridges_of_all_ages_are_known_and_others_are_not),
		cmocka_unit_test(a_bridge_that_does_not_decode_its_registers_has_none),
		cmocka_unit_test(the_tco_timer_behind_an_smbus_controller_is_armed),
		cmocka_unit_test(
			an_smbus_controller_without_no_reboot_in_reach_has_none),
		cmocka_unit_test(the_watchdog_of_an_fch_is_armed),
		cmocka_unit_test(an_fch_that_is_older_disabled_or_not_decoded_has_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
