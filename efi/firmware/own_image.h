#pragma once
/* What the firmware knows of the program itself: its device, its file, who loaded it.
 */
#include "efi/firmware/firmware.h"
#include "lib/boot/device_path.h"

struct own_image {
	EFI_HANDLE handle;                 /* of the device; NULL: none */
	struct device_path device;         /* with its end node; length 0: none */
	char file[DEVICE_PATH_FILE_CHARS]; /* from the root on; empty: nobody says */
	bool by_firmware;                  /* no other program has loaded it */
};

void own_image_read(const struct firmware *firmware, struct own_image *own);

/* The path of a device, with its end node; length 0: it has none. */
struct device_path own_image_path_of(const struct firmware *firmware,
                                     EFI_HANDLE device);
