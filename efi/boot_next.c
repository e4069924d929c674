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

/* Its bytes with the end node; 0 if that is not where it should be. */
static UINTN path_bytes(const UINT8 *path)
{
	UINTN bytes = 0;

	while (path != NULL && bytes < PATH_BYTES) {
		const EFI_DEVICE_PATH *const node =
			(const EFI_DEVICE_PATH *)(path + bytes);
		const UINTN length = (UINTN)DevicePathNodeLength(node);

		if (length < sizeof *node)
			return 0;
		bytes += length;
		if (IsDevicePathEndType(node))
			return bytes;
	}
	return 0;
}

static void *protocol_of(const struct firmware *firmware, EFI_HANDLE handle,
                         EFI_GUID *guid)
{
	void *interface = NULL;

	if (handle == NULL || EFI_ERROR(firmware->table->BootServices->HandleProtocol(
				      handle, guid, &interface)))
		return NULL;
	return interface;
}

/*
 * True if it is the file that firmware starts by itself, and no other program has
 * loaded it: then there is no parent (UEFI 2.10 9.1.1 "EFI_LOADED_IMAGE_PROTOCOL").
 */
static bool firmware_loaded(const EFI_LOADED_IMAGE *image)
{
	const UINT8 *const path = (const UINT8 *)image->FilePath;

	return image->ParentHandle == NULL &&
	       boot_option_is_default(path, path_bytes(path));
}

/*
 * Whoever was started by a shell or another boot loader, or from another disk than it,
 * finds BootCurrent set all the same: to what the firmware had started then.  NULL if
 * that leads here.  Of a class of devices the firmware takes the same one again.
 */
static const char *why_elsewhere(const struct firmware *firmware, UINT16 current)
{
	struct option_name name = name_of(current);
	const EFI_LOADED_IMAGE *const image =
		protocol_of(firmware, firmware->image, &loaded_image_guid);
	const UINT8 *path = NULL;
	UINTN bytes = 0;
	UINT8 option[OPTION_BYTES];
	UINTN size = sizeof option;

	if (image != NULL)
		path = protocol_of(firmware, image->DeviceHandle, &device_path_guid);
	bytes = path_bytes(path);
	if (bytes == 0 || EFI_ERROR(firmware->table->RuntimeServices->GetVariable(
				  name.text, &global_guid, NULL, &size, option)))
		return "the firmware's boot option of this start cannot be read";
	if (boot_option_leads_to(option, size, path, bytes))
		return NULL;
	if (!boot_option_is_class(option, size))
		return "what the firmware started is not on this disk";
	if (!firmware_loaded(image))
		return "the firmware's boot option does not say which device it starts";
	return NULL;
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
	const char *elsewhere = NULL;
	UINT16 current = 0;

	if (!read_current(firmware, &current))
		return "the firmware does not know what it started";
	elsewhere = why_elsewhere(firmware, current);
	if (elsewhere != NULL)
		return elsewhere;
	if (!set_next(firmware, current))
		return "the firmware does not keep what to start next";
	return NULL;
}
