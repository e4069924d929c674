#include "lib/boot/load_options.h"

#include "lib/boot/boot_option.h"

/* Active, hidden, category: what a boot option may have set (UEFI 2.10 3.1.3). */
#define ATTRIBUTES 0x1f09u

/* NUL is the end; 0 for what no command line has. */
static char printable(unsigned c)
{
	if (c == '\t' || c == '\r' || c == '\n')
		return ' ';
	return c >= ' ' && c <= '~' ? (char)c : '\0';
}

static unsigned character(const uint8_t *bytes, size_t at, size_t width)
{
	return width == 2 ? (unsigned)(bytes[at] | bytes[at + 1] << 8) : bytes[at];
}

static bool is_empty(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/*
 * Up to a NUL, or the end.  There must be some, of nothing but text.  Behind the NUL of
 * 8-bit text there is nothing, else it is another text's first character.
 */
static enum load_options read_text(const uint8_t *bytes, size_t length, size_t width,
                                   char *text, size_t capacity)
{
	size_t count = 0;

	for (size_t at = 0; at + width <= length; at += width) {
		const unsigned c = character(bytes, at, width);

		if (c == 0) {
			if (width == 1 && !is_empty(bytes + at, length - at))
				return LOAD_OPTIONS_OTHER;
			break;
		}
		if (printable(c) == '\0')
			return LOAD_OPTIONS_OTHER;
		if (count + 1 < capacity)
			text[count] = printable(c);
		count++;
	}
	if (count == 0)
		return LOAD_OPTIONS_OTHER;
	if (count >= capacity)
		return LOAD_OPTIONS_LONG;
	text[count] = '\0';
	return LOAD_OPTIONS_TEXT;
}

static enum load_options read_data(const uint8_t *bytes, size_t length, char *text,
                                   size_t capacity)
{
	enum load_options kind = LOAD_OPTIONS_NONE;

	if (is_empty(bytes, length))
		return LOAD_OPTIONS_NONE;
	kind = read_text(bytes, length, 2, text, capacity);
	if (kind == LOAD_OPTIONS_OTHER)
		kind = read_text(bytes, length, 1, text, capacity);
	return kind;
}

/* Its paths end where it says that they do, which no text happens to. */
static bool is_boot_option(const uint8_t *bytes, size_t length,
                           struct boot_option *option)
{
	return boot_option_read(bytes, length, option) &&
	       (option->attributes & ~ATTRIBUTES) == 0 && option->path.length != 0 &&
	       device_path_at(option->path.bytes, option->path.length).length ==
	               option->path.length;
}

enum load_options load_options_read(const uint8_t *bytes, size_t length, char *text,
                                    size_t capacity)
{
	enum load_options kind = LOAD_OPTIONS_NONE;
	struct boot_option option;
	const char *own = NULL;

	if (bytes == NULL)
		length = 0;
	if (is_boot_option(bytes, length, &option)) {
		bytes = option.data;
		length = option.data_length;
	}
	if (length != 0 && boot_option_own_data(bytes, length, &own, &length))
		bytes = (const uint8_t *)own;
	kind = read_data(bytes, length, text, capacity);
	if (kind != LOAD_OPTIONS_TEXT)
		text[0] = '\0';
	return kind;
}
