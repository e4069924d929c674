#include "efi/gather.h"

#include "efi/firmware/console.h"
#include "efi/firmware/mp_services.h"
#include "efi/firmware/survival.h"
#include "lib/base/crc32.h"
#include "lib/base/text.h"
#include "lib/chipset/watchdog.h"
#include "lib/machine/acpi.h"
#include "lib/machine/acpi_remapping.h"
#include "lib/machine/smbios.h"
#include "lib/x86/apic.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"

static const EFI_GUID acpi2_guid = ACPI_20_TABLE_GUID;
static const EFI_GUID acpi1_guid = ACPI_TABLE_GUID;
static const EFI_GUID smbios3_guid = SMBIOS3_TABLE_GUID;
static const EFI_GUID smbios_guid = SMBIOS_TABLE_GUID;

static uint64_t find_table(const struct firmware *firmware, const EFI_GUID *guid)
{
	for (UINTN i = 0; i < firmware->table->NumberOfTableEntries; i++) {
		EFI_CONFIGURATION_TABLE *const entry =
			&firmware->table->ConfigurationTable[i];

		if (guid_equal(&entry->VendorGuid, guid))
			return (uintptr_t)entry->VendorTable;
	}
	return 0;
}

struct firmware_memory {
	struct physical_memory memory;
	const struct memory_map *map;
};

/*
 * Firmware maps what its memory map lists 1:1, and everything below 4 GiB: a table
 * that points elsewhere is damaged, and following it would be a page fault.
 */
static const uint8_t *firmware_at(const struct physical_memory *memory,
                                  uint64_t address, size_t length)
{
	const struct memory_map *const map =
		((const struct firmware_memory *)memory)->map;
	const uint64_t end = address + length;

	if (address < PAGE_BYTES || end < address)
		return NULL;
	if (end <= UINT64_C(1) << 32 || memory_map_holds(map, address, end))
		return (const uint8_t *)address;
	return NULL;
}

/* Who is not in a MADT that can be read may be known to the MP services. */
static const char *gather_madt(const struct physical_memory *memory, uint64_t rsdp,
                               struct processors *processors)
{
	struct acpi_table madt;
	enum err err = acpi_find(memory, rsdp, "APIC", &madt);

	if (err == ERR_NONE) {
		err = acpi_processors(&madt, processors);
		if (err == ERR_ABSENT)
			return "lists no processor";
	}
	if (err == ERR_NONE)
		return "read";
	return err == ERR_ABSENT ? "absent" : "damaged";
}

/* The firmware has all below 4 GiB mapped where it is. */
static uint64_t read_register(uint64_t address)
{
	return *(const volatile uint64_t *)address;
}

/* Its PM timer and its way to reset would be missed, so its sum is only noted. */
static const char *gather_fadt(const struct physical_memory *memory, uint64_t rsdp,
                               struct machine *machine)
{
	struct acpi_table fadt;
	const enum err err = acpi_find_any(memory, rsdp, "FACP", &fadt);

	if (err != ERR_NONE)
		return err == ERR_ABSENT ? "absent" : "damaged";
	if (acpi_pm_timer_of(&fadt, &machine->pm_timer) != ERR_NONE)
		machine->pm_timer.port = 0;
	if (acpi_reset_of(&fadt, &machine->reset) != ERR_NONE)
		machine->reset.there = false;
	return fadt.sum_is_wrong ? "read although its sum is wrong" : "read";
}

static const char *root_name(enum acpi_root root)
{
	static const char *const names[] = {
		[ACPI_NO_ROOT] = "damaged",
		[ACPI_XSDT] = "XSDT",
		[ACPI_RSDT] = "RSDT",
		[ACPI_RSDT_INSTEAD] = "RSDT (no XSDT that is whole)",
	};

	return names[root];
}

static void gather_acpi(const struct firmware *firmware, const struct memory_map *map,
                        struct machine *machine)
{
	const struct firmware_memory readable = { { .at = firmware_at }, map };
	const struct physical_memory *const memory = &readable.memory;
	uint64_t rsdp = find_table(firmware, &acpi2_guid);
	struct acpi_table table;

	if (rsdp == 0)
		rsdp = find_table(firmware, &acpi1_guid);
	if (rsdp == 0)
		return;
	machine->acpi = root_name(acpi_root(memory, rsdp, &table));
	machine->madt = gather_madt(memory, rsdp, &machine->processors);
	machine->fadt = gather_fadt(memory, rsdp, machine);
	if (acpi_find(memory, rsdp, "SRAT", &table) != ERR_NONE ||
	    acpi_nodes(&table, &machine->processors, &machine->nodes) != ERR_NONE)
		machine->nodes.count = 0;
	if (acpi_find(memory, rsdp, "HPET", &table) != ERR_NONE ||
	    acpi_hpet_address(&table, &machine->hpet_address) != ERR_NONE)
		machine->hpet_address = 0;
	if (acpi_find(memory, rsdp, "SPCR", &table) != ERR_NONE ||
	    acpi_serial_port(&table, &machine->console_port) != ERR_NONE)
		machine->console_port = 0;
	if (acpi_find(memory, rsdp, "DMAR", &table) != ERR_NONE ||
	    acpi_x2apic_opt_out(&table, &machine->x2apic_opt_out) != ERR_NONE)
		machine->x2apic_opt_out = false;
	if (acpi_find(memory, rsdp, "WDAT", &table) != ERR_NONE ||
	    watchdog_by_wdat(&table, &machine->watchdog) != ERR_NONE)
		machine->watchdog.name = NULL;
	machine->x2apic_remapping =
		(acpi_find(memory, rsdp, "DMAR", &table) == ERR_NONE &&
	         acpi_dmar_remaps(&table, read_register)) ||
		(acpi_find(memory, rsdp, "IVRS", &table) == ERR_NONE &&
	         acpi_ivrs_remaps(&table));
}

/* A table that points to memory would have results overwritten. */
static bool writes_ram(const struct watchdog *watchdog, const struct memory_map *map)
{
	for (uint32_t i = 0; i < watchdog->count; i++) {
		const struct watchdog_step *const step = &watchdog->steps[i];

		if (step->space == ACPI_MEMORY &&
		    memory_is_ram(map, step->address, step->address + 1))
			return true;
	}
	return false;
}

/* What the firmware's own table says goes before what is known of chipsets. */
static void gather_watchdog(const struct memory_map *map, struct machine *machine)
{
	const struct pci_bus bus = { .read = pci_read };
	struct watchdog *const watchdog = &machine->watchdog;

	if ((watchdog->name == NULL || writes_ram(watchdog, map)) &&
	    watchdog_by_pci(&bus, watchdog) != ERR_NONE)
		watchdog->name = NULL;
}

/* One that is not there, for the tests: an id behind all others. */
static void plant_ghost(struct processors *processors)
{
	uint32_t id = 0;

	for (uint32_t i = 0; i < processors->count; i++)
		if (processors->list[i].apic_id >= id)
			id = processors->list[i].apic_id + 1;
	processors_add(processors, id, UID_UNKNOWN, LISTED_BY_MADT);
}

static void gather_board(const struct firmware *firmware, const struct memory_map *map,
                         struct machine *machine)
{
	const struct firmware_memory readable = { { .at = firmware_at }, map };
	uint64_t entry = find_table(firmware, &smbios3_guid);

	if (entry == 0)
		entry = find_table(firmware, &smbios_guid);
	if (entry == 0)
		return;
	smbios_board(&readable.memory, entry, machine->board, sizeof machine->board);
	machine->identity = smbios_identity(&readable.memory, entry);
}

/* Boards without UUID and serial number differ by their processor at least. */
static void gather_identity(struct machine *machine)
{
	const uint32_t signature[] = { machine->family, machine->model,
		                       machine->stepping };
	uint32_t *const sum = &machine->identity;

	*sum = crc32_update(*sum, machine->vendor, sizeof machine->vendor);
	*sum = crc32_update(*sum, machine->brand, sizeof machine->brand);
	*sum = crc32_update(*sum, signature, sizeof signature);
	*sum = crc32_update(*sum, machine->firmware, sizeof machine->firmware);
}

static void gather_firmware(const struct firmware *firmware, struct machine *machine)
{
	const CHAR16 *const vendor = firmware->table->FirmwareVendor;
	size_t length = 0;

	while (vendor != NULL && length + 1 < MACHINE_TEXT && vendor[length] != 0) {
		machine->firmware[length] = (char)(vendor[length] & 0x7f);
		length++;
	}
	machine->firmware[length] = '\0';
	machine->firmware_revision = firmware->table->FirmwareRevision;
	machine->uefi_revision = firmware->table->Hdr.Revision;
}

static void gather_date(const struct firmware *firmware, struct machine *machine)
{
	EFI_TIME time;

	if (EFI_ERROR(firmware->table->RuntimeServices->GetTime(&time, NULL)))
		return;
	format_text(machine->date, sizeof machine->date,
	            "%04u-%02u-%02uT%02u:%02u:%02u", time.Year, time.Month, time.Day,
	            time.Hour, time.Minute, time.Second);
}

/* machine.csv has it too; nothing is said where there is no ACPI at all. */
static void say_acpi(const struct firmware *firmware, const struct machine *machine)
{
	if (machine->acpi != NULL && !text_equal(machine->acpi, "XSDT") &&
	    !text_equal(machine->acpi, "RSDT"))
		console_format(firmware, "tlbmark: the list of ACPI tables: %s\n",
		               machine->acpi);
	if (machine->fadt != NULL && !text_equal(machine->fadt, "read"))
		console_format(firmware,
		               "tlbmark: the ACPI table of the PM timer and the reset "
		               "register (FADT): %s\n",
		               machine->fadt);
}

static void say_madt(const struct firmware *firmware, const struct machine *machine)
{
	if (machine->madt == NULL || text_equal(machine->madt, "read"))
		return;
	console_format(firmware,
	               "tlbmark: the list of processors in ACPI (MADT): %s; they are "
	               "known by: %s\n",
	               machine->madt, processors_source(&machine->processors));
}

void gather_machine(const struct firmware *firmware, const struct memory_map *map,
                    const struct config *config, struct machine *machine)
{
	identify_processor(machine);
	gather_firmware(firmware, machine);
	gather_acpi(firmware, map, machine);
	survival_read(firmware, machine);
	gather_watchdog(map, machine);
	mp_services_read(firmware, &machine->processors);
	if ((config->injected_faults & INJECT_GHOST_CPU) != 0)
		plant_ghost(&machine->processors);
	processors_put_first(&machine->processors, apic_own_id());
	say_acpi(firmware, machine);
	say_madt(firmware, machine);
	gather_board(firmware, map, machine);
	gather_identity(machine);
	gather_date(firmware, machine);
}

void gather_run_id(struct machine *machine, const struct config *config)
{
	struct line line;

	if (config->run_id[0] != '\0') {
		text_copy(machine->run_id, sizeof machine->run_id, config->run_id);
		return;
	}
	line_clear(&line);
	for (const char *c = machine->date; *c != '\0'; c++) {
		if (*c >= '0' && *c <= '9')
			line_put_char(&line, *c);
		if (*c == 'T')
			line_put_char(&line, '-');
	}
	line_format(&line, "-%04lx", rdtsc_ordered() & 0xffff);
	line_to_string(&line, machine->run_id, sizeof machine->run_id);
}

const char *gather_refusal(void)
{
	static char refusal[128];
	const char *const encryption = identify_encryption();

	if (encryption == NULL)
		return NULL;
	return format_text(refusal, sizeof refusal,
	                   "this is an encrypted guest (%s), whose page tables need "
	                   "bits that this program does not set",
	                   encryption);
}
