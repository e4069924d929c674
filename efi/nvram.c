#include "efi/nvram.h"

#include "efi/console.h"
#include "efi/runtime.h"
#include "lib/memory_sink.h"
#include "lib/replay.h"

#include <string.h>

/* 16 KiB of codes hold less, or what they hold is not ours. */
#define STREAM_BYTES (UINTN)(2u << 20)

#define ATTRIBUTES                                                                     \
	(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |                 \
	 EFI_VARIABLE_RUNTIME_ACCESS)

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

static EFI_GUID own_guid = {
	0x5f9f3a36, 0x1c1d, 0x4b7e, { 0x9a, 0x52, 0x6e, 0xd0, 0x74, 0x2b, 0xc8, 0x13 }
};

/* One call of GetVariable or SetVariable. */
struct access {
	EFI_RUNTIME_SERVICES *runtime;
	unsigned number; /* of the variable, from 1 */
	UINTN size;
	void *bytes;
	EFI_STATUS status;
};

struct name {
	CHAR16 text[10];
};

static struct name name_of(unsigned number)
{
	struct name name = { L"Tlbmark00" };

	name.text[7] = (CHAR16)(L'0' + number / 10);
	name.text[8] = (CHAR16)(L'0' + number % 10);
	return name;
}

static void set(void *argument)
{
	struct access *const access = argument;
	struct name name = name_of(access->number);

	access->status = access->runtime->SetVariable(name.text, &own_guid, ATTRIBUTES,
	                                              access->size, access->bytes);
}

static void get(void *argument)
{
	struct access *const access = argument;
	struct name name = name_of(access->number);

	access->status = access->runtime->GetVariable(name.text, &own_guid, NULL,
	                                              &access->size, access->bytes);
}

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

	if (EFI_ERROR(
		    runtime->QueryVariableInfo(ATTRIBUTES, &storage, &left, &largest)))
		return 0;
	return nvram_codes(storage, left, largest);
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
	nvram_forget(program);
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
                       struct access *access)
{
	access->status = EFI_DEVICE_ERROR;
	return runtime_call(program, call, access) && !EFI_ERROR(access->status);
}

static bool write_code(struct program *program, unsigned number, EFI_STATUS *status)
{
	struct nvram *const nvram = &program->nvram;
	struct pack_code *const code = &nvram->stow.pack.codes[number - 1];
	struct access access = {
		.runtime = program->firmware.table->RuntimeServices,
		.number = number,
		.size = code->length,
		.bytes = code->bytes,
	};
	bool good = try_access(program, set, &access);

	if (good) {
		access.size = sizeof nvram->back;
		access.bytes = nvram->back;
		good = try_access(program, get, &access);
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
	line_put(&line, "tlbmark: ");
	line_put_u64(&line, program->nvram.written);
	line_put(&line, " of ");
	line_put_u64(&line, codes);
	line_put(&line, " parts are in the firmware's variables");
	if (program->nvram.written != codes) {
		line_put(&line, "; the next was not taken, status 0x");
		line_put_hex(&line, status, 1);
	}
	line_to_string(&line, text, sizeof text);
	record_console(&program->record, text);
}

void nvram_write(struct program *program)
{
	struct nvram *const nvram = &program->nvram;
	const struct memory_sink *const stream = &program->keep.sink;
	const unsigned codes =
		stow_run(&nvram->stow, stream->bytes, stream->length, NVRAM_CODE_BYTES,
	                 nvram->most, program->machine.run_id);
	EFI_STATUS status = EFI_SUCCESS;

	while (nvram->written < codes &&
	       write_code(program, nvram->written + 1, &status))
		nvram->written++;
	report(program, codes, status);
}

/* --- the next start */

struct finding {
	struct program *program;
	struct replay replay;
	bool cut; /* not all of the run went in */
};

static void ignore(void *context, unsigned file, const struct line *line)
{
	(void)context;
	(void)file;
	(void)line;
}

/* What was left out is said in a line of its own. */
static void take(void *context, unsigned file, const struct line *line)
{
	struct finding *const finding = context;
	char text[200];

	replay_line(&finding->replay, file, line);
	if (file != PACK_RECORD || line->length == 0 || line->text[0] == '@')
		return;
	finding->cut = true;
	line_to_string(line, text, sizeof text);
	print(finding->program, text);
	print(finding->program, "\n");
}

/* Lines are known to be right at a code's end only, so it is read before it is taken.
 */
static bool take_code(struct finding *finding, unsigned number,
                      struct pack_header *header)
{
	struct nvram *const nvram = &finding->program->nvram;
	struct access access = {
		.runtime = finding->program->firmware.table->RuntimeServices,
		.number = number,
		.size = sizeof nvram->back,
		.bytes = nvram->back,
	};

	get(&access);
	if (EFI_ERROR(access.status) ||
	    pack_read_header(nvram->back, access.size, header) != ERR_NONE ||
	    header->run != pack_run(finding->program->trail.run_id) ||
	    header->number != number ||
	    pack_read(nvram->back, access.size, &nvram->packer, ignore, NULL) !=
	            ERR_NONE)
		return false;
	return pack_read(nvram->back, access.size, &nvram->packer, take, finding) ==
	       ERR_NONE;
}

static unsigned take_codes(struct finding *finding, unsigned *count)
{
	unsigned found = 0;

	*count = 0;
	for (unsigned number = 1; number <= NVRAM_CODES; number++) {
		struct pack_header header;

		if (!take_code(finding, number, &header))
			continue;
		found++;
		*count = header.count;
	}
	return found;
}

static void print_found(const struct program *program, unsigned found, unsigned count)
{
	struct line line;
	char text[120];

	line_clear(&line);
	line_put(&line, "tlbmark: the firmware's variables have ");
	line_put_u64(&line, found);
	line_put(&line, " of ");
	line_put_u64(&line, count);
	line_put(&line, " parts of the results\n");
	line_to_string(&line, text, sizeof text);
	print(program, text);
}

/* With a beginning, should the code be missing that has it: else it is no run. */
static void begin_stream(const struct program *program, struct sink *sink)
{
	struct line line;

	line_clear(&line);
	line_put(&line, "@run ");
	line_put(&line, program->trail.run_id);
	line_put_char(&line, '\n');
	sink->write(sink, line.text, line.length);
}

const struct seal *nvram_find(struct program *program)
{
	EFI_BOOT_SERVICES *const boot = program->firmware.table->BootServices;
	struct finding finding = { .program = program };
	struct memory_sink sink;
	struct seal *seal = NULL;
	unsigned count = 0;

	if (EFI_ERROR(boot->AllocatePool(EfiLoaderData, STREAM_BYTES, (void **)&seal)))
		return NULL;
	memory_sink_open(&sink, (char *)(seal + 1), STREAM_BYTES - sizeof *seal);
	begin_stream(program, &sink.sink);
	replay_begin(&finding.replay, &sink.sink);

	const unsigned found = take_codes(&finding, &count);

	replay_end(&finding.replay);
	if (found == 0) {
		print(program,
		      "tlbmark: the firmware's variables have nothing of it\n");
		boot->FreePool(seal);
		return NULL;
	}
	print_found(program, found, count);
	seal_open(seal, program->trail.run_id, program->trail.nonce);
	seal_close(seal, sink.length,
	           finding.cut || found != count || sink.full ? SEAL_CUT : 0);
	return seal;
}

void nvram_forget(const struct program *program)
{
	EFI_RUNTIME_SERVICES *const runtime = program->firmware.table->RuntimeServices;

	for (unsigned number = 1; number <= NVRAM_CODES; number++) {
		struct name name = name_of(number);
		UINTN size = 0;

		if (runtime->GetVariable(name.text, &own_guid, NULL, &size, NULL) ==
		    EFI_BUFFER_TOO_SMALL)
			(void)runtime->SetVariable(name.text, &own_guid, ATTRIBUTES, 0,
			                           NULL);
	}
}
