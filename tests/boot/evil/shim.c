/*
 * As shim before version 16: who leaves the firmware without having asked it to verify
 * anything is stopped.  The program's path is that of the wrapper, as under shim.
 */
#include "efi/firmware/console.h"
#include "tests/boot/evil/evil.h"

#include <string.h>

#define STALL_US ((UINTN)1000000)

static EFI_GUID shim_lock_guid = {
	0x605dab50,
	0xe046,
	0x4300,
	{ 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23 },
};

static struct {
	struct firmware firmware;
	EFI_EXIT_BOOT_SERVICES exit;
	const void *file;
	UINTN bytes;
	bool was_asked;
} shim;

/* Called as any function, not as those of UEFI. */
static EFI_STATUS verify(const void *file, UINT32 bytes)
{
	shim.was_asked = true;
	return bytes == shim.bytes && memcmp(file, shim.file, bytes) == 0
	               ? EFI_SUCCESS
	               : EFI_SECURITY_VIOLATION;
}

static EFI_STATUS EFIAPI exit_if_asked(EFI_HANDLE image, UINTN key)
{
	if (shim.was_asked)
		return shim.exit(image, key);
	console_print(&shim.firmware, "evil: nothing was verified: halting\n");
	for (;;)
		shim.firmware.table->BootServices->Stall(STALL_US);
}

void evil_shim(const struct firmware *firmware, const struct evil *evil,
               const void *file, UINTN bytes)
{
	static struct {
		EFI_STATUS (*verify)(const void *file, UINT32 bytes);
	} lock = { verify };
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE handle = NULL;

	if (!evil->shim)
		return;
	shim.firmware = *firmware;
	shim.file = file;
	shim.bytes = bytes;
	shim.exit = boot->ExitBootServices;
	boot->ExitBootServices = exit_if_asked;
	(void)boot->InstallProtocolInterface(&handle, &shim_lock_guid,
	                                     EFI_NATIVE_INTERFACE, &lock);
}
