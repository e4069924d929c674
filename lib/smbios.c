#include "lib/smbios.h"

#include <string.h>

#define TABLE_BYTES_MAX (1u << 20)
#define TYPE_SYSTEM 1u
#define TYPE_BOARD 2u
#define TYPE_END 127u
#define PRODUCT 5u /* both have the number of this string at the same place */

struct table {
	const uint8_t *bytes;
	size_t length;
};

static uint64_t get(const uint8_t *bytes, unsigned count)
{
	uint64_t value = 0;

	while (count-- != 0)
		value = value << 8 | bytes[count];
	return value;
}

/* Entry points of version 3, with 64-bit addresses, and of version 2. */
static struct table find_table(const struct physical_memory *memory, uint64_t entry)
{
	const uint8_t *const bytes = memory->at(memory, entry, 24);
	uint64_t address = 0;
	size_t length = 0;

	if (bytes == NULL)
		return (struct table){ 0 };
	if (memcmp(bytes, "_SM3_", 5) == 0) {
		address = get(bytes + 16, 8);
		length = (size_t)get(bytes + 12, 4);
	} else if (memcmp(bytes, "_SM_", 4) == 0 &&
	           memory->at(memory, entry, 31) != NULL) {
		address = get(bytes + 24, 4);
		length = (size_t)get(bytes + 22, 2);
	}
	if (length == 0 || length > TABLE_BYTES_MAX)
		return (struct table){ 0 };
	return (struct table){ memory->at(memory, address, length), length };
}

/* Where the strings behind a structure end: two NULs in a row. */
static size_t structure_end(const struct table *table, size_t at)
{
	for (; at + 1 < table->length; at++)
		if (table->bytes[at] == 0 && table->bytes[at + 1] == 0)
			return at + 2;
	return table->length;
}

/* Printable characters of string number (from 1 on) between two places. */
static void copy_string(const struct table *table, size_t at, size_t end,
                        unsigned number, char *name, size_t capacity)
{
	size_t length = 0;

	for (; number > 1 && at < end; at++)
		if (table->bytes[at] == 0)
			number--;
	while (number == 1 && at < end && table->bytes[at] != 0 &&
	       length + 1 < capacity) {
		const uint8_t c = table->bytes[at++];

		name[length++] = c >= ' ' && c <= '~' ? (char)c : '?';
	}
	while (length != 0 && name[length - 1] == ' ')
		length--;
	name[length] = '\0';
}

/* What vendors leave there when they have not filled it in. */
static bool is_filler(const char *name)
{
	static const char *const fillers[] = {
		"To be filled by O.E.M.", "To Be Filled By O.E.M.", "Default string",
		"System Product Name",    "Not Specified",          "Not Applicable",
	};

	for (unsigned i = 0; i < sizeof fillers / sizeof fillers[0]; i++)
		if (text_equal(name, fillers[i]))
			return true;
	return name[0] == '\0';
}

/* Takes the product of the structure at a place; false if it has none. */
static bool take_product(const struct table *table, size_t at, size_t end, char *name,
                         size_t capacity)
{
	const uint8_t formatted = table->bytes[at + 1];
	char found[64];

	if (formatted <= PRODUCT)
		return false;
	copy_string(table, at + formatted, end, table->bytes[at + PRODUCT], found,
	            sizeof found);
	if (is_filler(found))
		return false;
	text_copy(name, capacity, found);
	return true;
}

void smbios_board(const struct physical_memory *memory, uint64_t entry, char *name,
                  size_t capacity)
{
	const struct table table = find_table(memory, entry);
	size_t at = 0;

	name[0] = '\0';
	while (table.bytes != NULL && at + 4 <= table.length) {
		const uint8_t type = table.bytes[at];
		const uint8_t formatted = table.bytes[at + 1];

		if (formatted < 4 || formatted > table.length - at || type == TYPE_END)
			return;

		const size_t end = structure_end(&table, at + formatted);

		if (type == TYPE_BOARD && take_product(&table, at, end, name, capacity))
			return;
		if (type == TYPE_SYSTEM && name[0] == '\0')
			(void)take_product(&table, at, end, name, capacity);
		at = end;
	}
}

void smbios_short_name(const char *name, char *to, size_t capacity)
{
	size_t length = 0;

	for (; *name != '\0' && length + 1 < capacity; name++) {
		char c = *name;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			to[length++] = c;
		else if (length != 0 && to[length - 1] != '-')
			to[length++] = '-';
	}
	while (length != 0 && to[length - 1] == '-')
		length--;
	to[length] = '\0';
}
