#include "lib/chipset/watchdog.h"

#include "lib/x86/insn.h"

#define PCI_ADDRESS 0xcf8u
#define PCI_DATA 0xcfcu
#define PCI_ENABLE (UINT32_C(1) << 31)

static uint32_t read_register(const struct watchdog_step *step)
{
	const uint16_t port = (uint16_t)step->address;

	if (step->space == ACPI_IO)
		return step->bytes == 1   ? inb(port)
		       : step->bytes == 2 ? inw(port)
		                          : inl(port);
	return step->bytes == 1   ? *(volatile uint8_t *)step->address
	       : step->bytes == 2 ? *(volatile uint16_t *)step->address
	                          : *(volatile uint32_t *)step->address;
}

static void write_register(const struct watchdog_step *step, uint32_t value)
{
	const uint16_t port = (uint16_t)step->address;

	if (step->space == ACPI_IO) {
		if (step->bytes == 1)
			outb(port, (uint8_t)value);
		else if (step->bytes == 2)
			outw(port, (uint16_t)value);
		else
			outl(port, value);
	} else if (step->bytes == 1) {
		*(volatile uint8_t *)step->address = (uint8_t)value;
	} else if (step->bytes == 2) {
		*(volatile uint16_t *)step->address = (uint16_t)value;
	} else {
		*(volatile uint32_t *)step->address = value;
	}
}

bool watchdog_arm(const struct watchdog *watchdog)
{
	for (uint32_t i = 0; i < watchdog->count; i++) {
		const struct watchdog_step *const step = &watchdog->steps[i];
		const uint32_t kept =
			step->keep == 0 ? 0 : read_register(step) & step->keep;

		if (step->action == WATCHDOG_WRITE)
			write_register(step, kept | step->value);
		else if (kept != step->value)
			return false;
	}
	return watchdog->count != 0;
}

uint32_t pci_read(const struct pci_bus *bus, unsigned device, unsigned function,
                  unsigned offset)
{
	const uint32_t address =
		PCI_ENABLE | device << 11 | function << 8 | (offset & 0xfc);
	const uint64_t flags = interrupts_off();

	(void)bus;
	outl(PCI_ADDRESS, address);

	const uint32_t value = inl(PCI_DATA);

	interrupts_as(flags);
	return value;
}
