#include "lib/boot_option.h"

#include <string.h>

/* Attributes, 32 bits; length of the paths, 16 bits; then a text that ends with a NUL.
 */
#define PATHS_LENGTH 4u
#define DESCRIPTION 6u

#define NODE_HEADER 4u

enum node_type { MESSAGING = 3, MEDIA = 4, BBS = 5, END = 0x7f };
enum messaging_type { USB = 5, VENDOR = 10, USB_CLASS = 15, USB_WWID = 16 };
enum media_type { HARD_DRIVE = 1, FILE_PATH = 4 };

/* Of a hard drive: number, start, size, signature; then the kinds of table and it. */
#define NUMBER 4u
#define NUMBER_BYTES 4u
#define SIGNATURE 24u
#define SIGNATURE_BYTES 16u
#define SIGNATURE_KIND 41u
#define HARD_DRIVE_BYTES 42u

/* A device path from some node on; length 0: there is none. */
struct path {
	const uint8_t *bytes;
	size_t length;
};

static size_t get16(const uint8_t *bytes)
{
	return (size_t)(bytes[0] | bytes[1] << 8);
}

/* Bytes of the first node; 0 at the end, or where there is none that is whole. */
static size_t node_length(struct path path)
{
	if (path.length < NODE_HEADER || path.bytes[0] == END)
		return 0;

	const size_t length = get16(path.bytes + 2);

	return length < NODE_HEADER || length > path.length ? 0 : length;
}

static struct path rest_of(struct path path)
{
	const size_t length = node_length(path);

	return (struct path){ path.bytes + length, path.length - length };
}

static bool is_node(struct path path, unsigned type, unsigned subtype)
{
	return node_length(path) != 0 && path.bytes[0] == type &&
	       path.bytes[1] == subtype;
}

static bool is_partition(struct path path)
{
	return is_node(path, MEDIA, HARD_DRIVE) &&
	       node_length(path) >= HARD_DRIVE_BYTES;
}

/* From the first node of a kind on. */
static struct path find(struct path path, unsigned type, unsigned subtype)
{
	while (node_length(path) != 0 && !is_node(path, type, subtype))
		path = rest_of(path);
	return path;
}

static struct path path_of_option(const uint8_t *option, size_t length)
{
	size_t at = DESCRIPTION;
	size_t paths = 0;

	if (length < DESCRIPTION)
		return (struct path){ option, 0 };
	paths = get16(option + PATHS_LENGTH);
	while (at + 2 <= length && get16(option + at) != 0)
		at += 2;
	at += 2;
	if (at > length || paths > length - at)
		return (struct path){ option, 0 };
	return (struct path){ option + at, paths };
}

static bool same_partition(struct path a, struct path b)
{
	return is_partition(a) && is_partition(b) &&
	       memcmp(a.bytes + NUMBER, b.bytes + NUMBER, NUMBER_BYTES) == 0 &&
	       memcmp(a.bytes + SIGNATURE, b.bytes + SIGNATURE, SIGNATURE_BYTES) == 0 &&
	       a.bytes[SIGNATURE_KIND] == b.bytes[SIGNATURE_KIND];
}

/* The device by what it is, not by where it is plugged in. */
static bool is_usb_short(struct path path)
{
	return is_node(path, MESSAGING, USB_CLASS) ||
	       is_node(path, MESSAGING, USB_WWID);
}

static bool at_end(struct path path)
{
	return node_length(path) == 0 || is_node(path, MEDIA, FILE_PATH);
}

bool boot_option_leads_to(const uint8_t *option, size_t length, const uint8_t *own,
                          size_t own_length)
{
	struct path path = path_of_option(option, length);
	struct path here = { own, own_length };

	if (at_end(path))
		return false;
	if (is_partition(path))
		return same_partition(path, find(here, MEDIA, HARD_DRIVE));
	if (is_usb_short(path)) {
		path = rest_of(path);
		return is_node(find(here, MESSAGING, USB), MESSAGING, USB) &&
		       (at_end(path) ||
		        same_partition(path, find(here, MEDIA, HARD_DRIVE)));
	}
	for (; !at_end(path); path = rest_of(path), here = rest_of(here)) {
		const size_t bytes = node_length(path);

		if (is_partition(path))
			return same_partition(path, here);
		if (bytes != node_length(here) ||
		    memcmp(path.bytes, here.bytes, bytes) != 0)
			return false;
	}
	return true;
}

bool boot_option_is_class(const uint8_t *option, size_t length)
{
	const struct path path = path_of_option(option, length);

	return is_node(path, MESSAGING, VENDOR) ||
	       (node_length(path) != 0 && path.bytes[0] == BBS);
}

static size_t upper(size_t character)
{
	return character >= 'a' && character <= 'z' ? character - 'a' + 'A' : character;
}

bool boot_option_is_default(const uint8_t *path, size_t length)
{
	static const char name[] = "\\EFI\\BOOT\\BOOTX64.EFI";
	const struct path file = find((struct path){ path, length }, MEDIA, FILE_PATH);

	/* With its NUL. */
	if (node_length(file) != NODE_HEADER + 2 * sizeof name)
		return false;
	for (size_t i = 0; i < sizeof name; i++)
		if (upper(get16(file.bytes + NODE_HEADER + 2 * i)) != (size_t)name[i])
			return false;
	return true;
}
