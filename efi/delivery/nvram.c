#include "efi/delivery/nvram.h"

#include "efi/firmware/console.h"
#include "efi/ram_log/nvram_variable.h"
#include "efi/takeover/program.h"
#include "efi/takeover/runtime.h"

#include <string.h>

/* UEFI 2.10 4.6.2 "EFI_RT_PROPERTIES_TABLE" and 4.2 "EFI Table Header". */
#define SUPPORTED_GET_VARIABLE 0x0010u
#define SUPPORTED_SET_VARIABLE 0x0040u
#define REVISION_2_0 (UINT32_C(2) << 16)

struct rt_properties {
	UINT16 version;
	UINT16 length;
	UINT32 supported;
};

static EFI_GUID rt_properties_guid = {
	0xeb66918a, 0x7eef, 0x402a, { 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 }
};

static void print(const struct program *program, const char *text)
{
	console_print(&program->firmware, text);
}

/* Most firmware says nothing about it, and takes variables. */
static bool takes_variables_when_left(const EFI_SYSTEM_TABLE *table)
{
	const UINT32 needed = SUPPORTED_GET_VARIABLE | SUPPORTED_SET_VARIABLE;

	for (UINTN i = 0; i < table->NumberOfTableEntries; i++) {
		const EFI_CONFIGURATION_TABLE *const entry =
			&table->ConfigurationTable[i];
		const struct rt_properties *const properties = entry->VendorTable;

		if (memcmp(&entry->VendorGuid, &rt_properties_guid,
		           sizeof rt_properties_guid) == 0)
			return (properties->supported & needed) == needed;
	}
	return true;
}

static unsigned codes_by_room(EFI_RUNTIME_SERVICES *runtime)
{
	UINT64 storage = 0;
	UINT64 left = 0;
	UINT64 largest = 0;

	if (EFI_ERROR(runtime->QueryVariableInfo(NVRAM_ATTRIBUTES, &storage, &left,
	                                         &largest)))
		return 0;
	return nvram_codes(storage, left, largest);
}

/* Whatever is there of ours: it would not be read any more, and takes room. */
static void make_room(EFI_RUNTIME_SERVICES *runtime)
{
	for (unsigned number = 1; number <= NVRAM_CODES; number++)
		nvram_delete(runtime, number);
}

bool nvram_plan(struct program *program)
{
	const EFI_SYSTEM_TABLE *const table = program->firmware.table;
	EFI_RUNTIME_SERVICES *const runtime = table->RuntimeServices;

	if (!takes_variables_when_left(table) || runtime->Hdr.Revision < REVISION_2_0) {
		print(program, "tlbmark: this firmware takes no variables when it is "
		               "left: nvram is not used\n");
		return false;
	}
	make_room(runtime);
	program->nvram.most = codes_by_room(runtime);
	if (program->nvram.most == 0) {
		print(program, "tlbmark: more than half of the firmware's room for "
		               "variables would be in use,\n"
		               "         or it does not say: nvram is not used\n");
		return false;
	}
	return true;
}

/* False with the reason in access->status; a fault is a device error. */
static bool try_access(struct program *program, void (*call)(void *),
                       struct nvram_variable *access)
{
	access->status = EFI_DEVICE_ERROR;
	return runtime_call(program, call, access) && !EFI_ERROR(access->status);
}

static bool write_code(struct program *program, unsigned number, EFI_STATUS *status)
{
	struct nvram *const nvram = &program->nvram;
	struct pack_code *const code = &nvram->subset.pack.codes[number - 1];
	struct nvram_variable access = {
		.runtime = program->firmware.table->RuntimeServices,
		.number = number,
		.size = code->length,
		.bytes = code->bytes,
	};
	bool good = try_access(program, nvram_set, &access);

	if (good) {
		access.size = sizeof nvram->back;
		access.bytes = nvram->back;
		good = try_access(program, nvram_get, &access);
	}
	*status = access.status;
	return good && access.size == code->length &&
	       memcmp(nvram->back, code->bytes, code->length) == 0;
}

static void report(struct program *program, unsigned codes, EFI_STATUS status)
{
	struct line line;
	char text[120];

	line_clear(&line);
	line_format(&line, "tlbmark: %u of %u parts are in the firmware's variables",
	            program->nvram.written, codes);
	if (program->nvram.written != codes)
		line_format(&line, "; the next was not taken, status 0x%lx", status);
	line_to_string(&line, text, sizeof text);
	record_console(&program->record, text);
}

void nvram_write(struct program *program)
{
	struct nvram *const nvram = &program->nvram;
	const struct memory_sink *const stream = &program->ram_log.sink;
	const struct nvram_run run = nvram_run_of(&program->marker);
	const unsigned codes =
		pack_subset_run(&nvram->subset, stream->bytes, stream->length,
	                        NVRAM_CODE_BYTES, nvram->most, run.text);
	EFI_STATUS status = EFI_SUCCESS;

	while (nvram->written < codes &&
	       write_code(program, nvram->written + 1, &status))
		nvram->written++;
	report(program, codes, status);
}
