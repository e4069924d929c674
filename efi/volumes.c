/* Which of the machine's file systems are the stick's. */
#include "efi/volume.h"

#include <string.h>

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;
static EFI_GUID file_system_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
static EFI_GUID device_path_guid = DEVICE_PATH_PROTOCOL;
static EFI_GUID block_io_guid = EFI_BLOCK_IO_PROTOCOL_GUID;
static EFI_GUID volume_label_guid = EFI_FILE_SYSTEM_VOLUME_LABEL_INFO_ID;

static EFI_FILE_HANDLE open_root(const struct firmware *firmware, EFI_HANDLE device)
{
	EFI_FILE_IO_INTERFACE *io = NULL;
	EFI_FILE_HANDLE root = NULL;

	if (EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    device, &file_system_guid, (void **)&io)))
		return NULL;
	return EFI_ERROR(io->OpenVolume(io, &root)) ? NULL : root;
}

static bool is_labelled_tlbmark(EFI_FILE_HANDLE root)
{
	static const CHAR16 label[] = L"TLBMARK";
	struct {
		CHAR16 text[64];
	} info;
	UINTN size = sizeof info;

	if (EFI_ERROR(root->GetInfo(root, &volume_label_guid, &size, &info)))
		return false;
	return size >= sizeof label && memcmp(info.text, label, sizeof label) == 0;
}

static const EFI_DEVICE_PATH *path_of(const struct firmware *firmware,
                                      EFI_HANDLE device)
{
	EFI_DEVICE_PATH *path = NULL;

	if (EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    device, &device_path_guid, (void **)&path)))
		return NULL;
	return path;
}

static bool is_partition(const EFI_DEVICE_PATH *node)
{
	return node->Type == MEDIA_DEVICE_PATH && node->SubType == MEDIA_HARDDRIVE_DP;
}

/* Two partitions of one disk: their paths are the same up to the partition. */
static bool on_one_disk(const EFI_DEVICE_PATH *a, const EFI_DEVICE_PATH *b)
{
	while (a != NULL && b != NULL && !is_partition(a) && !is_partition(b)) {
		const UINTN length = (UINTN)DevicePathNodeLength(a);

		if (IsDevicePathEndType(a) || length < sizeof *a ||
		    length != (UINTN)DevicePathNodeLength(b) ||
		    memcmp(a, b, length) != 0)
			return false;
		a = (const EFI_DEVICE_PATH *)((const UINT8 *)a + length);
		b = (const EFI_DEVICE_PATH *)((const UINT8 *)b + length);
	}
	return a != NULL && b != NULL && is_partition(a) && is_partition(b);
}

/* Of the partition that El Torito names, on whatever says that it is a CD-ROM. */
static bool is_on_cdrom(const EFI_DEVICE_PATH *path)
{
	while (path != NULL && !IsDevicePathEndType(path)) {
		const UINTN length = (UINTN)DevicePathNodeLength(path);

		if (length < sizeof *path)
			return false;
		if (path->Type == MEDIA_DEVICE_PATH && path->SubType == MEDIA_CDROM_DP)
			return true;
		path = (const EFI_DEVICE_PATH *)((const UINT8 *)path + length);
	}
	return false;
}

/* A stick whose switch is set says so itself; of a USB CD-ROM not all firmware knows.
 */
static bool is_read_only(const struct firmware *firmware, EFI_HANDLE device)
{
	EFI_BLOCK_IO *io = NULL;

	if (is_on_cdrom(path_of(firmware, device)))
		return true;
	return !EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		       device, &block_io_guid, (void **)&io)) &&
	       io->Media->ReadOnly;
}

static void add(struct volumes *volumes, EFI_HANDLE device, EFI_FILE_HANDLE root,
                const char *name, bool is_own)
{
	volumes->list[volumes->count++] = (struct volume){
		root,
		name,
		is_own,
		is_read_only(volumes->firmware, device),
	};
}

/*
 * That of the disk the program came from.  What another disk has is somebody else's,
 * with options of its own, and is taken only where there is no disk to belong to.
 */
static bool is_ours(const struct volumes *volumes, EFI_HANDLE own, EFI_HANDLE device)
{
	return volumes->count == 0 || on_one_disk(path_of(volumes->firmware, own),
	                                          path_of(volumes->firmware, device));
}

static void add_data_partition(struct volumes *volumes, EFI_HANDLE own)
{
	const struct firmware *const firmware = volumes->firmware;
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	const unsigned most = volumes->count + 1;
	EFI_HANDLE *devices = NULL;
	UINTN count = 0;

	if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &file_system_guid, NULL,
	                                       &count, &devices)))
		return;
	for (UINTN i = 0; i < count && volumes->count < most; i++) {
		EFI_FILE_PROTOCOL *root = NULL;

		if (devices[i] == own || !is_ours(volumes, own, devices[i]))
			continue;
		root = open_root(firmware, devices[i]);
		if (root == NULL)
			continue;
		if (is_labelled_tlbmark(root))
			add(volumes, devices[i], root, "TLBMARK", false);
		else
			root->Close(root);
	}
	boot->FreePool(devices);
}

void volumes_open(const struct firmware *firmware, struct volumes *volumes)
{
	EFI_LOADED_IMAGE *image = NULL;

	*volumes = (struct volumes){ .firmware = firmware };
	if (EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    firmware->image, &loaded_image_guid, (void **)&image)))
		return;

	EFI_FILE_PROTOCOL *const root = open_root(firmware, image->DeviceHandle);

	if (root != NULL)
		add(volumes, image->DeviceHandle, root, "the boot partition", true);
	add_data_partition(volumes, image->DeviceHandle);
}

void volumes_close(struct volumes *volumes)
{
	for (unsigned i = 0; i < volumes->count; i++)
		volumes->list[i].root->Close(volumes->list[i].root);
	volumes->count = 0;
}
