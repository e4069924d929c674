/* File systems whose Write() goes wrong, or SetInfo().  One driver has them all, as
 * under OVMF. */
#include "tests/boot/evil/evil.h"

static EFI_GUID file_system_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;

static struct {
	EFI_VOLUME_OPEN open_volume;
	EFI_FILE_OPEN open;
	EFI_FILE_WRITE write;
	EFI_FILE_SET_INFO set_info;
	bool no_rename;
	enum write_fault fault;
	uint32_t from;
} real;

static EFI_STATUS EFIAPI write(EFI_FILE_HANDLE file, UINTN *size, VOID *bytes)
{
	const UINTN asked = *size;
	EFI_STATUS status = EFI_SUCCESS;

	if (asked < real.from)
		return real.write(file, size, bytes);
	switch (real.fault) {
	case WRITE_FULL:
		*size = 0;
		return EFI_VOLUME_FULL;
	case WRITE_PROTECTED:
		*size = 0;
		return EFI_WRITE_PROTECTED;
	case WRITE_SHORT:
		*size = asked / 2;
		return real.write(file, size, bytes);
	case WRITE_LOST:
		*size = asked - 1;
		status = real.write(file, size, bytes);
		*size = asked;
		return status;
	case WRITE_WELL:
		break;
	}
	return real.write(file, size, bytes);
}

static EFI_STATUS EFIAPI set_info(EFI_FILE_HANDLE file, EFI_GUID *kind, UINTN size,
                                  VOID *info)
{
	return real.no_rename ? EFI_UNSUPPORTED : real.set_info(file, kind, size, info);
}

static EFI_STATUS EFIAPI open(EFI_FILE_HANDLE folder, EFI_FILE_HANDLE *file,
                              CHAR16 *name, UINT64 mode, UINT64 attributes)
{
	const EFI_STATUS status = real.open(folder, file, name, mode, attributes);

	if (EFI_ERROR(status))
		return status;
	(*file)->Open = open;
	(*file)->Write = write;
	(*file)->SetInfo = set_info;
	return status;
}

static EFI_STATUS EFIAPI open_volume(EFI_FILE_IO_INTERFACE *io, EFI_FILE_HANDLE *root)
{
	const EFI_STATUS status = real.open_volume(io, root);

	if (EFI_ERROR(status))
		return status;
	real.open = (*root)->Open;
	real.write = (*root)->Write;
	real.set_info = (*root)->SetInfo;
	(*root)->Open = open;
	(*root)->Write = write;
	return status;
}

void evil_files(const struct firmware *firmware, const struct evil *evil)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *devices = NULL;
	UINTN count = 0;

	real.fault = evil->write;
	real.from = evil->write_from;
	real.no_rename = evil->no_rename != 0;
	if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &file_system_guid, NULL,
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
