/* The list of processors, as firmware should not have it. */
#include "lib/machine/acpi.h"
#include "tests/boot/evil/evil.h"

#define XSDT_POINTER 24u
#define HEADER 36u
#define SUM_AT 9u
#define ENTRIES 44u
#define ROOM 4096u
#define GHOST 0x4du

static const EFI_GUID acpi_guid = ACPI_20_TABLE_GUID;
static EFI_GUID mp_services_guid = {
	0x3fdda605,
	0xa76e,
	0x4f46,
	{ 0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08 },
};

static EFI_LOCATE_PROTOCOL locate_protocol;

static uint32_t length_of(const uint8_t *table)
{
	return *(const uint32_t *)(table + 4);
}

static void set_checksum(uint8_t *table)
{
	uint8_t sum = 0;

	table[SUM_AT] = 0;
	for (uint32_t i = 0; i < length_of(table); i++)
		sum = (uint8_t)(sum + table[i]);
	table[SUM_AT] = (uint8_t)(0 - sum);
}

static uint8_t *find_xsdt(const struct firmware *firmware)
{
	for (UINTN i = 0; i < firmware->table->NumberOfTableEntries; i++) {
		EFI_CONFIGURATION_TABLE *const entry =
			&firmware->table->ConfigurationTable[i];

		if (guid_equal(&entry->VendorGuid, &acpi_guid))
			return *(uint8_t **)((uint8_t *)entry->VendorTable +
			                     XSDT_POINTER);
	}
	return NULL;
}

/* Where the XSDT points to the MADT. */
static uint8_t **find_madt(uint8_t *xsdt)
{
	for (uint32_t at = HEADER; at + 8 <= length_of(xsdt); at += 8) {
		uint8_t **const entry = (uint8_t **)(xsdt + at);

		if ((*entry)[0] == 'A' && (*entry)[1] == 'P' && (*entry)[2] == 'I')
			return entry;
	}
	return NULL;
}

static void add(uint8_t *madt, const uint8_t *entry)
{
	uint32_t *const length = (uint32_t *)(madt + 4);

	for (uint8_t i = 0; i < entry[1] && *length < ROOM; i++)
		madt[(*length)++] = entry[i];
}

static void add_local(uint8_t *madt, uint8_t id)
{
	const uint8_t entry[] = { 0, 8, id, id, 1, 0, 0, 0 };

	add(madt, entry);
}

static void add_x2apic(uint8_t *madt, uint8_t id, uint8_t above)
{
	const uint8_t entry[] = { 9, 16, 0, 0, id, above, above, above,
		                  1, 0,  0, 0, id, 0,     0,     0 };

	add(madt, entry);
}

static void list(uint8_t *madt, const uint8_t *ids, unsigned count,
                 enum madt_fault fault)
{
	if (fault == MADT_FFFFFFFF) {
		add_x2apic(madt, 0xff, 0xff);
		add_local(madt, 0xff);
	}
	for (unsigned i = 0; i < count; i++) {
		add_local(madt, ids[fault == MADT_ORDER ? count - 1 - i : i]);
		if (fault == MADT_DUPLICATES) {
			add_local(madt, ids[i]);
			add_x2apic(madt, ids[i], 0);
		}
	}
	if (fault == MADT_GHOSTS)
		add_local(madt, GHOST);
}

/* Ids of enabled local APICs. */
static unsigned read_ids(const uint8_t *madt, uint8_t ids[256])
{
	unsigned count = 0;

	for (uint32_t at = ENTRIES; at + 2 <= length_of(madt) && madt[at + 1] != 0;
	     at += madt[at + 1])
		if (madt[at] == 0 && (madt[at + 4] & 1) != 0 && count < 256)
			ids[count++] = madt[at + 3];
	return count;
}

static EFI_STATUS EFIAPI locate_others(EFI_GUID *guid, VOID *registration,
                                       VOID **interface)
{
	if (guid_equal(guid, &mp_services_guid))
		return EFI_NOT_FOUND;
	return locate_protocol(guid, registration, interface);
}

void evil_madt(const struct firmware *firmware, const struct evil *evil)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	uint8_t *const xsdt = find_xsdt(firmware);
	uint8_t **const entry = xsdt == NULL ? NULL : find_madt(xsdt);
	uint8_t ids[256];
	uint8_t *madt = NULL;

	if (evil->no_mp_services) {
		locate_protocol = boot->LocateProtocol;
		boot->LocateProtocol = locate_others;
	}
	if (evil->madt == MADT_WELL || entry == NULL ||
	    EFI_ERROR(boot->AllocatePool(EfiACPIReclaimMemory, ROOM, (void **)&madt)))
		return;

	const unsigned count = read_ids(*entry, ids);

	for (uint32_t i = 0; i < ENTRIES; i++)
		madt[i] = (*entry)[i];
	*(uint32_t *)(madt + 4) = ENTRIES;
	list(madt, ids, count, evil->madt);
	set_checksum(madt);
	if (evil->madt == MADT_NONE)
		madt[0] = 'X';
	if (evil->madt == MADT_DAMAGED)
		madt[SUM_AT]++;
	*entry = madt;
	set_checksum(xsdt);
}
