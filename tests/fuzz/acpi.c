/*
 * ACPI tables: the input is memory from address 1000h on, beginning with the RSDP. Sums
 * are hard to guess, so each table's is put right before it is read: the last byte of
 * what the length says, as far as that is there.
 */
#include "lib/machine/acpi_remapping.h"
#include "tests/fuzz/fuzz.h"

#define BASE 0x1000u

static struct {
	uint8_t *bytes;
	size_t length;
} ram;

static void header(uint8_t *bytes, size_t count, size_t at)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)(bytes[at] - sum);
}

static const uint8_t *at(const struct physical_memory *memory, uint64_t address,
                         size_t length)
{
	(void)memory;
	if (address < BASE || address - BASE > ram.length ||
	    length > ram.length - (address - BASE))
		return NULL;

	uint8_t *const bytes = ram.bytes + (address - BASE);
	const size_t left = ram.length - (address - BASE);

	if (address != BASE && length == 36) {
		uint32_t whole;

		memcpy(&whole, bytes + 4, 4);
		if (whole > left && whole < 2 * left)
			whole = (uint32_t)left;
		memcpy(bytes + 4, &whole, 4);
		if (whole >= 36 && whole <= left)
			header(bytes, whole, 9);
	}
	return bytes;
}

static uint64_t remapping_unit(uint64_t address)
{
	REQUIRE(address != 0 && address <= UINT32_MAX + UINT64_C(0x10));
	return 0x18;
}

static void read_all(void)
{
	struct processors processors = { 0 };
	const struct physical_memory memory = { at };
	struct acpi_table table;
	struct acpi_pm_timer timer;
	uint64_t address;
	uint16_t port;
	bool opts_out;

	if (acpi_find(&memory, BASE, "HPET", &table) == ERR_NONE)
		(void)!acpi_hpet_address(&table, &address);
	if (acpi_find(&memory, BASE, "SPCR", &table) == ERR_NONE &&
	    acpi_serial_port(&table, &port) == ERR_NONE)
		REQUIRE(port != 0 && port <= 0xfff8);
	if (acpi_find(&memory, BASE, "DMAR", &table) == ERR_NONE)
		(void)(acpi_x2apic_opt_out(&table, &opts_out) != ERR_NONE ||
		       acpi_dmar_remaps(&table, remapping_unit));
	if (acpi_find(&memory, BASE, "IVRS", &table) == ERR_NONE)
		(void)acpi_ivrs_remaps(&table);
	if (acpi_find_any(&memory, BASE, "FACP", &table) == ERR_NONE)
		(void)!acpi_pm_timer_of(&table, &timer);
	if (acpi_find(&memory, BASE, "APIC", &table) == ERR_NONE &&
	    acpi_processors(&table, &processors) == ERR_NONE) {
		for (uint32_t i = 0; i < processors.count; i++)
			for (uint32_t k = i + 1; k < processors.count; k++)
				REQUIRE(processors.list[i].apic_id !=
				        processors.list[k].apic_id);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	ram.length = length;
	ram.bytes = malloc(length + (length == 0));
	memcpy(ram.bytes, bytes, length);
	if (length >= 36) {
		memcpy(ram.bytes, "RSD PTR ", 8);
		header(ram.bytes, 20, 8);
		header(ram.bytes, 36, 32);
	}
	read_all();
	free(ram.bytes);
	return 0;
}
