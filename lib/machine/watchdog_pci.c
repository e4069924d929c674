/*
 * Watchdogs of chipsets.  Intel: "I/O Controller Hub 9 Datasheet" 13.9 "System
 * Management TCO Registers" and 10.1 "Chipset Configuration Registers", the same in the
 * datasheets of the 5 to 9 series; for the 300 series on, the datasheets' volume 2,
 * "SMBus Interface" and "TCO".  AMD: "Processor Programming Reference for Family 17h
 * Model 18h" (55570), "PM" and "Watchdog Timer Registers".
 */
#include "lib/machine/watchdog.h"

#define INTEL 0x8086u
#define AMD 0x1022u
#define ISA_BRIDGE 0x0601u /* base class and subclass */

#define ID 0x00u
#define CLASS 0x08u /* in 31:8; the revision in 7:0 */

/* Intel's LPC bridge and SMBus controller are functions of device 31. */
#define PCH 31u
#define LPC 0u
#define SMBUS 4u

#define ACPI_BASE 0x40u
#define ACPI_BASE_PORTS 0xff80u
#define ACPI_CONTROL 0x44u
#define ACPI_CONTROL_DECODES (1u << 7)
#define ROOT_COMPLEX 0xf0u
#define ROOT_COMPLEX_DECODES 1u
#define ROOT_COMPLEX_BASE 0xffffc000u
#define GENERAL_CONTROL 0x3410u /* GCS, behind the root complex base */
#define GENERAL_CONTROL_NO_REBOOT (1u << 5)
#define TCO_OFFSET 0x60u /* behind the ACPI base */

#define TCO_BASE 0x50u
#define TCO_BASE_PORTS 0xffe0u
#define TCO_BASE_CONTROL 0x54u
#define TCO_BASE_DECODES (1u << 8)

/* Behind the TCO base. */
#define TCO_RELOAD 0x00u
#define TCO_STATUS1 0x04u
#define TCO_STATUS1_TIMEOUT (1u << 3)
#define TCO_STATUS2 0x06u
#define TCO_STATUS2_SECOND_TIMEOUT (1u << 1)
#define TCO_CONTROL1 0x08u
#define TCO_CONTROL1_NO_REBOOT 1u /* from the 300 series on */
#define TCO_CONTROL1_HALT (1u << 11)
#define TCO_TIMER 0x12u
#define TCO_TIMER_COUNT 0x3ffu
#define TCO_TICK_MS 600u

/* AMD's SMBus controller, and its registers in memory. */
#define FCH 20u
#define FCH_SMBUS 0x790bu
#define FCH_FIRST_REVISION 0x51u
#define PM_DECODE 0xfed80300u
#define PM_DECODE_WATCHDOG 0x80u
#define PM_DECODE3 0xfed80303u
#define PM_DECODE3_SECONDS 0x03u
#define PM_DECODE3_DISABLE 0x0cu
#define PM_ISA_CONTROL 0xfed80304u
#define PM_ISA_CONTROL_MMIO 0x02u
#define WDT_CONTROL 0xfed80b00u
#define WDT_CONTROL_RUN (1u << 0)
#define WDT_CONTROL_FIRED (1u << 1) /* written as 1 to be cleared */
#define WDT_CONTROL_POWER_OFF (1u << 2)
#define WDT_CONTROL_DISABLED (1u << 3)
#define WDT_CONTROL_TRIGGER (1u << 7)
#define WDT_CONTROL_RESERVED 0xffff0000u
#define WDT_COUNT 0xfed80b04u

struct id_range {
	uint16_t first, last;
};

/* LPC bridges, ICH6 to the 9 series, and the servers' of their time. */
static const struct id_range tco_in_lpc[] = {
	{ 0x1c40, 0x1c5f }, { 0x1d40, 0x1d41 }, { 0x1e40, 0x1e5f }, { 0x2310, 0x2310 },
	{ 0x2390, 0x2390 }, { 0x2640, 0x2642 }, { 0x2670, 0x2670 }, { 0x27b8, 0x27bd },
	{ 0x2810, 0x2815 }, { 0x2910, 0x2919 }, { 0x3a14, 0x3a1a }, { 0x3b00, 0x3b1f },
	{ 0x8c40, 0x8c5f }, { 0x8cc1, 0x8cc6 }, { 0x8d40, 0x8d5f }, { 0x9c40, 0x9c47 },
	{ 0x9cc1, 0x9cc9 },
};

/* SMBus controllers from the 300 series on, in whose registers the TCO's base is. */
static const struct id_range tco_in_smbus[] = {
	{ 0x02a3, 0x02a3 }, { 0x06a3, 0x06a3 }, { 0x18df, 0x18df }, { 0x1bc9, 0x1bc9 },
	{ 0x34a3, 0x34a3 }, { 0x38a3, 0x38a3 }, { 0x43a3, 0x43a3 }, { 0x4b23, 0x4b23 },
	{ 0x4da3, 0x4da3 }, { 0x51a3, 0x51a3 }, { 0x54a3, 0x54a3 }, { 0x7a23, 0x7a23 },
	{ 0x7aa3, 0x7aa3 }, { 0x7e22, 0x7e22 }, { 0x9da3, 0x9da3 }, { 0xa0a3, 0xa0a3 },
	{ 0xa323, 0xa323 },
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is_listed(uint16_t id, const struct id_range *ranges, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (id >= ranges[i].first && id <= ranges[i].last)
			return true;
	return false;
}

static struct watchdog_step port16(uint32_t address, uint32_t keep, uint32_t value)
{
	return (struct watchdog_step){
		.address = address,
		.action = WATCHDOG_WRITE,
		.space = ACPI_IO,
		.bytes = 2,
		.keep = keep,
		.value = value,
	};
}

static struct watchdog_step memory(uint32_t address, uint8_t bytes, uint32_t keep,
                                   uint32_t value)
{
	return (struct watchdog_step){
		.address = address,
		.action = WATCHDOG_WRITE,
		.space = ACPI_MEMORY,
		.bytes = bytes,
		.keep = keep,
		.value = value,
	};
}

static struct watchdog_step expect(struct watchdog_step step)
{
	step.action = WATCHDOG_EXPECT;
	return step;
}

static void add_all(struct watchdog *watchdog, const struct watchdog_step *steps,
                    unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		(void)watchdog_add(watchdog, steps[i]);
}

/*
 * The timer counts down twice before it resets, unless the firmware's SMI handler
 * resets after the first.  It is reloaded on both sides of its start: where a halted
 * timer takes no reload, the second counts.
 */
static void add_tco(struct watchdog *watchdog, uint32_t base)
{
	const uint32_t ticks = WATCHDOG_SECONDS * 1000 / TCO_TICK_MS;
	const uint32_t control_kept =
		(uint16_t) ~(TCO_CONTROL1_HALT | TCO_CONTROL1_NO_REBOOT);
	const struct watchdog_step steps[] = {
		port16(base + TCO_CONTROL1, (uint16_t)~TCO_CONTROL1_HALT,
		       TCO_CONTROL1_HALT),
		port16(base + TCO_STATUS1, 0, TCO_STATUS1_TIMEOUT),
		port16(base + TCO_STATUS2, 0, TCO_STATUS2_SECOND_TIMEOUT),
		port16(base + TCO_TIMER, (uint16_t)~TCO_TIMER_COUNT, ticks),
		port16(base + TCO_RELOAD, 0, 1),
		port16(base + TCO_CONTROL1, control_kept, 0),
		port16(base + TCO_RELOAD, 0, 1),
		expect(port16(base + TCO_CONTROL1, (uint16_t)~control_kept, 0)),
		expect(port16(base + TCO_TIMER, TCO_TIMER_COUNT, ticks)),
	};

	add_all(watchdog, steps, COUNT(steps));
	watchdog->name = "iTCO";
	watchdog->seconds = 2 * WATCHDOG_SECONDS;
}

static enum err by_lpc(const struct pci_bus *bus, struct watchdog *watchdog)
{
	const uint32_t base = bus->read(bus, PCH, LPC, ACPI_BASE) & ACPI_BASE_PORTS;
	const uint32_t control = bus->read(bus, PCH, LPC, ACPI_CONTROL);
	const uint32_t complex = bus->read(bus, PCH, LPC, ROOT_COMPLEX);
	const uint32_t general = (complex & ROOT_COMPLEX_BASE) + GENERAL_CONTROL;
	const uint32_t no_reboot = GENERAL_CONTROL_NO_REBOOT;

	if ((control & ACPI_CONTROL_DECODES) == 0 || base == 0 ||
	    (complex & ROOT_COMPLEX_DECODES) == 0 || general == GENERAL_CONTROL)
		return ERR_ABSENT;
	/* A strap of the board may hold the bit. */
	(void)watchdog_add(watchdog, memory(general, 4, ~no_reboot, 0));
	(void)watchdog_add(watchdog, expect(memory(general, 4, no_reboot, 0)));
	add_tco(watchdog, base + TCO_OFFSET);
	return ERR_NONE;
}

static enum err by_smbus(const struct pci_bus *bus, struct watchdog *watchdog)
{
	const uint32_t base = bus->read(bus, PCH, SMBUS, TCO_BASE) & TCO_BASE_PORTS;
	const uint32_t control = bus->read(bus, PCH, SMBUS, TCO_BASE_CONTROL);

	if ((control & TCO_BASE_DECODES) == 0 || base == 0)
		return ERR_ABSENT;
	add_tco(watchdog, base);
	return ERR_NONE;
}

/* Where the registers are not decoded they read as ones, and what is reserved is not 0.
 */
static void add_fch(struct watchdog *watchdog)
{
	const uint32_t kept = ~(WDT_CONTROL_RUN | WDT_CONTROL_FIRED |
	                        WDT_CONTROL_POWER_OFF | WDT_CONTROL_TRIGGER);
	const uint32_t off = WDT_CONTROL_DISABLED | WDT_CONTROL_RESERVED;
	const struct watchdog_step steps[] = {
		expect(memory(PM_ISA_CONTROL, 1, PM_ISA_CONTROL_MMIO,
		              PM_ISA_CONTROL_MMIO)),
		expect(memory(WDT_CONTROL, 4, WDT_CONTROL_RESERVED, 0)),
		memory(PM_DECODE, 1, (uint8_t)~PM_DECODE_WATCHDOG, PM_DECODE_WATCHDOG),
		memory(PM_DECODE3, 1,
		       (uint8_t) ~(PM_DECODE3_DISABLE | PM_DECODE3_SECONDS),
		       PM_DECODE3_SECONDS),
		expect(memory(WDT_CONTROL, 4, off, 0)),
		memory(WDT_COUNT, 4, 0, WATCHDOG_SECONDS),
		memory(WDT_CONTROL, 4, kept, WDT_CONTROL_RUN),
		memory(WDT_CONTROL, 4, kept, WDT_CONTROL_RUN | WDT_CONTROL_TRIGGER),
		expect(memory(WDT_CONTROL, 4, WDT_CONTROL_RUN | off, WDT_CONTROL_RUN)),
	};

	add_all(watchdog, steps, COUNT(steps));
	watchdog->name = "AMD FCH";
	watchdog->seconds = WATCHDOG_SECONDS;
}

enum err watchdog_by_pci(const struct pci_bus *bus, struct watchdog *watchdog)
{
	const uint32_t lpc = bus->read(bus, PCH, LPC, ID);
	const uint32_t smbus = bus->read(bus, PCH, SMBUS, ID);
	const uint32_t fch = bus->read(bus, FCH, 0, ID);

	*watchdog = (struct watchdog){ 0 };
	if ((uint16_t)lpc == INTEL &&
	    bus->read(bus, PCH, LPC, CLASS) >> 16 == ISA_BRIDGE &&
	    is_listed((uint16_t)(lpc >> 16), tco_in_lpc, COUNT(tco_in_lpc)))
		return by_lpc(bus, watchdog);
	if ((uint16_t)smbus == INTEL &&
	    is_listed((uint16_t)(smbus >> 16), tco_in_smbus, COUNT(tco_in_smbus)))
		return by_smbus(bus, watchdog);
	if (fch == (FCH_SMBUS << 16 | AMD) &&
	    (uint8_t)bus->read(bus, FCH, 0, CLASS) >= FCH_FIRST_REVISION) {
		add_fch(watchdog);
		return ERR_NONE;
	}
	return ERR_ABSENT;
}
