#include "efi/ram_log/nvram_variable.h"

#include "lib/boot/nvram.h"

static EFI_GUID own_guid = {
	0x5f9f3a36, 0x1c1d, 0x4b7e, { 0x9a, 0x52, 0x6e, 0xd0, 0x74, 0x2b, 0xc8, 0x13 }
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

void nvram_set(void *variable)
{
	struct nvram_variable *const v = variable;
	struct name name = name_of(v->number);

	v->status = v->runtime->SetVariable(name.text, &own_guid, NVRAM_ATTRIBUTES,
	                                    v->size, v->bytes);
}

void nvram_get(void *variable)
{
	struct nvram_variable *const v = variable;
	struct name name = name_of(v->number);

	v->status =
		v->runtime->GetVariable(name.text, &own_guid, NULL, &v->size, v->bytes);
}

void nvram_delete(EFI_RUNTIME_SERVICES *runtime, unsigned number)
{
	struct nvram_variable variable = { .runtime = runtime, .number = number };

	nvram_get(&variable);
	if (variable.status != EFI_BUFFER_TOO_SMALL)
		return;
	variable.size = 0;
	nvram_set(&variable);
}

struct nvram_run nvram_run_of(const struct run_marker *marker)
{
	struct nvram_run run = { "" };

	format_text(run.text, sizeof run.text, "%s/%016lx", marker->run_id,
	            marker->nonce);
	return run;
}
