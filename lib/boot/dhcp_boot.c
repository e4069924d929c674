#include "lib/boot/dhcp_boot.h"

#include "lib/base/text.h"

#include <string.h>

/* RFC 2131 figure 1. */
#define SIADDR 20u
#define FILE_FIELD 108u
#define FILE_FIELD_BYTES 128u
#define COOKIE 236u
#define OPTIONS 240u

/* RFC 2132. */
#define OPTION_PAD 0u
#define OPTION_OVERLOAD 52u
#define OVERLOAD_FILE 1u
#define OPTION_SERVER 54u
#define OPTION_FILE 67u
#define OPTION_END 255u

#define ADDRESS_BYTES 4u

static const uint8_t cookie[] = { 99, 130, 83, 99 };

struct option {
	const uint8_t *bytes; /* NULL: there is none */
	size_t length;
};

/* Of the options field alone: what stands in those of overloaded fields is not read. */
static struct option find(const uint8_t *packet, size_t length, unsigned code)
{
	size_t at = OPTIONS;

	while (at < length && packet[at] != OPTION_END) {
		if (packet[at] == OPTION_PAD) {
			at++;
			continue;
		}
		if (at + 2 > length || at + 2 + packet[at + 1] > length)
			break;
		if (packet[at] == code)
			return (struct option){ packet + at + 2, packet[at + 1] };
		at += 2u + packet[at + 1];
	}
	return (struct option){ 0 };
}

static bool read_server(const uint8_t *packet, size_t length, uint8_t server[4])
{
	static const uint8_t none[ADDRESS_BYTES] = { 0 };
	const struct option sender = find(packet, length, OPTION_SERVER);

	memcpy(server, packet + SIADDR, ADDRESS_BYTES);
	if (memcmp(server, none, ADDRESS_BYTES) == 0 && sender.length == ADDRESS_BYTES)
		memcpy(server, sender.bytes, ADDRESS_BYTES);
	return memcmp(server, none, ADDRESS_BYTES) != 0;
}

/* With or without a NUL behind it. */
static bool copy_name(struct option name, char *file)
{
	size_t length = 0;

	for (; length < name.length && name.bytes[length] != '\0'; length++) {
		if (name.bytes[length] <= ' ' || name.bytes[length] > '~')
			return false;
		file[length] = (char)name.bytes[length];
	}
	file[length] = '\0';
	return length != 0;
}

static bool read_file(const uint8_t *packet, size_t length, char *file)
{
	const struct option named = find(packet, length, OPTION_FILE);
	const struct option overload = find(packet, length, OPTION_OVERLOAD);

	if (named.length != 0)
		return copy_name(named, file);
	if (overload.length == 1 && (overload.bytes[0] & OVERLOAD_FILE) != 0)
		return false;
	return copy_name((struct option){ packet + FILE_FIELD, FILE_FIELD_BYTES },
	                 file);
}

bool dhcp_boot_read(const uint8_t *packet, size_t length, struct dhcp_boot *boot)
{
	*boot = (struct dhcp_boot){ 0 };
	return length >= OPTIONS &&
	       memcmp(packet + COOKIE, cookie, sizeof cookie) == 0 &&
	       read_server(packet, length, boot->server) &&
	       read_file(packet, length, boot->file);
}

bool dhcp_boot_beside(const struct dhcp_boot *boot, const char *name, char *path,
                      size_t capacity)
{
	const size_t bytes = text_length(name) + 1;
	size_t folder = text_length(boot->file);

	while (folder != 0 && boot->file[folder - 1] != '/' &&
	       boot->file[folder - 1] != '\\')
		folder--;
	if (folder + bytes > capacity)
		return false;
	memcpy(path, boot->file, folder);
	memcpy(path + folder, name, bytes);
	return true;
}
