/* What file systems say of themselves and of files: labels as FAT has them on the disk,
 * dates that are none.  It comes behind files.c, and calls what that has put in place.
 */
#include "tests/boot/evil/evil.h"

static EFI_GUID file_system_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
static EFI_GUID file_info_guid = EFI_FILE_INFO_ID;
static EFI_GUID label_guid = EFI_FILE_SYSTEM_VOLUME_LABEL_INFO_ID;

#define LABEL_CHARS 11u
#define NO_MONTH 13u

static struct {
	EFI_VOLUME_OPEN open_volume;
	EFI_FILE_OPEN open;
	EFI_FILE_GET_INFO get_info;
	bool padded, no_dates;
} real;

static void pad(CHAR16 *label, UINTN *size)
{
	UINTN chars = 0;

	while (chars < *size / sizeof *label && label[chars] != 0)
		chars++;
	while (chars < LABEL_CHARS)
		label[chars++] = L' ';
	label[chars++] = 0;
	*size = chars * sizeof *label;
}

static EFI_STATUS EFIAPI get_info(EFI_FILE_HANDLE file, EFI_GUID *kind, UINTN *size,
                                  VOID *info)
{
	const UINTN room = *size;
	const EFI_STATUS status = real.get_info(file, kind, size, info);

	if (EFI_ERROR(status))
		return status;
	if (real.padded && guid_equal(kind, &label_guid) &&
	    room >= (LABEL_CHARS + 1) * sizeof(CHAR16))
		pad(info, size);
	if (real.no_dates && guid_equal(kind, &file_info_guid))
		((EFI_FILE_INFO *)info)->CreateTime.Month = NO_MONTH;
	return status;
}

static EFI_STATUS EFIAPI open(EFI_FILE_HANDLE folder, EFI_FILE_HANDLE *file,
                              CHAR16 *name, UINT64 mode, UINT64 attributes)
{
	const EFI_STATUS status = real.open(folder, file, name, mode, attributes);

	if (!EFI_ERROR(status)) {
		(*file)->Open = open;
		(*file)->GetInfo = get_info;
	}
	return status;
}

static EFI_STATUS EFIAPI open_volume(EFI_FILE_IO_INTERFACE *io, EFI_FILE_HANDLE *root)
{
	const EFI_STATUS status = real.open_volume(io, root);

	if (EFI_ERROR(status))
		return status;
	real.open = (*root)->Open;
	real.get_info = (*root)->GetInfo;
	(*root)->Open = open;
	(*root)->GetInfo = get_info;
	return status;
}

void evil_infos(const struct firmware *firmware, const struct evil *evil)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *devices = NULL;
	UINTN count = 0;

	real.padded = evil->padded_labels != 0;
	real.no_dates = evil->no_dates != 0;
	if ((!real.padded && !real.no_dates) ||
	    EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &file_system_guid, NULL,
	                                       &count, &devices)))
		return;
	for (UINTN i = 0; i < count; i++) {
		EFI_FILE_IO_INTERFACE *io = NULL;

		if (EFI_ERROR(boot->HandleProtocol(devices[i], &file_system_guid,
		                                   (void **)&io)))
			continue;
		real.open_volume = io->OpenVolume;
		io->OpenVolume = open_volume;
	}
	boot->FreePool(devices);
}
