/*
 * The watchdog action table: for each thing that can be done with the watchdog, the
 * accesses that do it, in their order.
 */
#include "lib/machine/watchdog.h"

#include "lib/base/little.h"

#define ENTRIES_AT 68u
#define ENTRY_BYTES 24u
#define ENABLED 1u

enum wdat_action {
	RESTART = 1,
	SET_COUNTDOWN = 6,
	GET_RUNNING = 8,
	SET_RUNNING = 9,
	SET_REBOOT = 17,
};

enum wdat_instruction {
	READ_VALUE = 0,
	WRITE_VALUE = 2,
	WRITE_COUNTDOWN = 3,
	PRESERVE = 0x80,
};

/* Of the clock, whose memory some tables use behind an index. */
#define CLOCK_FIRST 0x70u
#define CLOCK_LAST 0x77u

/* Access size of a Generic Address Structure (ACPI 6.5 5.2.3.2); 0: none of these. */
static uint8_t access_bytes(uint8_t size)
{
	static const uint8_t bytes[] = { 0, 1, 2, 4 };

	return size < sizeof bytes ? bytes[size] : 0;
}

static bool is_usable(const struct watchdog_step *step)
{
	if (step->address == 0 || step->bytes == 0)
		return false;
	if (step->space == ACPI_MEMORY)
		return step->address % step->bytes == 0 &&
		       step->address <= UINT32_MAX - 3;
	return step->space == ACPI_IO && step->address <= UINT16_MAX - 3 &&
	       (step->address < CLOCK_FIRST || step->address > CLOCK_LAST);
}

static bool add_entry(struct watchdog *watchdog, const uint8_t *entry, uint32_t count)
{
	const uint8_t instruction = entry[1] & (uint8_t)~PRESERVE;
	const uint8_t shift = entry[6];
	const uint32_t mask = (uint32_t)little(entry + 20, 4);
	const uint32_t value = instruction == WRITE_COUNTDOWN
	                               ? count
	                               : (uint32_t)little(entry + 16, 4);
	struct watchdog_step step = {
		.address = little(entry + 8, 8),
		.space = entry[4],
		.bytes = access_bytes(entry[7]),
	};

	if (!is_usable(&step) || shift >= 8 * step.bytes ||
	    (instruction == WRITE_COUNTDOWN && (count & mask) != count))
		return false;
	step.value = (value & mask) << shift;
	switch (instruction) {
	case READ_VALUE:
		step.action = WATCHDOG_EXPECT;
		step.keep = mask << shift;
		return entry[0] == GET_RUNNING && watchdog_add(watchdog, step);
	case WRITE_VALUE:
	case WRITE_COUNTDOWN:
		step.action = WATCHDOG_WRITE;
		step.keep = (entry[1] & PRESERVE) != 0 ? ~(mask << shift) : 0;
		return entry[0] != GET_RUNNING && watchdog_add(watchdog, step);
	default:
		return false;
	}
}

/* Whatever the table has for that; *found says whether that is anything. */
static bool add_action(struct watchdog *watchdog, const struct acpi_table *wdat,
                       enum wdat_action action, uint32_t count, bool *found)
{
	const uint32_t entries = (uint32_t)little(wdat->bytes + 64, 4);

	*found = false;
	for (uint32_t i = 0; i < entries; i++) {
		const uint8_t *const entry =
			wdat->bytes + ENTRIES_AT + (size_t)i * ENTRY_BYTES;

		if (entry[0] != (uint8_t)action)
			continue;
		*found = true;
		if (!add_entry(watchdog, entry, count))
			return false;
	}
	return true;
}

/* The count for WATCHDOG_SECONDS, or as near as the watchdog comes; 0: too far away. */
static uint32_t choose_count(const struct acpi_table *wdat, uint32_t *seconds)
{
	const uint64_t period_ms = little(wdat->bytes + 48, 4);
	const uint64_t most = little(wdat->bytes + 52, 4);
	const uint64_t least = little(wdat->bytes + 56, 4);

	if (period_ms == 0 || least > most)
		return 0;

	uint64_t count =
		(WATCHDOG_SECONDS * UINT64_C(1000) + period_ms - 1) / period_ms;

	if (count > most)
		count = most;
	if (count < least)
		count = least;
	if (count * period_ms > WATCHDOG_MOST_SECONDS * UINT64_C(1000))
		return 0;
	*seconds = (uint32_t)((count * period_ms + 999) / 1000);
	return (uint32_t)count;
}

static bool add_actions(struct watchdog *watchdog, const struct acpi_table *wdat,
                        uint32_t count)
{
	bool reboots = false;
	bool counts = false;
	bool runs = false;
	bool restarts = false;
	bool shows = false;

	return add_action(watchdog, wdat, SET_REBOOT, count, &reboots) &&
	       add_action(watchdog, wdat, SET_COUNTDOWN, count, &counts) && counts &&
	       add_action(watchdog, wdat, SET_RUNNING, count, &runs) && runs &&
	       add_action(watchdog, wdat, RESTART, count, &restarts) &&
	       add_action(watchdog, wdat, GET_RUNNING, count, &shows);
}

enum err watchdog_by_wdat(const struct acpi_table *wdat, struct watchdog *watchdog)
{
	const uint8_t *const bytes = wdat->bytes;

	*watchdog = (struct watchdog){ 0 };
	if (wdat->length < ENTRIES_AT ||
	    little(bytes + 64, 4) > (wdat->length - ENTRIES_AT) / ENTRY_BYTES)
		return ERR_DAMAGED;
	if ((bytes[60] & ENABLED) == 0)
		return ERR_ABSENT;

	uint32_t seconds = 0;
	const uint32_t count = choose_count(wdat, &seconds);

	if (count == 0 || !add_actions(watchdog, wdat, count)) {
		*watchdog = (struct watchdog){ 0 };
		return ERR_ABSENT;
	}
	watchdog->name = "WDAT";
	/* Some hardware counts down twice before it resets, Intel's among it. */
	watchdog->seconds = 2 * seconds;
	return ERR_NONE;
}
