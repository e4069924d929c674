#include "lib/boot/device_path.h"

#include <string.h>

/* Of a hard drive: number, start, size, signature; then the kinds of table and it. */
#define NUMBER 4u
#define NUMBER_BYTES 4u
#define SIGNATURE 24u
#define SIGNATURE_BYTES 16u
#define SIGNATURE_KIND 41u
#define HARD_DRIVE_BYTES 42u

/* Of an IPv4 node: the own address; ports, protocol and gateway; the mask. */
#define IPV4_OWN 4u
#define IPV4_MASK 23u
#define IPV4_BYTES 27u

#define GUID_BYTES 16u

/* 1428f772-b64a-441e-b8c3-9ebdd7f893c7: EDK II's files of QEMU's options. */
static const uint8_t qemu_kernel[GUID_BYTES] = { 0x72, 0xf7, 0x28, 0x14, 0x4a, 0xb6,
	                                         0x1e, 0x44, 0xb8, 0xc3, 0x9e, 0xbd,
	                                         0xd7, 0xf8, 0x93, 0xc7 };

static size_t get16(const uint8_t *bytes)
{
	return (size_t)(bytes[0] | bytes[1] << 8);
}

size_t device_path_node(struct device_path path)
{
	if (path.length < DEVICE_PATH_HEADER || path.bytes[0] == DEVICE_PATH_END)
		return 0;

	const size_t length = get16(path.bytes + 2);

	return length < DEVICE_PATH_HEADER || length > path.length ? 0 : length;
}

struct device_path device_path_rest(struct device_path path)
{
	const size_t length = device_path_node(path);

	if (length == 0)
		return path;
	return (struct device_path){ path.bytes + length, path.length - length };
}

struct device_path device_path_at(const void *bytes, size_t most)
{
	const uint8_t *const first = bytes;
	struct device_path path = { first, most };

	if (first == NULL)
		return (struct device_path){ first, 0 };
	while (device_path_node(path) != 0)
		path = device_path_rest(path);
	if (path.length < DEVICE_PATH_HEADER || path.bytes[0] != DEVICE_PATH_END)
		return (struct device_path){ first, 0 };
	return (struct device_path){
		first,
		(size_t)(path.bytes - first) + DEVICE_PATH_HEADER,
	};
}

bool device_path_is(struct device_path path, enum device_path_type type,
                    unsigned subtype)
{
	return device_path_node(path) != 0 && path.bytes[0] == type &&
	       path.bytes[1] == subtype;
}

struct device_path device_path_find(struct device_path path, enum device_path_type type,
                                    unsigned subtype)
{
	while (device_path_node(path) != 0 && !device_path_is(path, type, subtype))
		path = device_path_rest(path);
	return path;
}

static bool is_partition(struct device_path path)
{
	return device_path_is(path, DEVICE_PATH_MEDIA, DEVICE_PATH_HARD_DRIVE) &&
	       device_path_node(path) >= HARD_DRIVE_BYTES;
}

struct device_path device_path_partition(struct device_path path)
{
	while (device_path_node(path) != 0 && !is_partition(path))
		path = device_path_rest(path);
	return path;
}

bool device_path_same_partition(struct device_path a, struct device_path b)
{
	return is_partition(a) && is_partition(b) &&
	       memcmp(a.bytes + NUMBER, b.bytes + NUMBER, NUMBER_BYTES) == 0 &&
	       memcmp(a.bytes + SIGNATURE, b.bytes + SIGNATURE, SIGNATURE_BYTES) == 0 &&
	       a.bytes[SIGNATURE_KIND] == b.bytes[SIGNATURE_KIND];
}

struct name {
	char *text;
	size_t capacity; /* with the NUL */
	size_t length;
	bool good;
};

static void put(struct name *name, char c)
{
	if (c == '\\' && name->length != 0 && name->text[name->length - 1] == '\\')
		return;
	if (name->length + 1 >= name->capacity)
		name->good = false;
	else
		name->text[name->length++] = c;
}

/* The characters of one node, up to its NUL or its end, behind a backslash. */
static void put_node(struct name *name, struct device_path path)
{
	const size_t length = device_path_node(path);

	put(name, '\\');
	for (size_t at = DEVICE_PATH_HEADER; at + 2 <= length; at += 2) {
		const size_t c = get16(path.bytes + at);

		if (c == 0)
			return;
		if (c < ' ' || c > '~')
			name->good = false;
		else
			put(name, c == '/' ? '\\' : (char)c);
	}
}

bool device_path_file(struct device_path path, char *file, size_t capacity)
{
	struct name name = { .text = file, .capacity = capacity, .good = true };

	path = device_path_find(path, DEVICE_PATH_MEDIA, DEVICE_PATH_FILE);
	while (device_path_is(path, DEVICE_PATH_MEDIA, DEVICE_PATH_FILE)) {
		put_node(&name, path);
		path = device_path_rest(path);
	}
	/* The root alone is no file. */
	if (name.length < 2)
		name.good = false;
	file[name.good ? name.length : 0] = '\0';
	return name.good;
}

static bool has(struct device_path path, enum device_path_type type, unsigned subtype)
{
	return device_path_is(device_path_find(path, type, subtype), type, subtype);
}

static bool is_qemu_kernel(struct device_path path)
{
	const struct device_path node =
		device_path_find(path, DEVICE_PATH_MEDIA, DEVICE_PATH_VENDOR_MEDIA);

	return device_path_node(node) >= DEVICE_PATH_HEADER + GUID_BYTES &&
	       memcmp(node.bytes + DEVICE_PATH_HEADER, qemu_kernel, GUID_BYTES) == 0;
}

bool device_path_uri(struct device_path path, char *uri, size_t capacity)
{
	size_t length = 0;
	bool good = true;

	do {
		path = device_path_find(path, DEVICE_PATH_MESSAGING, DEVICE_PATH_URI);
		length = device_path_node(path);
		if (length == DEVICE_PATH_HEADER)
			path = device_path_rest(path);
	} while (length == DEVICE_PATH_HEADER);
	length = length == 0 ? 0 : length - DEVICE_PATH_HEADER;
	/* EDK II puts a NUL behind it, which is no part of it (UEFI 2.10 10.3.4.23). */
	if (length != 0 && path.bytes[DEVICE_PATH_HEADER + length - 1] == '\0')
		length--;
	good = length != 0 && length < capacity;
	for (size_t i = 0; i < length && good; i++) {
		uri[i] = (char)path.bytes[DEVICE_PATH_HEADER + i];
		good = uri[i] > ' ' && uri[i] <= '~';
	}
	uri[good ? length : 0] = '\0';
	return good;
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

bool device_path_ipv4(struct device_path path, uint8_t *address, uint8_t *mask)
{
	path = device_path_find(path, DEVICE_PATH_MESSAGING, DEVICE_PATH_IPV4);
	if (device_path_node(path) < IPV4_BYTES ||
	    is_zero(path.bytes + IPV4_OWN, DEVICE_PATH_ADDRESS) ||
	    is_zero(path.bytes + IPV4_MASK, DEVICE_PATH_ADDRESS))
		return false;
	memcpy(address, path.bytes + IPV4_OWN, DEVICE_PATH_ADDRESS);
	memcpy(mask, path.bytes + IPV4_MASK, DEVICE_PATH_ADDRESS);
	return true;
}

/*
 * Behind a network card there are files of whoever booted over it (iPXE), which are
 * gone with it; but a disk by iSCSI or NVMe over Fabrics is one that stays.
 */
bool device_path_is_network(struct device_path path)
{
	return (has(path, DEVICE_PATH_MESSAGING, DEVICE_PATH_MAC) ||
	        has(path, DEVICE_PATH_MESSAGING, DEVICE_PATH_URI)) &&
	       !has(path, DEVICE_PATH_MESSAGING, DEVICE_PATH_ISCSI) &&
	       !has(path, DEVICE_PATH_MESSAGING, DEVICE_PATH_NVME_OF);
}

static bool same_node(struct device_path a, struct device_path b)
{
	const size_t bytes = device_path_node(a);

	return bytes != 0 && bytes == device_path_node(b) &&
	       memcmp(a.bytes, b.bytes, bytes) == 0;
}

/* An option may have the card without the URI that the server gave, or the URI alone.
 */
bool device_path_same_network(struct device_path a, struct device_path b)
{
	if (!device_path_is_network(a) || !device_path_is_network(b))
		return false;
	return same_node(device_path_find(a, DEVICE_PATH_MESSAGING, DEVICE_PATH_MAC),
	                 device_path_find(b, DEVICE_PATH_MESSAGING, DEVICE_PATH_MAC)) ||
	       (has(a, DEVICE_PATH_MESSAGING, DEVICE_PATH_URI) &&
	        has(b, DEVICE_PATH_MESSAGING, DEVICE_PATH_URI));
}

const char *device_path_lost_at_reset(struct device_path path)
{
	if (has(path, DEVICE_PATH_MEDIA, DEVICE_PATH_RAM_DISK))
		return "a RAM disk";
	if (is_qemu_kernel(path))
		return "the files of QEMU's -kernel";
	if (device_path_is_network(path))
		return "files that came over a network";
	return NULL;
}
