#pragma once
/*
 * Where a DHCP answer tells a PXE client to take its boot file from (RFC 2131 2
 * "Protocol Summary", RFC 2132).  The packet comes from the network and is never
 * trusted.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest boot file's name, with its NUL: that of an option (RFC 2132 9.5). */
#define DHCP_BOOT_FILE 256u

struct dhcp_boot {
	uint8_t server[4]; /* an IPv4 address, first byte first */
	char file[DHCP_BOOT_FILE];
};

/*
 * Reads server and boot file.  The server is siaddr, or, if that is 0, the one that
 * sent the packet (option 54).  False if the packet is damaged, or has one of them not.
 */
bool dhcp_boot_read(const uint8_t *packet, size_t length, struct dhcp_boot *boot);

/*
 * The path of another file in the folder of the boot file, in capacity characters.
 * False if it does not fit.
 */
bool dhcp_boot_beside(const struct dhcp_boot *boot, const char *name, char *path,
                      size_t capacity);
