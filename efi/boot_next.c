#include "efi/boot_next.h"

#include "lib/boot_option.h"

#include <stdbool.h>

#define OPTION_BYTES 4096u
#define PATH_BYTES 4096u

static EFI_GUID global_guid = EFI_GLOBAL_VARIABLE;
static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;
static EFI_GUID device_path_guid = DEVICE_PATH_PROTOCOL;

struct option_name {
	CHAR16 text[9];
};

static struct option_name name_of(UINT16 number)
{
	static const CHAR16 digits[] = L"0123456789ABCDEF";
	struct option_name name = { L"Boot0000" };

	for (unsigned i = 0; i < 4; i++)
		name.text[4 + i] = digits[number >> (12 - 4 * i) & 0xf];
	return name;
}

static bool read_current(const struct firmware *firmware, UINT16 *current)
{
	CHAR16 name[] = L"BootCurrent";
	UINTN size = sizeof *current;

	return !EFI_ERROR(firmware->table->RuntimeServices->GetVariable(
		       name, &global_guid, NULL, &size, current)) &&
	       size == sizeof *current;
}

/* The path of the device the program came from; its bytes with the end node, or 0. */
static UINTN own_path(const struct firmware *firmware, const UINT8 **path)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_LOADED_IMAGE *image = NULL;
	UINTN bytes = 0;

	if (EFI_ERROR(boot->HandleProtocol(firmware->image, &loaded_image_guid,
	                                   (void **)&image)) ||
	    EFI_ERROR(boot->HandleProtocol(image->DeviceHandle, &device_path_guid,
	                                   (void **)path)))
		return 0;
	while (bytes < PATH_BYTES) {
		const EFI_DEVICE_PATH *const node =
			(const EFI_DEVICE_PATH *)(*path + bytes);
		const UINTN length = (UINTN)DevicePathNodeLength(node);

		if (length < sizeof *node)
			return 0;
		bytes += length;
		if (IsDevicePathEndType(node))
			return bytes;
	}
	return 0;
}

/*
 * Whoever was started by a shell or another boot loader, or from another disk than it,
 * finds BootCurrent set all the same: to what the firmware had started then.
 */
static bool leads_here(const struct firmware *firmware, UINT16 current)
{
	struct option_name name = name_of(current);
	const UINT8 *path = NULL;
	const UINTN bytes = own_path(firmware, &path);
	UINT8 option[OPTION_BYTES];
	UINTN size = sizeof option;

	return bytes != 0 &&
	       !EFI_ERROR(firmware->table->RuntimeServices->GetVariable(
		       name.text, &global_guid, NULL, &size, option)) &&
	       boot_option_leads_to(option, size, path, bytes);
}

/* There is firmware that says yes and keeps nothing. */
static bool set_next(const struct firmware *firmware, UINT16 current)
{
	EFI_RUNTIME_SERVICES *const runtime = firmware->table->RuntimeServices;
	CHAR16 name[] = L"BootNext";
	UINT16 next = 0;
	UINTN size = sizeof next;

	if (EFI_ERROR(runtime->SetVariable(name, &global_guid,
	                                   EFI_VARIABLE_NON_VOLATILE |
	                                           EFI_VARIABLE_BOOTSERVICE_ACCESS |
	                                           EFI_VARIABLE_RUNTIME_ACCESS,
	                                   sizeof current, &current)))
		return false;
	return !EFI_ERROR(
		       runtime->GetVariable(name, &global_guid, NULL, &size, &next)) &&
	       size == sizeof next && next == current;
}

const char *boot_next_set(const struct firmware *firmware)
{
	UINT16 current = 0;

	if (!read_current(firmware, &current))
		return "the firmware does not know what it started";
	if (!leads_here(firmware, current))
		return "what the firmware started is not on this disk";
	if (!set_next(firmware, current))
		return "the firmware does not keep what to start next";
	return NULL;
}
