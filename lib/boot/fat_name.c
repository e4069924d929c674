#include "lib/boot/fat_name.h"

#include <string.h>

#define SHORT_CHARS 11u
#define BASE_CHARS 8u /* of them in front of the point */

/* In the first byte of an entry of a long name: it is the last part. */
#define LAST_PART 0x40u

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

const char *fat_name_take(const char *path, struct fat_name *name)
{
	name->length = 0;
	for (; *path != '\0' && *path != '\\'; path++)
		if (name->length < FAT_NAME_MOST)
			name->text[name->length++] = upper(*path);
	return *path == '\\' ? path + 1 : path;
}

void fat_name_part(struct fat_long_name *name, const uint8_t *entry)
{
	static const uint8_t places[FAT_LONG_CHARS] = { 1,  3,  5,  7,  9,  14, 16,
		                                        18, 20, 22, 24, 28, 30 };
	const unsigned part = entry[0] & (LAST_PART - 1);

	if ((entry[0] & LAST_PART) != 0 && part >= 1 && part <= FAT_LONG_MOST)
		*name = (struct fat_long_name){ .parts = part,
			                        .expected = part,
			                        .sum = entry[13] };
	if (name->parts == 0 || part != name->expected || entry[13] != name->sum) {
		name->parts = 0;
		return;
	}
	for (unsigned i = 0; i < FAT_LONG_CHARS; i++) {
		const uint32_t c =
			(uint32_t)(entry[places[i]] | entry[places[i] + 1] << 8);

		name->text[(part - 1) * FAT_LONG_CHARS + i] =
			(uint8_t)(c < 0x80 ? c : 0xff);
	}
	name->expected--;
}

static uint8_t sum_of(const uint8_t *entry)
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < SHORT_CHARS; i++)
		sum = (uint8_t)((sum >> 1 | sum << 7) + entry[i]);
	return sum;
}

static bool is_long(const struct fat_long_name *name, const uint8_t *entry,
                    const struct fat_name *wanted)
{
	const unsigned room = name->parts * FAT_LONG_CHARS;

	if (name->parts == 0 || name->expected != 0 || name->sum != sum_of(entry) ||
	    wanted->length > room)
		return false;
	for (unsigned i = 0; i < wanted->length; i++)
		if (upper((char)name->text[i]) != wanted->text[i])
			return false;
	return wanted->length == room || name->text[wanted->length] == 0;
}

/* "NAME    EXT" as NAME.EXT. */
static bool is_short(const uint8_t *entry, const struct fat_name *wanted)
{
	struct fat_name name = { .length = 0 };
	bool has_point = false;

	for (unsigned i = 0; i < SHORT_CHARS; i++) {
		if (entry[i] == ' ')
			continue;
		if (i >= BASE_CHARS && !has_point) {
			name.text[name.length++] = '.';
			has_point = true;
		}
		name.text[name.length++] = upper((char)entry[i]);
	}
	return name.length == wanted->length &&
	       memcmp(name.text, wanted->text, name.length) == 0;
}

bool fat_name_is(const struct fat_long_name *name, const uint8_t *entry,
                 const struct fat_name *wanted)
{
	return is_long(name, entry, wanted) || is_short(entry, wanted);
}
