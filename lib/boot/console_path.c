#include "lib/boot/console_path.h"

#include "lib/base/little.h"

#include <stdbool.h>

#define NODE_BYTES 4u

#define ACPI 2u
#define ACPI_ID 1u
#define ACPI_EXPANDED 2u
#define MESSAGING 3u
#define UART 14u

#define PNP0500 0x050041d0u
#define PNP0501 0x050141d0u

#define NO_PORT 0u

/* Both kinds of ACPI nodes begin with _HID and _UID. */
static uint16_t port_of(const uint8_t *node, uint32_t length)
{
	static const uint16_t usual[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };

	if (node[0] != ACPI || (node[1] != ACPI_ID && node[1] != ACPI_EXPANDED) ||
	    length < NODE_BYTES + 8)
		return NO_PORT;

	const uint32_t hid = (uint32_t)little(node + 4, 4);
	const uint32_t uid = (uint32_t)little(node + 8, 4);

	if ((hid != PNP0500 && hid != PNP0501) || uid >= sizeof usual / sizeof usual[0])
		return NO_PORT;
	return usual[uid];
}

static unsigned add(uint16_t port, uint16_t *ports, unsigned count, unsigned room)
{
	for (unsigned i = 0; i < count; i++)
		if (ports[i] == port)
			return count;
	if (port == NO_PORT || count == room)
		return count;
	ports[count] = port;
	return count + 1;
}

unsigned console_path_ports(const uint8_t *paths, size_t length, uint16_t *ports,
                            unsigned room)
{
	uint16_t port = NO_PORT;
	unsigned count = 0;

	for (size_t at = 0; at + NODE_BYTES <= length;) {
		const uint8_t *const node = paths + at;
		const uint32_t bytes = (uint32_t)little(node + 2, 2);
		const bool is_uart = node[0] == MESSAGING && node[1] == UART;

		if (bytes < NODE_BYTES || bytes > length - at)
			break;
		if (is_uart)
			count = add(port, ports, count, room);
		port = port_of(node, bytes);
		at += bytes;
	}
	return count;
}
