/* A firmware that was asked to clear its memory at the next reset. */
#include "tests/boot/evil/evil.h"

static EFI_GUID mor_guid = {
	0xe20939be,
	0x32d4,
	0x41be,
	{ 0xa1, 0x50, 0x89, 0x7f, 0x85, 0xd4, 0x98, 0x29 },
};

static EFI_GET_VARIABLE real_get_variable;

static EFI_STATUS EFIAPI memory_is_cleared(CHAR16 *name, EFI_GUID *vendor,
                                           UINT32 *attributes, UINTN *size, VOID *data)
{
	if (!guid_equal(vendor, &mor_guid) || name[6] != 'O')
		return real_get_variable(name, vendor, attributes, size, data);
	if (*size < 1)
		return EFI_BUFFER_TOO_SMALL;
	*size = 1;
	*(uint8_t *)data = 1;
	return EFI_SUCCESS;
}

void evil_mor(const struct firmware *firmware, const struct evil *evil)
{
	EFI_RUNTIME_SERVICES *const runtime = firmware->table->RuntimeServices;

	if (!evil->clears_memory)
		return;
	/* Asked before boot services are gone alone, it need not stay. */
	real_get_variable = runtime->GetVariable;
	runtime->GetVariable = memory_is_cleared;
}
