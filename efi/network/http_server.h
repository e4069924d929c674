#pragma once
/* The HTTP server that the firmware, or iPXE, has taken the program from. */
#include "efi/firmware/firmware.h"
#include "lib/base/url.h"

/* The folder of the program; false if nobody says where it came from. */
bool http_server_url(const struct firmware *firmware, struct url *url);

/*
 * Reads the file of that name in the folder of the program.  *bytes is how much fits,
 * then how much was read; EFI_BUFFER_TOO_SMALL if there is more.  EFI_NOT_FOUND if the
 * program did not come by HTTP boot, or the server has no such file.  DHCP is asked
 * only where the firmware does not say which address it has booted with.
 */
EFI_STATUS http_server_read(const struct firmware *firmware, const char *name, void *to,
                            UINTN *bytes);
