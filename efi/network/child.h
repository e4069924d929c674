#pragma once
/* An instance of a protocol on a network interface, and waiting for its tokens. */
#include "efi/firmware/firmware.h"
#include "efi/network/protocols.h"

struct child {
	const struct firmware *firmware;
	struct service_binding *binding;
	EFI_HANDLE handle;
	void *protocol;
	EFI_EVENT done; /* for the token that is under way */
};

/* An instance for the interface of this handle.  On an error nothing is open. */
EFI_STATUS child_open(const struct firmware *firmware, EFI_HANDLE interface,
                      EFI_GUID *binding, EFI_GUID *protocol, struct child *child);
void child_close(struct child *child);

/*
 * Polls until child->done is signalled.  EFI_TIMEOUT after so many milliseconds: no
 * deadline of the drivers is relied on.
 */
EFI_STATUS child_wait(const struct child *child, EFI_STATUS(EFIAPI *poll)(void *this),
                      uint32_t milliseconds);

/* What a file of so many bytes may take, in milliseconds: 15 s, and 1 s for each 64 KB.
 */
uint32_t child_deadline(UINTN bytes);
