#include "lib/machine/acpi.h"

#include "lib/base/little.h"

#define HEADER_BYTES 36u
#define TABLE_BYTES_MAX (1u << 20)
#define RSDP_V1_BYTES 20u
#define RSDP_V2_BYTES 36u

static bool has_signature(const uint8_t *bytes, const char *signature, unsigned length)
{
	for (unsigned i = 0; i < length; i++)
		if (bytes[i] != (uint8_t)signature[i])
			return false;
	return true;
}

static bool sums_to_zero(const uint8_t *bytes, uint32_t length)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

/* Whatever its sum is: that is told. */
static enum err read_any_table(const struct physical_memory *memory, uint64_t address,
                               struct acpi_table *table)
{
	const uint8_t *const header = memory->at(memory, address, HEADER_BYTES);

	if (header == NULL)
		return ERR_DAMAGED;

	const uint32_t length = (uint32_t)little(header + 4, 4);

	if (length < HEADER_BYTES || length > TABLE_BYTES_MAX ||
	    memory->at(memory, address, length) == NULL)
		return ERR_DAMAGED;
	*table = (struct acpi_table){
		.bytes = header,
		.length = length,
		.sum_is_wrong = !sums_to_zero(header, length),
	};
	return ERR_NONE;
}

static bool read_root(const struct physical_memory *memory, uint64_t address,
                      const char *signature, struct acpi_table *root)
{
	return address != 0 && read_any_table(memory, address, root) == ERR_NONE &&
	       !root->sum_is_wrong && has_signature(root->bytes, signature, 4);
}

/*
 * Firmware that fills in one of the two only is not rare, nor is an XSDT that was
 * changed without its sum; Linux goes to the RSDT then, too.
 */
enum acpi_root acpi_root(const struct physical_memory *memory, uint64_t rsdp,
                         struct acpi_table *root)
{
	const uint8_t *const v1 = memory->at(memory, rsdp, RSDP_V1_BYTES);

	if (v1 == NULL || !has_signature(v1, "RSD PTR ", 8) ||
	    !sums_to_zero(v1, RSDP_V1_BYTES))
		return ACPI_NO_ROOT;
	if (v1[15] >= 2) {
		const uint8_t *const v2 = memory->at(memory, rsdp, RSDP_V2_BYTES);

		if (v2 != NULL && sums_to_zero(v2, RSDP_V2_BYTES) &&
		    read_root(memory, little(v2 + 24, 8), "XSDT", root))
			return ACPI_XSDT;
	}
	if (!read_root(memory, little(v1 + 16, 4), "RSDT", root))
		return ACPI_NO_ROOT;
	return v1[15] >= 2 ? ACPI_RSDT_INSTEAD : ACPI_RSDT;
}

enum err acpi_find_any(const struct physical_memory *memory, uint64_t rsdp,
                       const char *signature, struct acpi_table *table)
{
	struct acpi_table root;
	const enum acpi_root kind = acpi_root(memory, rsdp, &root);
	const unsigned entry_bytes = kind == ACPI_XSDT ? 8 : 4;

	if (kind == ACPI_NO_ROOT)
		return ERR_DAMAGED;
	for (uint32_t at = HEADER_BYTES; at + entry_bytes <= root.length;
	     at += entry_bytes) {
		const uint64_t address = little(root.bytes + at, entry_bytes);
		const uint8_t *const found = memory->at(memory, address, HEADER_BYTES);

		if (found != NULL && has_signature(found, signature, 4))
			return read_any_table(memory, address, table);
	}
	return ERR_ABSENT;
}

/* A damaged table that is not the one looked for does not matter. */
enum err acpi_find(const struct physical_memory *memory, uint64_t rsdp,
                   const char *signature, struct acpi_table *table)
{
	const enum err err = acpi_find_any(memory, rsdp, signature, table);

	return err == ERR_NONE && table->sum_is_wrong ? ERR_DAMAGED : err;
}

/* ACPI 6.5 5.2.12.2 "Processor Local APIC Structure": an id of FFh is none. */
static void add_local_apic(const uint8_t *entry, struct processors *processors)
{
	const uint32_t enabled = 1;

	if ((little(entry + 4, 4) & enabled) != 0 && entry[3] != 0xff)
		processors_add(processors, entry[3], entry[2], LISTED_BY_MADT);
}

/* ACPI 6.5 5.2.12.12 "Processor Local x2APIC Structure". */
static void add_local_x2apic(const uint8_t *entry, struct processors *processors)
{
	const uint32_t enabled = 1;

	if ((little(entry + 8, 4) & enabled) != 0)
		processors_add(processors, (uint32_t)little(entry + 4, 4),
		               (uint32_t)little(entry + 12, 4), LISTED_BY_MADT);
}

enum err acpi_processors(const struct acpi_table *madt, struct processors *processors)
{
	const uint32_t entries = 44; /* behind the APIC's address and the flags */
	const uint8_t *const bytes = madt->bytes;

	processors->count = 0;
	for (uint32_t at = entries; at + 2 <= madt->length;) {
		const uint8_t type = bytes[at];
		const uint8_t length = bytes[at + 1];

		if (length < 2 || at + length > madt->length) {
			processors->count = 0;
			return ERR_DAMAGED;
		}
		if (type == 0 && length >= 8)
			add_local_apic(bytes + at, processors);
		if (type == 9 && length >= 16)
			add_local_x2apic(bytes + at, processors);
		at += length;
	}
	return processors->count == 0 ? ERR_ABSENT : ERR_NONE;
}

/* ACPI 6.5 5.2.9 "Fixed ACPI Description Table": PM_TMR_BLK, PM_TMR_LEN and flags. */
enum err acpi_pm_timer_of(const struct acpi_table *fadt, struct acpi_pm_timer *timer)
{
	const uint32_t tmr_val_ext = 1u << 8;

	if (fadt->length < 116)
		return ERR_DAMAGED;

	const uint64_t port = little(fadt->bytes + 76, 4);

	if (fadt->bytes[91] != 4 || port == 0 || port > UINT16_MAX)
		return ERR_ABSENT;
	*timer = (struct acpi_pm_timer){
		.port = (uint16_t)port,
		.is_32_bits = (little(fadt->bytes + 112, 4) & tmr_val_ext) != 0,
	};
	return ERR_NONE;
}

/* The same chapter: flags, RESET_REG (a Generic Address Structure), RESET_VALUE. */
enum err acpi_reset_of(const struct acpi_table *fadt, struct acpi_reset *reset)
{
	const uint32_t reset_reg_sup = 1u << 10;
	const uint8_t *const bytes = fadt->bytes;

	if (fadt->length < 129)
		return ERR_ABSENT;
	*reset = (struct acpi_reset){
		.there = true,
		.space = bytes[116],
		.value = bytes[128],
		.address = little(bytes + 120, 8),
	};
	if ((little(bytes + 112, 4) & reset_reg_sup) != 0 && reset->address != 0 &&
	    (reset->space == ACPI_MEMORY || reset->space == ACPI_PCI ||
	     (reset->space == ACPI_IO && reset->address <= UINT16_MAX)))
		return ERR_NONE;
	*reset = (struct acpi_reset){ 0 };
	return ERR_ABSENT;
}

/* Generic Address Structure at 40; address space 0 is system memory. */
enum err acpi_hpet_address(const struct acpi_table *hpet, uint64_t *address)
{
	if (hpet->length < 56 || hpet->bytes[40] != 0 ||
	    little(hpet->bytes + 44, 8) == 0)
		return ERR_DAMAGED;
	*address = little(hpet->bytes + 44, 8);
	return ERR_NONE;
}

enum err acpi_x2apic_opt_out(const struct acpi_table *dmar, bool *opts_out)
{
	const uint8_t remapping = 1 << 0;
	const uint8_t opt_out = 1 << 1;
	const uint8_t both = remapping | opt_out;

	if (dmar->length < 48)
		return ERR_DAMAGED;
	*opts_out = (dmar->bytes[37] & both) == both;
	return ERR_NONE;
}

/* Interface Type, and Base Address (a Generic Address Structure). */
enum err acpi_serial_port(const struct acpi_table *spcr, uint16_t *port)
{
	const uint8_t full_16550 = 0x00;
	const uint8_t part_16550 = 0x01;
	const uint8_t described_16550 = 0x12;
	const uint64_t last = 0xfff8; /* whose eight registers are ports still */
	const uint8_t *const bytes = spcr->bytes;

	if (spcr->length < 52)
		return ERR_DAMAGED;

	const uint8_t type = bytes[36];
	const uint64_t address = little(bytes + 44, 8);

	if ((type != full_16550 && type != part_16550 && type != described_16550) ||
	    bytes[40] != ACPI_IO || address == 0 || address > last)
		return ERR_ABSENT;
	*port = (uint16_t)address;
	return ERR_NONE;
}
