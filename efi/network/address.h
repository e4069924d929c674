#pragma once
/* The IPv4 address that an interface has, or gets by DHCP. */
#include "efi/firmware/firmware.h"
#include "lib/base/url.h"

/* The own address; not is_set: whatever the firmware has, or DHCP gives. */
struct station {
	bool is_set;
	uint8_t address[URL_ADDRESS];
	uint8_t mask[URL_ADDRESS];
};

/* What was changed of an interface, which has to be undone. */
struct lease {
	EFI_HANDLE interface;
	bool was_static; /* the policy before */
};

/*
 * Sees to it that the interface has an address of its own, for up to 30 s: a
 * switch that looks for loops (STP) forwards nothing that long.
 * EFI_NO_MAPPING if none comes, and from then on in this start at once.
 */
EFI_STATUS address_acquire(const struct firmware *firmware, EFI_HANDLE interface,
                           struct lease *lease);

/*
 * The policy is as it was: EDK II keeps it in a variable, and would ask for an address
 * at each start.
 */
void address_restore(const struct firmware *firmware, const struct lease *lease);
