#include "efi/firmware/boot_variables.h"

#include "lib/boot/nvram.h"

#include <string.h>

#define REVISION_2_0 (UINT32_C(2) << 16)

#define ATTRIBUTES                                                                     \
	(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |                 \
	 EFI_VARIABLE_RUNTIME_ACCESS)

static EFI_GUID global_guid = EFI_GLOBAL_VARIABLE;

bool boot_variable_read(const struct firmware *firmware, const CHAR16 *name, void *to,
                        UINTN *bytes)
{
	return !EFI_ERROR(firmware->table->RuntimeServices->GetVariable(
		(CHAR16 *)name, &global_guid, NULL, bytes, to));
}

bool boot_variable_is_absent(const struct firmware *firmware, const CHAR16 *name)
{
	UINTN bytes = 0;

	return firmware->table->RuntimeServices->GetVariable((CHAR16 *)name,
	                                                     &global_guid, NULL, &bytes,
	                                                     NULL) == EFI_NOT_FOUND;
}

bool boot_variable_write(const struct firmware *firmware, const CHAR16 *name,
                         const void *from, UINTN bytes)
{
	UINT8 back[BOOT_VARIABLE_BYTES];
	UINTN length = sizeof back;
	const EFI_STATUS status = firmware->table->RuntimeServices->SetVariable(
		(CHAR16 *)name, &global_guid, ATTRIBUTES, bytes, (void *)from);

	if (bytes == 0)
		return boot_variable_is_absent(firmware, name);
	return !EFI_ERROR(status) &&
	       boot_variable_read(firmware, name, back, &length) && length == bytes &&
	       memcmp(back, from, bytes) == 0;
}

bool boot_variable_number(const struct firmware *firmware, const CHAR16 *name,
                          UINT16 *number)
{
	UINTN bytes = sizeof *number;

	return boot_variable_read(firmware, name, number, &bytes) &&
	       bytes == sizeof *number;
}

struct boot_variable_name boot_variable_option(UINT16 number)
{
	static const CHAR16 digits[] = L"0123456789ABCDEF";
	struct boot_variable_name name = { L"Boot0000" };

	for (unsigned i = 0; i < 4; i++)
		name.text[4 + i] = digits[number >> (12 - 4 * i) & 0xf];
	return name;
}

bool boot_variable_secure(const struct firmware *firmware)
{
	UINT8 on = 0;
	UINTN bytes = sizeof on;

	return boot_variable_read(firmware, L"SecureBoot", &on, &bytes) && on == 1;
}

bool boot_variable_has_room(const struct firmware *firmware, UINTN bytes)
{
	EFI_RUNTIME_SERVICES *const runtime = firmware->table->RuntimeServices;
	UINT64 storage = 0;
	UINT64 left = 0;
	UINT64 largest = 0;

	if (runtime->Hdr.Revision < REVISION_2_0 ||
	    EFI_ERROR(
		    runtime->QueryVariableInfo(ATTRIBUTES, &storage, &left, &largest)))
		return true;
	return nvram_takes(storage, left, largest, bytes);
}
