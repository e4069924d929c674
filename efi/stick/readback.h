#pragma once
/*
 * What the device of a file system holds, asked behind the back of the firmware's
 * driver: that answers from its cache what it has just been told to write, whether or
 * not the device has it.
 */
#include "efi/firmware/firmware.h"
#include "lib/boot/fat.h"

struct readback {
	struct fat_device device; /* first, being what lib/boot/fat is given */
	EFI_BLOCK_IO *blocks;     /* NULL: the device cannot be asked */
	UINT8 *bounce;            /* aligned as any device wants it */
	struct fat fat;
};

/* Leaves blocks NULL where there is no device, or no FAT file system on it. */
void readback_open(const struct firmware *firmware, EFI_HANDLE handle,
                   struct readback *readback);
void readback_close(const struct firmware *firmware, struct readback *readback);

/*
 * EFI_SUCCESS if the device has the file, and in it these bytes and no others, or
 * cannot be asked; EFI_CRC_ERROR if it has anything else; EFI_DEVICE_ERROR if it does
 * not answer.  It does not see what the device itself keeps in a cache.
 */
EFI_STATUS readback_compare(const struct firmware *firmware,
                            const struct readback *readback, const char *path,
                            const void *bytes, UINTN length);
