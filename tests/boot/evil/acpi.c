/* ACPI tables that are listed badly, or have a wrong sum. */
#include "tests/boot/evil/evil.h"

#define RSDP_XSDT 24u
#define RSDP_SUM 32u
#define RSDP_BYTES 36u
#define TABLE_SUM 9u
#define HEADER 36u

static const EFI_GUID acpi_guid = ACPI_20_TABLE_GUID;

static uint8_t *find_rsdp(const struct firmware *firmware)
{
	for (UINTN i = 0; i < firmware->table->NumberOfTableEntries; i++) {
		EFI_CONFIGURATION_TABLE *const entry =
			&firmware->table->ConfigurationTable[i];

		if (guid_equal(&entry->VendorGuid, &acpi_guid))
			return entry->VendorTable;
	}
	return NULL;
}

static void no_xsdt(uint8_t *rsdp)
{
	uint8_t sum = 0;

	*(uint64_t *)(rsdp + RSDP_XSDT) = 0;
	rsdp[RSDP_SUM] = 0;
	for (unsigned i = 0; i < RSDP_BYTES; i++)
		sum = (uint8_t)(sum + rsdp[i]);
	rsdp[RSDP_SUM] = (uint8_t)(0 - sum);
}

static void damage_fadt(const uint8_t *xsdt)
{
	const uint32_t length = *(const uint32_t *)(xsdt + 4);

	for (uint32_t at = HEADER; at + 8 <= length; at += 8) {
		uint8_t *const table = *(uint8_t *const *)(xsdt + at);

		if (table[0] == 'F' && table[1] == 'A' && table[2] == 'C' &&
		    table[3] == 'P')
			table[TABLE_SUM]++;
	}
}

void evil_acpi(const struct firmware *firmware, const struct evil *evil)
{
	uint8_t *const rsdp = find_rsdp(firmware);

	if (rsdp == NULL || evil->acpi == ACPI_WELL)
		return;

	uint8_t *const xsdt = *(uint8_t **)(rsdp + RSDP_XSDT);

	if (evil->acpi == ACPI_XSDT_ZERO)
		no_xsdt(rsdp);
	else if (evil->acpi == ACPI_XSDT_DAMAGED)
		xsdt[TABLE_SUM]++;
	else
		damage_fadt(xsdt);
}
