/*
 * Watchdogs of chipsets.  What arms them is done here to registers that are arrays, and
 * what is in those is compared with what the manuals say that a watchdog needs.
 */
#include "lib/machine/watchdog.h"
#include "tests/unit/support/unit.h"

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

/* As lib/chipset/watchdog.c does it. */
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
