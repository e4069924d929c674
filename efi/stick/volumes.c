/* Which of the machine's file systems are the stick's. */
#include "efi/stick/volume.h"

#include <string.h>

static EFI_GUID loaded_image_guid = LOADED_IMAGE_PROTOCOL;
static EFI_GUID file_system_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
static EFI_GUID device_path_guid = DEVICE_PATH_PROTOCOL;
static EFI_GUID block_io_guid = BLOCK_IO_PROTOCOL;
static EFI_GUID file_system_info_guid = EFI_FILE_SYSTEM_INFO_ID;
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

#define LABEL_CHARS 64u

struct label {
	CHAR16 text[LABEL_CHARS];
	UINTN chars; /* 0: there is none, or none can be read */
};

/* By the older way too, where a driver does not know the newer one. */
static struct label label_of(EFI_FILE_HANDLE root)
{
	struct {
		EFI_FILE_SYSTEM_INFO info;
		CHAR16 text[LABEL_CHARS];
	} of;
	struct label label = { .chars = 0 };
	UINTN size = sizeof label.text;

	if (!EFI_ERROR(root->GetInfo(root, &volume_label_guid, &size, label.text))) {
		label.chars = size / sizeof(CHAR16);
		return label;
	}
	size = sizeof of;
	if (EFI_ERROR(root->GetInfo(root, &file_system_info_guid, &size, &of)) ||
	    size <= SIZE_OF_EFI_FILE_SYSTEM_INFO || size > sizeof of)
		return label;
	label.chars = (size - SIZE_OF_EFI_FILE_SYSTEM_INFO) / sizeof(CHAR16);
	if (label.chars > LABEL_CHARS)
		label.chars = LABEL_CHARS;
	memcpy(label.text, (const char *)&of + SIZE_OF_EFI_FILE_SYSTEM_INFO,
	       label.chars * sizeof(CHAR16));
	return label;
}

static bool is_labelled_tlbmark(EFI_FILE_HANDLE root)
{
	const struct label label = label_of(root);

	return medium_is_labelled(label.text, label.chars, "TLBMARK");
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

#define PATH_BYTES 512u

/* Its bytes with the end node; 0: there is none, or it is longer than paths are. */
static UINTN path_bytes(const EFI_DEVICE_PATH *path)
{
	UINTN bytes = 0;

	while (path != NULL && bytes < PATH_BYTES) {
		const EFI_DEVICE_PATH *const node =
			(const EFI_DEVICE_PATH *)((const UINT8 *)path + bytes);
		const UINTN length = (UINTN)DevicePathNodeLength(node);

		if (length < sizeof *node)
			return 0;
		bytes += length;
		if (IsDevicePathEndType(node))
			return bytes <= PATH_BYTES ? bytes : 0;
	}
	return 0;
}

static enum medium medium_at(const struct firmware *firmware, EFI_HANDLE device,
                             EFI_FILE_HANDLE root)
{
	const EFI_DEVICE_PATH *const path = path_of(firmware, device);
	const struct label label = label_of(root);
	EFI_BLOCK_IO *blocks = NULL;

	if (EFI_ERROR(firmware->table->BootServices->HandleProtocol(
		    device, &block_io_guid, (void **)&blocks)))
		blocks = NULL;
	return medium_of(&(struct medium_facts){
		.path = (const uint8_t *)path,
		.path_bytes = path_bytes(path),
		.has_blocks = blocks != NULL,
		.removable = blocks != NULL && blocks->Media->RemovableMedia,
		.label = label.text,
		.label_chars = label.chars,
	});
}

static void add(struct volumes *volumes, EFI_HANDLE device, EFI_FILE_HANDLE root,
                const char *name, bool is_own)
{
	struct volume *const volume = &volumes->list[volumes->count++];

	*volume = (struct volume){
		.root = root,
		.name = name,
		.is_own = is_own,
		.is_read_only = is_read_only(volumes->firmware, device),
		.device = device,
		.medium = medium_at(volumes->firmware, device, root),
	};
	volume->is_kept_out_of = volume->medium == MEDIUM_INTERNAL;
	readback_open(volumes->firmware, device, &volume->readback);
}

/*
 * What is on the disk of a partition: drivers for its other partitions may not have
 * been started.  Errors do not matter: what is not connected then is not found.
 */
static void connect_disk_of(const struct firmware *firmware, EFI_HANDLE device)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	const EFI_DEVICE_PATH *const path = path_of(firmware, device);
	const UINTN bytes = medium_disk_bytes((const uint8_t *)path, path_bytes(path));
	union {
		UINT8 bytes[PATH_BYTES + sizeof(EFI_DEVICE_PATH)];
		EFI_DEVICE_PATH node;
	} disk;
	EFI_DEVICE_PATH *rest = &disk.node;
	EFI_HANDLE handle = NULL;

	if (bytes == 0)
		return;
	memcpy(disk.bytes, path, bytes);
	SetDevicePathEndNode((EFI_DEVICE_PATH *)(disk.bytes + bytes));
	if (!EFI_ERROR(boot->LocateDevicePath(&block_io_guid, &rest, &handle)) &&
	    IsDevicePathEnd(rest))
		(void)boot->ConnectController(handle, NULL, NULL, TRUE);
}

/* Of a program that came from no disk, any may have the volume. */
static void connect_all_disks(const struct firmware *firmware)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *devices = NULL;
	UINTN count = 0;

	if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &block_io_guid, NULL, &count,
	                                       &devices)))
		return;
	for (UINTN i = 0; i < count; i++)
		(void)boot->ConnectController(devices[i], NULL, NULL, TRUE);
	boot->FreePool(devices);
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

	if (root != NULL) {
		add(volumes, image->DeviceHandle, root, "the boot partition", true);
		connect_disk_of(firmware, image->DeviceHandle);
	} else {
		connect_all_disks(firmware);
	}
	add_data_partition(volumes, image->DeviceHandle);
}

void volumes_close(struct volumes *volumes)
{
	for (unsigned i = 0; i < volumes->count; i++) {
		readback_close(volumes->firmware, &volumes->list[i].readback);
		volumes->list[i].root->Close(volumes->list[i].root);
	}
	volumes->count = 0;
}

bool volumes_are_kept_out_of(const struct volumes *volumes)
{
	for (unsigned i = 0; i < volumes->count; i++)
		if (volumes->list[i].is_kept_out_of)
			return true;
	return false;
}

void volumes_describe(const struct volumes *volumes, struct line *line)
{
	line_clear(line);
	if (volumes->count == 0)
		line_put(line, "none");
	for (unsigned i = 0; i < volumes->count; i++) {
		const struct volume *const volume = &volumes->list[i];

		line_format(line, "%s%s (%s%s%s)", i == 0 ? "" : ", ", volume->name,
		            medium_name(volume->medium),
		            volume->is_kept_out_of ? ", not written to" : "",
		            volume->readback.blocks == NULL
		                    ? ", not read back from the device"
		                    : "");
	}
}
