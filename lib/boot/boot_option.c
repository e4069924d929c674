#include "lib/boot/boot_option.h"

#include <string.h>

/* Attributes, 32 bits; length of the paths, 16 bits; then a text that ends with a NUL.
 */
#define PATHS_LENGTH 4u
#define DESCRIPTION 6u

#define LOAD_OPTION_ACTIVE 1u

static const char own_description[] = "tlbmark";

/* ba009808-e21b-4401-96cc-552fe33ba3c2, in the order of a GUID's bytes. */
static const uint8_t own_mark[16] = { 0x08, 0x98, 0x00, 0xba, 0x1b, 0xe2, 0x01, 0x44,
	                              0x96, 0xcc, 0x55, 0x2f, 0xe3, 0x3b, 0xa3, 0xc2 };

static size_t length_of(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	return length;
}

static size_t get16(const uint8_t *bytes)
{
	return (size_t)(bytes[0] | bytes[1] << 8);
}

static void put16(uint8_t *bytes, size_t value)
{
	bytes[0] = (uint8_t)value;
	bytes[1] = (uint8_t)(value >> 8);
}

bool boot_option_read(const uint8_t *bytes, size_t length, struct boot_option *option)
{
	size_t at = DESCRIPTION;

	*option = (struct boot_option){ 0 };
	while (at + 2 <= length && get16(bytes + at) != 0)
		at += 2;
	at += 2;
	if (at > length || get16(bytes + PATHS_LENGTH) > length - at)
		return false;

	const size_t paths = get16(bytes + PATHS_LENGTH);

	*option = (struct boot_option){
		.attributes = (uint32_t)get16(bytes) | (uint32_t)get16(bytes + 2) << 16,
		.description = bytes + DESCRIPTION,
		.path = { bytes + at, paths },
		.data = bytes + at + paths,
		.data_length = length - at - paths,
	};
	return true;
}

void boot_option_describe(const struct boot_option *option, char *text, size_t capacity)
{
	size_t i = 0;

	for (; i + 1 < capacity && get16(option->description + 2 * i) != 0; i++) {
		const size_t c = get16(option->description + 2 * i);

		text[i] = '?';
		if (c >= ' ' && c <= '~')
			text[i] = (char)c;
	}
	text[i] = '\0';
}

static struct device_path usb_of(struct device_path path)
{
	return device_path_find(path, DEVICE_PATH_MESSAGING, DEVICE_PATH_USB);
}

/* The device by what it is, not by where it is plugged in. */
static bool is_usb_short(struct device_path path)
{
	return device_path_is(path, DEVICE_PATH_MESSAGING, DEVICE_PATH_USB_CLASS) ||
	       device_path_is(path, DEVICE_PATH_MESSAGING, DEVICE_PATH_USB_WWID);
}

static bool is_partition(struct device_path path)
{
	return device_path_same_partition(path, path);
}

static bool at_end(struct device_path path)
{
	return device_path_node(path) == 0 ||
	       device_path_is(path, DEVICE_PATH_MEDIA, DEVICE_PATH_FILE);
}

bool boot_option_leads_to(const struct boot_option *option, struct device_path own)
{
	struct device_path path = option->path;
	struct device_path here = own;

	if (at_end(path))
		return false;
	if (is_partition(path))
		return device_path_same_partition(path, device_path_partition(here));
	if (is_usb_short(path)) {
		path = device_path_rest(path);
		return device_path_node(usb_of(here)) != 0 &&
		       (at_end(path) ||
		        device_path_same_partition(path, device_path_partition(here)));
	}
	for (; !at_end(path);
	     path = device_path_rest(path), here = device_path_rest(here)) {
		const size_t bytes = device_path_node(path);

		if (is_partition(path))
			return device_path_same_partition(path, here);
		if (bytes != device_path_node(here) ||
		    memcmp(path.bytes, here.bytes, bytes) != 0)
			return false;
	}
	return true;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* FAT minds no case.  Of length characters, or of all. */
static bool same_name(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (upper(a[i]) != upper(b[i]))
			return false;
		if (a[i] == '\0')
			break;
	}
	return true;
}

bool boot_option_is_default(const char *file)
{
	return same_name(file, "\\EFI\\BOOT\\BOOTX64.EFI", SIZE_MAX);
}

/* Characters of the folder that a file is in, with the backslash behind it. */
static size_t folder_of(const char *file)
{
	size_t length = length_of(file);

	while (length != 0 && file[length - 1] != '\\')
		length--;
	return length;
}

/* shim starts the file of this name in its own folder. */
static bool is_second_stage(const char *shim, const char *file)
{
	const size_t folder = folder_of(file);

	return same_name(file + folder, "grubx64.efi", SIZE_MAX) &&
	       folder_of(shim) == folder && same_name(shim, file, folder);
}

bool boot_option_starts(const struct boot_option *option, const char *file)
{
	const struct device_path last =
		device_path_find(option->path, DEVICE_PATH_MEDIA, DEVICE_PATH_FILE);
	char started[DEVICE_PATH_FILE_CHARS] = "\\EFI\\BOOT\\BOOTX64.EFI";

	if (device_path_node(last) != 0 &&
	    !device_path_file(option->path, started, sizeof started))
		return false;
	return same_name(started, file, SIZE_MAX) || is_second_stage(started, file);
}

bool boot_option_is_class(const struct boot_option *option)
{
	const struct device_path path = option->path;

	if (path.length == 0)
		return true;
	if (device_path_node(path) == 0)
		return path.bytes[0] == DEVICE_PATH_END;
	return device_path_is(path, DEVICE_PATH_MESSAGING,
	                      DEVICE_PATH_VENDOR_MESSAGE) ||
	       path.bytes[0] == DEVICE_PATH_BBS;
}

struct writer {
	uint8_t *to;
	size_t capacity;
	size_t length; /* also of what did not fit */
};

static void put_bytes(struct writer *writer, const void *bytes, size_t length)
{
	const size_t at = writer->length;

	writer->length += length;
	if (writer->length <= writer->capacity)
		memcpy(writer->to + at, bytes, length);
}

static void put_number(struct writer *writer, size_t value)
{
	uint8_t bytes[2];

	put16(bytes, value);
	put_bytes(writer, bytes, sizeof bytes);
}

/* With its NUL. */
static void put_wide(struct writer *writer, const char *text)
{
	for (size_t i = 0; i == 0 || text[i - 1] != '\0'; i++)
		put_number(writer, (uint8_t)text[i]);
}

size_t boot_option_write(uint8_t *to, size_t capacity, struct device_path device,
                         const char *file, const char *options)
{
	static const uint8_t end[DEVICE_PATH_HEADER] = { DEVICE_PATH_END, 0xff, 4, 0 };
	static const uint8_t file_node[2] = { DEVICE_PATH_MEDIA, DEVICE_PATH_FILE };
	const size_t node = DEVICE_PATH_HEADER + 2 * (length_of(file) + 1);
	struct writer writer = { .to = to, .capacity = capacity };

	if (device.length < sizeof end)
		return 0;

	const size_t way = device.length - sizeof end;

	put_number(&writer, LOAD_OPTION_ACTIVE);
	put_number(&writer, 0);
	put_number(&writer, way + node + sizeof end);
	put_wide(&writer, own_description);
	put_bytes(&writer, device.bytes, way);
	put_bytes(&writer, file_node, sizeof file_node);
	put_number(&writer, node);
	put_wide(&writer, file);
	put_bytes(&writer, end, sizeof end);
	put_bytes(&writer, own_mark, sizeof own_mark);
	put_bytes(&writer, options, length_of(options));
	return writer.length <= capacity ? writer.length : 0;
}

bool boot_option_own_data(const uint8_t *data, size_t length, const char **options,
                          size_t *options_length)
{
	if (length < sizeof own_mark || memcmp(data, own_mark, sizeof own_mark) != 0)
		return false;
	*options = (const char *)(data + sizeof own_mark);
	*options_length = length - sizeof own_mark;
	return true;
}

bool boot_option_is_own(const struct boot_option *option)
{
	const char *options = NULL;
	size_t length = 0;

	return boot_option_own_data(option->data, option->data_length, &options,
	                            &length);
}

bool boot_order_has(const uint8_t *order, size_t length, uint16_t number)
{
	for (size_t at = 0; at + 2 <= length; at += 2)
		if (get16(order + at) == number)
			return true;
	return false;
}

size_t boot_order_remove(uint8_t *order, size_t length, uint16_t number)
{
	size_t left = 0;

	for (size_t at = 0; at + 2 <= length; at += 2) {
		if (get16(order + at) == number)
			continue;
		put16(order + left, get16(order + at));
		left += 2;
	}
	return left;
}
