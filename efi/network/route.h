#pragma once
/* Which network interface leads to a server. */
#include "efi/network/address.h"

struct route {
	const struct firmware *firmware;
	struct station station;
	EFI_HANDLE interface; /* NULL: none leads there */
	struct lease lease;
};

/*
 * Starts the firmware's network stack where it is not started yet, and takes the first
 * interface over which the server's port answers, or, where only its name is known,
 * which has an address.  Returns NULL, or why there is none, for people.  Each
 * interface takes 15 s at most.
 */
const char *route_open(const struct firmware *firmware, const struct station *station,
                       const struct url *url, struct route *route);
void route_close(struct route *route);
