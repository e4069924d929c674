#include "lib/machine/smbios.h"

#include "lib/base/crc32.h"
#include "lib/base/little.h"

#include <string.h>

#define TABLE_BYTES_MAX (1u << 20)
#define TYPE_SYSTEM 1u
#define TYPE_BOARD 2u
#define TYPE_MEMORY 17u
#define TYPE_END 127u
/* Both have the numbers of these strings, and what is between, at the same places. */
#define MAKER 4u
#define PRODUCT 5u
#define SERIAL_NUMBER 7u
#define MEMORY_SERIAL 0x18u /* string, of a memory device */
#define UUID 8u             /* of a system */
#define UUID_BYTES 16u

struct table {
	const uint8_t *bytes;
	size_t length;
};

/* Entry points of version 3, with 64-bit addresses, and of version 2. */
static struct table find_table(const struct physical_memory *memory, uint64_t entry)
{
	const uint8_t *const bytes = memory->at(memory, entry, 24);
	uint64_t address = 0;
	size_t length = 0;

	if (bytes == NULL)
		return (struct table){ 0 };
	if (memcmp(bytes, "_SM3_", 5) == 0) {
		address = little(bytes + 16, 8);
		length = (size_t)little(bytes + 12, 4);
	} else if (memcmp(bytes, "_SM_", 4) == 0 &&
	           memory->at(memory, entry, 31) != NULL) {
		address = little(bytes + 24, 4);
		length = (size_t)little(bytes + 22, 2);
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

struct structure {
	uint8_t type;
	uint8_t formatted; /* bytes before the strings */
	size_t at, end;
};

/* The one that follows; false behind the last that is whole. */
static bool next_structure(const struct table *table, struct structure *structure)
{
	const size_t at = structure->end;

	if (table->bytes == NULL || at + 4 > table->length)
		return false;
	structure->type = table->bytes[at];
	structure->formatted = table->bytes[at + 1];
	structure->at = at;
	if (structure->formatted < 4 || structure->formatted > table->length - at ||
	    structure->type == TYPE_END)
		return false;
	structure->end = structure_end(table, at + structure->formatted);
	return true;
}

void smbios_board(const struct physical_memory *memory, uint64_t entry, char *name,
                  size_t capacity)
{
	const struct table table = find_table(memory, entry);
	struct structure s = { 0 };

	name[0] = '\0';
	while (next_structure(&table, &s)) {
		if (s.type == TYPE_BOARD &&
		    take_product(&table, s.at, s.end, name, capacity))
			return;
		if (s.type == TYPE_SYSTEM && name[0] == '\0')
			(void)take_product(&table, s.at, s.end, name, capacity);
	}
}

static uint32_t add_string(const struct table *table, const struct structure *s,
                           unsigned field, uint32_t sum)
{
	char text[64] = "";

	copy_string(table, s->at + s->formatted, s->end, table->bytes[s->at + field],
	            text, sizeof text);
	return crc32_update(sum, text, sizeof text);
}

/* Not the whole structure: it also says what woke the machine. */
static uint32_t add_identity(const struct table *table, const struct structure *s,
                             uint32_t sum)
{
	const uint8_t *const bytes = table->bytes + s->at;

	for (unsigned i = MAKER; i <= SERIAL_NUMBER && i < s->formatted; i++)
		sum = add_string(table, s, i, sum);
	if (s->type == TYPE_SYSTEM && s->formatted >= UUID + UUID_BYTES)
		sum = crc32_update(sum, bytes + UUID, UUID_BYTES);
	return sum;
}

uint32_t smbios_identity(const struct physical_memory *memory, uint64_t entry)
{
	const struct table table = find_table(memory, entry);
	struct structure s = { 0 };
	uint32_t sum = 0;

	while (next_structure(&table, &s)) {
		if (s.type == TYPE_SYSTEM || s.type == TYPE_BOARD)
			sum = add_identity(&table, &s, sum);
		/* Boards without a number of their own differ by what is in them. */
		if (s.type == TYPE_MEMORY && s.formatted > MEMORY_SERIAL)
			sum = add_string(&table, &s, MEMORY_SERIAL, sum);
	}
	return sum;
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
