#include "efi/stick/volume.h"

#include <string.h>

#define CHUNK 4096u
#define WRITE_CHUNK ((UINTN)64 << 10)

static EFI_GUID file_info_guid = EFI_FILE_INFO_ID;
static EFI_GUID file_system_info_guid = EFI_FILE_SYSTEM_INFO_ID;

struct wide_path {
	CHAR16 text[VOLUME_PATH];
};

/* What does not fit is cut, and then not found. */
static struct wide_path widen(const char *path)
{
	struct wide_path wide;
	unsigned i = 0;

	for (; path[i] != '\0' && i + 1 < VOLUME_PATH; i++)
		wide.text[i] = (CHAR16)(unsigned char)path[i];
	wide.text[i] = 0;
	return wide;
}

/*
 * What is read-only is not even tried: EDK II of 2025.02 faults when a USB CD-ROM
 * refuses to be written.
 */
static EFI_STATUS open_file(const struct volume *volume, const char *path, UINT64 mode,
                            UINT64 attributes, EFI_FILE_HANDLE *file)
{
	struct wide_path wide = widen(path);

	if (volume->is_read_only && (mode & EFI_FILE_MODE_WRITE) != 0)
		return EFI_WRITE_PROTECTED;
	return volume->root->Open(volume->root, file, wide.text, mode, attributes);
}

EFI_STATUS volume_read(const struct volume *volume, const char *path, void *to,
                       UINTN *bytes)
{
	const UINTN capacity = *bytes;
	EFI_FILE_HANDLE file = NULL;
	EFI_STATUS status = open_file(volume, path, EFI_FILE_MODE_READ, 0, &file);
	UINTN more = 1;
	UINT8 byte = 0;

	*bytes = 0;
	if (EFI_ERROR(status))
		return status;
	*bytes = capacity;
	status = file->Read(file, bytes, to);
	if (!EFI_ERROR(status) && *bytes == capacity) {
		status = file->Read(file, &more, &byte);
		if (!EFI_ERROR(status) && more != 0)
			status = EFI_BUFFER_TOO_SMALL;
	}
	file->Close(file);
	return status;
}

bool volume_has(const struct volume *volume, const char *path)
{
	EFI_FILE_HANDLE file = NULL;

	if (EFI_ERROR(open_file(volume, path, EFI_FILE_MODE_READ, 0, &file)))
		return false;
	file->Close(file);
	return true;
}

#define CREATE (EFI_FILE_MODE_CREATE | EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE)

/*
 * On a full volume EDK II's FAT driver makes a folder that points to no cluster, and so
 * damages the file system: a folder is not even tried without some clusters left.
 */
#define LEAST_CLUSTERS 4u

static bool has_room(const struct volume *volume)
{
	struct {
		EFI_FILE_SYSTEM_INFO info;
		CHAR16 label[64];
	} of;
	UINTN size = sizeof of;

	if (EFI_ERROR(volume->root->GetInfo(volume->root, &file_system_info_guid, &size,
	                                    &of)))
		return true;
	return of.info.FreeSpace / LEAST_CLUSTERS >= of.info.BlockSize;
}

EFI_STATUS volume_make_folder(const struct volume *volume, const char *path)
{
	EFI_FILE_HANDLE folder = NULL;

	if (volume->is_kept_out_of)
		return EFI_SECURITY_VIOLATION;
	if (volume_has(volume, path))
		return EFI_SUCCESS;

	if (!has_room(volume))
		return EFI_VOLUME_FULL;

	const EFI_STATUS status =
		open_file(volume, path, CREATE, EFI_FILE_DIRECTORY, &folder);

	return EFI_ERROR(status) ? status : folder->Close(folder);
}

void volume_delete(const struct volume *volume, const char *path)
{
	EFI_FILE_HANDLE file = NULL;

	if (!volume->is_kept_out_of &&
	    !EFI_ERROR(open_file(volume, path, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE,
	                         0, &file)))
		file->Delete(file);
}

static EFI_STATUS write_out(const struct volume *volume, const char *path,
                            const UINT8 *bytes, UINTN length)
{
	EFI_FILE_HANDLE file = NULL;
	EFI_STATUS status = open_file(volume, path, CREATE, 0, &file);

	if (EFI_ERROR(status))
		return status;
	while (length != 0 && !EFI_ERROR(status)) {
		const UINTN wanted = length < WRITE_CHUNK ? length : WRITE_CHUNK;
		UINTN written = wanted;

		status = file->Write(file, &written, (void *)bytes);
		if (!EFI_ERROR(status) && written != wanted)
			status = EFI_VOLUME_FULL;
		bytes += wanted;
		length -= wanted;
	}
	if (!EFI_ERROR(status))
		status = file->Flush(file);

	const EFI_STATUS closed = file->Close(file);

	return EFI_ERROR(status) ? status : closed;
}

/* As the firmware's driver has it, whose cache may hold what the device never got. */
static EFI_STATUS compare_file(const struct volume *volume, const char *path,
                               const UINT8 *bytes, UINTN length)
{
	EFI_FILE_HANDLE file = NULL;
	EFI_STATUS status = open_file(volume, path, EFI_FILE_MODE_READ, 0, &file);
	UINT8 chunk[CHUNK];

	if (EFI_ERROR(status))
		return status;
	for (UINTN at = 0; at <= length && !EFI_ERROR(status);) {
		UINTN count = sizeof chunk;

		status = file->Read(file, &count, chunk);
		if (EFI_ERROR(status))
			break;
		if (count > length - at || memcmp(chunk, bytes + at, count) != 0 ||
		    (count == 0 && at != length))
			status = EFI_CRC_ERROR;
		if (count == 0)
			break;
		at += count;
	}
	file->Close(file);
	return status;
}

/*
 * EDK II's driver has 64 cache pages of 64 KiB for files and folders, and only whole
 * pages of a file pass it by: what is shorter, and the ends of what is not, it gives
 * back without asking the device, however much is read at once.
 */
static EFI_STATUS compare(const struct firmware *firmware, const struct volume *volume,
                          const char *path, const void *bytes, UINTN length)
{
	const EFI_STATUS status = compare_file(volume, path, bytes, length);

	return EFI_ERROR(status) ? status
	                         : readback_compare(firmware, &volume->readback, path,
	                                            bytes, length);
}

bool volume_holds(const struct firmware *firmware, const struct volume *volume,
                  const char *path, const void *bytes, UINTN length)
{
	return !EFI_ERROR(compare(firmware, volume, path, bytes, length));
}

/*
 * Whatever dates the firmware's clock has led to are not given back: a driver refuses
 * those that are none.  0 leaves them as they are (UEFI 2.10 13.5 "EFI_FILE_INFO").
 */
static void keep_dates(EFI_FILE_INFO *info)
{
	info->CreateTime = (EFI_TIME){ 0 };
	info->LastAccessTime = (EFI_TIME){ 0 };
	info->ModificationTime = (EFI_TIME){ 0 };
}

static EFI_STATUS rename_file(const struct firmware *firmware,
                              const struct volume *volume, const char *path,
                              const char *name)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	const UINTN capacity = SIZE_OF_EFI_FILE_INFO + sizeof(struct wide_path);
	struct wide_path wide = widen(name);
	EFI_FILE_HANDLE file = NULL;
	EFI_FILE_INFO *info = NULL;
	UINTN size = capacity;
	EFI_STATUS status = boot->AllocatePool(EfiLoaderData, capacity, (void **)&info);

	if (EFI_ERROR(status))
		return status;
	status = open_file(volume, path, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, 0,
	                   &file);
	if (!EFI_ERROR(status)) {
		status = file->GetInfo(file, &file_info_guid, &size, info);
		if (!EFI_ERROR(status)) {
			memcpy(info->FileName, wide.text, sizeof wide);
			info->Size = capacity;
			keep_dates(info);
			status = file->SetInfo(file, &file_info_guid, capacity, info);
		}
		if (!EFI_ERROR(status))
			status = file->Flush(file);
		file->Close(file);
	}
	boot->FreePool(info);
	return status;
}

EFI_STATUS volume_replace(const struct firmware *firmware, const struct volume *volume,
                          const char *folder, const char *name, const void *bytes,
                          UINTN length)
{
	char path[VOLUME_PATH];
	char staged[VOLUME_PATH];

	if (volume->is_kept_out_of)
		return EFI_SECURITY_VIOLATION;
	format_text(path, sizeof path, "%s\\%s", folder, name);
	format_text(staged, sizeof staged, "%s\\%s.tmp", folder, name);

	/* An earlier try may have left it, whole and without its name. */
	EFI_STATUS status = compare(firmware, volume, staged, bytes, length);

	if (EFI_ERROR(status)) {
		volume_delete(volume, staged);
		status = write_out(volume, staged, bytes, length);
		if (!EFI_ERROR(status))
			status = compare(firmware, volume, staged, bytes, length);
	}
	if (EFI_ERROR(status)) {
		volume_delete(volume, staged);
		return status;
	}
	volume_delete(volume, path);
	if (EFI_ERROR(rename_file(firmware, volume, staged, name)))
		return EFI_WARN_WRITE_FAILURE;
	/* The folder has changed since, and may not have come to the device. */
	return readback_compare(firmware, &volume->readback, path, bytes, length);
}

const char *volume_problem(EFI_STATUS status)
{
	switch (status) {
	case EFI_VOLUME_FULL:
		return "is full";
	case EFI_WRITE_PROTECTED:
		return "is write-protected";
	case EFI_CRC_ERROR:
		return "does not give back what was written";
	case EFI_ACCESS_DENIED:
		return "holds such a file already, or refuses to be written";
	case EFI_NO_MEDIA:
	case EFI_MEDIA_CHANGED:
		return "was pulled out";
	case EFI_VOLUME_CORRUPTED:
		return "is damaged";
	case EFI_SECURITY_VIOLATION:
		return "is on an internal disk, where nobody has allowed to write";
	default:
		return "cannot be written";
	}
}
