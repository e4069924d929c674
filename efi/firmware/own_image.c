#include "efi/firmware/own_image.h"

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;
static EFI_GUID device_path_guid = DEVICE_PATH_PROTOCOL;

static void *protocol_of(const struct firmware *firmware, EFI_HANDLE handle,
                         EFI_GUID *guid)
{
	void *interface = NULL;

	if (handle == NULL || EFI_ERROR(firmware->table->BootServices->HandleProtocol(
				      handle, guid, &interface)))
		return NULL;
	return interface;
}

struct device_path own_image_path_of(const struct firmware *firmware, EFI_HANDLE device)
{
	return device_path_at(protocol_of(firmware, device, &device_path_guid),
	                      DEVICE_PATH_BYTES);
}

/*
 * EDK II's boot manager leaves no parent, that of others leaves itself, which is a
 * driver.  Shells and boot loaders are applications (UEFI 2.10 7.2 "Memory Allocation
 * Services": EfiLoaderCode is theirs).
 */
static bool is_of_firmware(const struct firmware *firmware, EFI_HANDLE parent)
{
	const EFI_LOADED_IMAGE *const image =
		protocol_of(firmware, parent, &loaded_image_guid);

	return parent == NULL ||
	       (image != NULL && image->ImageCodeType != EfiLoaderCode);
}

void own_image_read(const struct firmware *firmware, struct own_image *own)
{
	const EFI_LOADED_IMAGE *const image =
		protocol_of(firmware, firmware->image, &loaded_image_guid);

	*own = (struct own_image){ 0 };
	if (image == NULL)
		return;
	own->handle = image->DeviceHandle;
	own->device = own_image_path_of(firmware, image->DeviceHandle);
	(void)device_path_file(device_path_at(image->FilePath, DEVICE_PATH_BYTES),
	                       own->file, sizeof own->file);
	own->by_firmware = is_of_firmware(firmware, image->ParentHandle);
}
