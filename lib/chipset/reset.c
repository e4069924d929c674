#include "lib/chipset/reset.h"

#include "lib/x86/insn.h"

#define RESET_CONTROL 0xcf9u
#define RESET_CONTROL_SYSTEM 0x02u /* a hard reset is what the next edge means */
#define RESET_CONTROL_GO 0x04u

#define KEYBOARD_COMMAND 0x64u
#define KEYBOARD_BUSY 0x02u
#define KEYBOARD_PULSE_RESET 0xfeu

#define PCI_ADDRESS 0xcf8u
#define PCI_DATA 0xcfcu
#define PCI_ENABLE (UINT32_C(1) << 31)

#define DIAGNOSTIC_PORT 0x80u
#define SPINS 200000u

/* A port of the ISA bus takes about 1 us wherever there is such a bus. */
static void wait(void)
{
	for (uint32_t i = 0; i < SPINS; i++)
		(void)inb(DIAGNOSTIC_PORT);
}

/* On bus 0, the only one the register may be on. */
static void write_pci(uint64_t address, uint8_t value)
{
	const uint32_t device = (uint32_t)(address >> 32) & 0x1f;
	const uint32_t function = (uint32_t)(address >> 16) & 0x7;
	const uint32_t offset = (uint32_t)address & 0xff;

	outl(PCI_ADDRESS, PCI_ENABLE | device << 11 | function << 8 | (offset & 0xfc));
	outb((uint16_t)(PCI_DATA + (offset & 3)), value);
}

void reset_by_acpi(const struct acpi_reset *reset)
{
	if (!reset->there)
		return;
	wbinvd();
	if (reset->space == ACPI_IO)
		outb((uint16_t)reset->address, reset->value);
	else if (reset->space == ACPI_PCI)
		write_pci(reset->address, reset->value);
	else
		*(volatile uint8_t *)reset->address = reset->value;
	wait();
}

void reset_by_cf9(void)
{
	wbinvd();
	outb(RESET_CONTROL, RESET_CONTROL_SYSTEM);
	outb(RESET_CONTROL, RESET_CONTROL_SYSTEM | RESET_CONTROL_GO);
	wait();
}

void reset_by_keyboard_controller(void)
{
	uint32_t spins = SPINS;

	while ((inb(KEYBOARD_COMMAND) & KEYBOARD_BUSY) != 0 && spins-- != 0)
		cpu_relax();
	wbinvd();
	outb(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
	wait();
}
