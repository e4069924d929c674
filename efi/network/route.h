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
 * Takes the first interface (efi/network/interfaces.h) over which the server's port
 * answers, or, where only its name is known, which has an address.  Returns NULL, or
 * why there is none, for people: of the interface that came furthest.  Each one takes
 * 38 s at most: 30 s for an address by DHCP, once in a start, and 8 s for the server.
 */
const char *route_open(const struct firmware *firmware, const struct station *station,
                       const struct url *url, struct route *route);
void route_close(struct route *route);
