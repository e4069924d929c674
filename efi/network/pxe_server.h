#pragma once
/* The TFTP server that the firmware's PXE has taken the program from. */
#include "efi/firmware/firmware.h"

/*
 * Reads the file of that name in the folder of the program.  *bytes is how much fits,
 * then how much was read; EFI_BUFFER_TOO_SMALL if there is more.  EFI_NOT_FOUND if the
 * program did not come by PXE over IPv4, or the server has no such file.
 */
EFI_STATUS pxe_server_read(const struct firmware *firmware, const char *name, void *to,
                           UINTN *bytes);
