/* A disk in RAM, as firmware makes one of an image that came over HTTP. */
#include "tests/boot/evil/evil.h"

#define PAGE 4096u

typedef EFI_STATUS(EFIAPI *ram_disk_register)(UINT64 base, UINT64 bytes, EFI_GUID *type,
                                              EFI_DEVICE_PATH *parent,
                                              EFI_DEVICE_PATH **path);

struct ram_disk_protocol {
	ram_disk_register add;
	void *remove;
};

static EFI_GUID ram_disk_guid = {
	0xab38a0df, 0x6873, 0x44a9, { 0x87, 0xe6, 0xd4, 0xeb, 0x56, 0x14, 0x84, 0x49 }
};
static EFI_GUID virtual_disk_guid = {
	0x77ab535a, 0x45fc, 0x624b, { 0x55, 0x60, 0xf7, 0xb2, 0x81, 0xd1, 0xf9, 0x6e }
};
static EFI_GUID block_io_guid = BLOCK_IO_PROTOCOL;
static EFI_GUID file_system_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;

/* All of the device, in memory of its own; 0 if it cannot be read. */
static EFI_PHYSICAL_ADDRESS copy_device(EFI_BOOT_SERVICES *boot, EFI_HANDLE device,
                                        UINTN *bytes)
{
	EFI_BLOCK_IO *block = NULL;
	EFI_PHYSICAL_ADDRESS address = 0;

	if (EFI_ERROR(boot->HandleProtocol(device, &block_io_guid, (void **)&block)))
		return 0;
	*bytes = (UINTN)(block->Media->LastBlock + 1) * block->Media->BlockSize;
	if (EFI_ERROR(boot->AllocatePages(AllocateAnyPages, EfiReservedMemoryType,
	                                  (*bytes + PAGE - 1) / PAGE, &address)) ||
	    EFI_ERROR(block->ReadBlocks(block, block->Media->MediaId, 0, *bytes,
	                                (void *)address)))
		return 0;
	return address;
}

EFI_HANDLE evil_ram_disk(const struct firmware *firmware, EFI_HANDLE device)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	struct ram_disk_protocol *protocol = NULL;
	EFI_DEVICE_PATH *path = NULL;
	EFI_HANDLE disk = NULL;
	UINTN bytes = 0;
	const EFI_PHYSICAL_ADDRESS address = copy_device(boot, device, &bytes);

	if (address == 0 ||
	    EFI_ERROR(boot->LocateProtocol(&ram_disk_guid, NULL, (void **)&protocol)) ||
	    EFI_ERROR(protocol->add(address, bytes, &virtual_disk_guid, NULL, &path)) ||
	    EFI_ERROR(boot->LocateDevicePath(&file_system_guid, &path, &disk)))
		return NULL;
	return disk;
}
