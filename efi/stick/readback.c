#include "efi/stick/readback.h"

#include <string.h>

#define PAGE 4096u
#define BLOCK_MOST 4096u

/* A piece that begins and ends within a block takes two blocks more at most. */
#define BOUNCE_PAGES ((FAT_PIECE + 2 * BLOCK_MOST) / PAGE)

/* Longest that a driver may take to write what it was told to flush. */
#define TRIES 10u
#define TRY_US 100000u

static EFI_GUID block_io_guid = BLOCK_IO_PROTOCOL;

static bool read_blocks(const struct fat_device *device, uint64_t at, void *to,
                        size_t bytes)
{
	const struct readback *const readback = (const struct readback *)device;
	EFI_BLOCK_IO *const blocks = readback->blocks;
	const UINT32 size = blocks->Media->BlockSize;
	const UINT64 first = at / size;
	const UINT64 end = (at + bytes + size - 1) / size;

	if (!blocks->Media->MediaPresent || size > BLOCK_MOST || bytes > FAT_PIECE ||
	    end - 1 > blocks->Media->LastBlock ||
	    EFI_ERROR(blocks->ReadBlocks(blocks, blocks->Media->MediaId, first,
	                                 (UINTN)(end - first) * size,
	                                 readback->bounce)))
		return false;
	memcpy(to, readback->bounce + (at - first * size), bytes);
	return true;
}

void readback_open(const struct firmware *firmware, EFI_HANDLE handle,
                   struct readback *readback)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_BLOCK_IO *blocks = NULL;
	EFI_PHYSICAL_ADDRESS bounce = 0;

	*readback = (struct readback){ .device.read = read_blocks };
	if (EFI_ERROR(boot->HandleProtocol(handle, &block_io_guid, (void **)&blocks)) ||
	    blocks->Media->BlockSize == 0 || blocks->Media->BlockSize > BLOCK_MOST ||
	    EFI_ERROR(boot->AllocatePages(AllocateAnyPages, EfiLoaderData, BOUNCE_PAGES,
	                                  &bounce)))
		return;
	readback->blocks = blocks;
	readback->bounce = (UINT8 *)bounce;
	if (fat_open(&readback->fat, &readback->device) != ERR_NONE)
		readback_close(firmware, readback);
}

void readback_close(const struct firmware *firmware, struct readback *readback)
{
	if (readback->blocks != NULL)
		firmware->table->BootServices->FreePages(
			(EFI_PHYSICAL_ADDRESS)readback->bounce, BOUNCE_PAGES);
	readback->blocks = NULL;
}

/* What a driver may still have to write is waited for: a second in all. */
EFI_STATUS readback_compare(const struct firmware *firmware,
                            const struct readback *readback, const char *path,
                            const void *bytes, UINTN length)
{
	enum fat_verdict verdict = FAT_SAME;

	if (readback->blocks == NULL)
		return EFI_SUCCESS;
	for (unsigned i = 0; i < TRIES; i++) {
		(void)readback->blocks->FlushBlocks(readback->blocks);
		verdict = fat_compare(&readback->fat, &readback->device, path, bytes,
		                      length);
		if (verdict == FAT_SAME)
			return EFI_SUCCESS;
		firmware->table->BootServices->Stall(TRY_US);
	}
	return verdict == FAT_UNREADABLE ? EFI_DEVICE_ERROR : EFI_CRC_ERROR;
}
