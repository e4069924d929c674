/*
 * The WDAT table: which accesses arm a watchdog, and which tables are of no use.
 */
#include "lib/machine/watchdog.h"
#include "tests/unit/support/unit.h"

#define HEADER 68u
#define ENTRY 24u
#define MOST_ENTRIES 32u

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
	const struct acpi_table table = { .bytes = bytes, .length = length };
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_countdown_start_reload_and_a_look),
		cmocka_unit_test(a_table_that_can_choose_to_reboot_does_so_first),
		cmocka_unit_test(the_time_is_as_near_as_the_watchdog_comes),
		cmocka_unit_test(a_table_that_cannot_be_done_is_none),
		cmocka_unit_test(a_table_that_ends_too_early_is_damaged),
		cmocka_unit_test(a_table_with_more_steps_than_there_is_room_is_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
