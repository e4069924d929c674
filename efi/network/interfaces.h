#pragma once
/* The network interfaces that the firmware's HTTP, or TFTP, has. */
#include "efi/firmware/firmware.h"
#include "lib/base/url.h"

/* More of one machine are not tried. */
#define INTERFACES 32u

struct interfaces {
	EFI_HANDLE order[INTERFACES]; /* the likeliest first */
	unsigned count;
};

/*
 * Those of the scheme that are worth a try (lib/boot/network_card.h).  Starts the
 * firmware's network stack where it is not started yet: of cards on PCI alone, not of
 * those on USB. worked is the interface over which this start has reached a server
 * already; NULL: none.  Returns NULL, or why there is none, for people.
 */
const char *interfaces_find(const struct firmware *firmware, enum url_scheme scheme,
                            EFI_HANDLE worked, struct interfaces *interfaces);
