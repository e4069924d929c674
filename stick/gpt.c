/*
 * Writes a GUID partition table into a disk image (UEFI 2.10 chapter 5 "GUID Partition
 * Table (GPT) Disk Layout"), always the same one for the same arguments: the GUIDs are
 * fixed, since a table with random ones could not be built twice.
 *
 * usage: gpt IMAGE NAME:TYPE:FIRST:SECTORS...     TYPE is esp or data
 */
#include "lib/crc32.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 512u
#define ENTRIES 128u
#define ENTRY_BYTES 128u
#define ARRAY_SECTORS (ENTRIES * ENTRY_BYTES / SECTOR)
#define HEADER_BYTES 92u
#define NAME_CHARS 36u

/* In the order of the bytes on the disk: the first three groups are little-endian. */
static const uint8_t esp_type[16] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
	                              0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };
static const uint8_t data_type[16] = { 0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44,
	                               0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7 };
/* Of the disk; partition I has I in its last byte. */
static const uint8_t own_guid[16] = { 0x4d, 0x42, 0x4c, 0x54, 0x52, 0x41, 0x4b, 0x4b,
	                              0x80, 0x01, 0x74, 0x6c, 0x62, 0x6d, 0x6b, 0x00 };

struct table {
	uint8_t entries[ENTRIES * ENTRY_BYTES];
	uint64_t sectors; /* of the disk */
};

static void put(uint8_t *to, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

/* "NAME:TYPE:FIRST:SECTORS"; false if it is anything else or does not fit. */
static bool add_partition(struct table *table, unsigned i, const char *text)
{
	uint8_t *const entry = table->entries + i * ENTRY_BYTES;
	char name[NAME_CHARS + 1];
	char type[8];
	unsigned long long first;
	unsigned long long sectors;

	if (sscanf(text, "%36[^:]:%7[^:]:%llu:%llu", name, type, &first, &sectors) !=
	            4 ||
	    first < 2 + ARRAY_SECTORS || sectors == 0 ||
	    first + sectors > table->sectors - 1 - ARRAY_SECTORS)
		return false;
	memcpy(entry, strcmp(type, "esp") == 0 ? esp_type : data_type, 16);
	memcpy(entry + 16, own_guid, 16);
	entry[31] = (uint8_t)(i + 1);
	put(entry + 32, first, 8);
	put(entry + 40, first + sectors - 1, 8);
	for (unsigned c = 0; name[c] != '\0'; c++)
		entry[56 + 2 * c] = (uint8_t)name[c];
	return true;
}

static bool write_at(FILE *image, uint64_t sector, const uint8_t *bytes, size_t count)
{
	return fseek(image, (long)(sector * SECTOR), SEEK_SET) == 0 &&
	       fwrite(bytes, 1, count, image) == count;
}

/* So that tools which know no GPT see a disk that is full. */
static bool write_protective_mbr(FILE *image, const struct table *table)
{
	uint8_t mbr[SECTOR] = { 0 };
	uint8_t *const partition = mbr + 446;

	put(partition + 1, 0x000200, 3); /* CHS of LBA 1 */
	partition[4] = 0xee;
	put(partition + 5, 0xffffff, 3);
	put(partition + 8, 1, 4);
	put(partition + 12, table->sectors - 1, 4);
	put(mbr + 510, 0xaa55, 2);
	return write_at(image, 0, mbr, sizeof mbr);
}

static bool write_header(FILE *image, const struct table *table, uint64_t own,
                         uint64_t other, uint64_t array)
{
	uint8_t header[SECTOR] = "EFI PART";

	put(header + 8, 0x00010000, 4);
	put(header + 12, HEADER_BYTES, 4);
	put(header + 24, own, 8);
	put(header + 32, other, 8);
	put(header + 40, 2 + ARRAY_SECTORS, 8);
	put(header + 48, table->sectors - 2 - ARRAY_SECTORS, 8);
	memcpy(header + 56, own_guid, 16);
	put(header + 72, array, 8);
	put(header + 80, ENTRIES, 4);
	put(header + 84, ENTRY_BYTES, 4);
	put(header + 88, crc32_update(0, table->entries, sizeof table->entries), 4);
	put(header + 16, crc32_update(0, header, HEADER_BYTES), 4);
	return write_at(image, own, header, sizeof header) &&
	       write_at(image, array, table->entries, sizeof table->entries);
}

int main(int argc, char **argv)
{
	static struct table table;
	FILE *const image = argc < 3 ? NULL : fopen(argv[1], "r+be");

	if (image == NULL || fseek(image, 0, SEEK_END) != 0) {
		fputs("usage: gpt IMAGE NAME:TYPE:FIRST:SECTORS...\n", stderr);
		return 2;
	}
	table.sectors = (uint64_t)ftell(image) / SECTOR;
	for (int i = 2; i < argc; i++) {
		if (!add_partition(&table, (unsigned)i - 2, argv[i])) {
			fprintf(stderr, "gpt: %s: no partition of this disk\n",
			        argv[i]);
			return 2;
		}
	}

	const uint64_t last = table.sectors - 1;

	if (!write_protective_mbr(image, &table) ||
	    !write_header(image, &table, 1, last, 2) ||
	    !write_header(image, &table, last, 1, last - ARRAY_SECTORS) ||
	    fclose(image) != 0) {
		perror("gpt");
		return 3;
	}
	return 0;
}
