#pragma once
/* Files of a TFTP server (RFC 1350), by the firmware. */
#include "efi/network/address.h"

struct tftp {
	const struct firmware *firmware;
	EFI_HANDLE interface;
	const struct station *station;
	const struct url *url; /* of the server, given by its address */
};

/*
 * Sends a file.  After child_deadline() it has ended, whatever happens: EFI_TIMEOUT.
 * The path is sent without its slash in front; a server makes no folders.
 * NETWORK_TFTP_ERROR: the server refuses.
 */
EFI_STATUS tftp_write(const struct tftp *tftp, const char *path, const void *from,
                      UINTN bytes);

/*
 * Fetches a file in so many milliseconds.  *bytes is how much fits, then how long it
 * is; EFI_BUFFER_TOO_SMALL if it does not fit.
 */
EFI_STATUS tftp_read(const struct tftp *tftp, const char *path, void *to, UINTN *bytes,
                     uint32_t milliseconds);
