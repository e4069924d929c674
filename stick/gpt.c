/*
 * Writes a GUID partition table into a disk image (UEFI 2.10 chapter 5 "GUID Partition
 * Table (GPT) Disk Layout"), always the same one for the same arguments: the GUIDs are
 * fixed, since a table with random ones could not be built twice.
 *
 * A table is read by the disk's own logical blocks: its header is in block 1, and all
 * it says is counted in blocks.  An image may have one for disks of 512-byte blocks and
 * one for those of 4096: their headers are at different bytes, and `places` keeps the
 * arrays of entries apart, which a header may have anywhere.  Only the header of the
 * copy for 512 bytes, the last 512 of the disk, is in the block of another header, in
 * the part that UEFI reserves and no reader looks at.
 *
 * usage: gpt IMAGE BLOCK-BYTES NAME:TYPE:FIRST:SECTORS...
 * TYPE is esp or data; FIRST and SECTORS count 512 bytes, whatever the blocks are.
 */
#include "lib/base/crc32.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 512u
#define ENTRIES 128u
#define ENTRY_BYTES UINT64_C(128)
#define ARRAY_BYTES (ENTRIES * ENTRY_BYTES)
#define HEADER_BYTES 92u
#define NAME_CHARS 36u

/* In the order of the bytes on the disk: the first three groups are little-endian. */
static const uint8_t esp_type[16] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
	                              0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };
static const uint8_t data_type[16] = { 0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44,
	                               0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7 };
/* Of the disk, but for its last byte. */
static const uint8_t own_guid[16] = { 0x4d, 0x42, 0x4c, 0x54, 0x52, 0x41, 0x4b, 0x4b,
	                              0x80, 0x01, 0x74, 0x6c, 0x62, 0x6d, 0x6b, 0x00 };

/* What partitions may use: all but what both tables, and ISO 9660 (iso.c), need. */
#define FIRST_USABLE_BYTE UINT64_C(0x100000)
#define TAIL_BYTES (UINT64_C(4096) + 2 * ARRAY_BYTES)

struct place {
	uint32_t block_bytes;
	uint64_t array;      /* byte where the entries are */
	uint64_t copy_array; /* of their copy, this many bytes before the end */
	uint8_t guid;        /* last byte of the disk's; partition I has that + I */
};

static const struct place places[] = {
	{ 512, 0x10000, TAIL_BYTES, 0x00 },
	{ 4096, 0x2000, TAIL_BYTES - ARRAY_BYTES, 0x40 },
};

struct table {
	uint8_t entries[ARRAY_BYTES];
	const struct place *place;
	uint64_t bytes; /* of the disk */
};

static void put(uint8_t *to, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static const struct place *place_for(const char *block_bytes)
{
	for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++)
		if (strtoul(block_bytes, NULL, 10) == places[i].block_bytes)
			return &places[i];
	return NULL;
}

/* "NAME:TYPE:FIRST:SECTORS"; false if it is anything else or does not fit. */
static bool add_partition(struct table *table, unsigned i, const char *text)
{
	uint8_t *const entry = table->entries + i * ENTRY_BYTES;
	char name[NAME_CHARS + 1];
	char type[8];
	const uint32_t block = table->place->block_bytes;
	unsigned long long first;
	unsigned long long sectors;

	if (sscanf(text, "%36[^:]:%7[^:]:%llu:%llu", name, type, &first, &sectors) !=
	            4 ||
	    first * SECTOR < FIRST_USABLE_BYTE || sectors == 0 ||
	    (first + sectors) * SECTOR > table->bytes - TAIL_BYTES ||
	    first * SECTOR % block != 0 || sectors * SECTOR % block != 0)
		return false;
	memcpy(entry, strcmp(type, "esp") == 0 ? esp_type : data_type, 16);
	memcpy(entry + 16, own_guid, 16);
	entry[31] = (uint8_t)(table->place->guid + i + 1);
	put(entry + 32, first * SECTOR / block, 8);
	put(entry + 40, (first + sectors) * SECTOR / block - 1, 8);
	for (unsigned c = 0; name[c] != '\0'; c++)
		entry[56 + 2 * c] = (uint8_t)name[c];
	return true;
}

static bool write_at(FILE *image, uint64_t byte, const uint8_t *bytes, size_t count)
{
	return fseek(image, (long)byte, SEEK_SET) == 0 &&
	       fwrite(bytes, 1, count, image) == count;
}

/*
 * So that tools which know no GPT see a disk that is full.  How many blocks that are is
 * not the same for both tables: FFFFFFFFh is what UEFI has for more than fits.
 */
static bool write_protective_mbr(FILE *image)
{
	uint8_t mbr[SECTOR] = { 0 };
	uint8_t *const partition = mbr + 446;

	put(partition + 1, 0x000200, 3); /* CHS of LBA 1 */
	partition[4] = 0xee;
	put(partition + 5, 0xffffff, 3);
	put(partition + 8, 1, 4);
	put(partition + 12, 0xffffffff, 4);
	put(mbr + 510, 0xaa55, 2);
	return write_at(image, 0, mbr, sizeof mbr);
}

static bool write_header(FILE *image, const struct table *table, uint64_t own,
                         uint64_t other, uint64_t array)
{
	const uint32_t block = table->place->block_bytes;
	uint8_t header[SECTOR] = "EFI PART";

	put(header + 8, 0x00010000, 4);
	put(header + 12, HEADER_BYTES, 4);
	put(header + 24, own / block, 8);
	put(header + 32, other / block, 8);
	put(header + 40, FIRST_USABLE_BYTE / block, 8);
	put(header + 48, (table->bytes - TAIL_BYTES) / block - 1, 8);
	memcpy(header + 56, own_guid, 16);
	header[71] = table->place->guid;
	put(header + 72, array / block, 8);
	put(header + 80, ENTRIES, 4);
	put(header + 84, ENTRY_BYTES, 4);
	put(header + 88, crc32_update(0, table->entries, sizeof table->entries), 4);
	put(header + 16, crc32_update(0, header, HEADER_BYTES), 4);
	return write_at(image, own, header, HEADER_BYTES) &&
	       write_at(image, array, table->entries, sizeof table->entries);
}

static bool write_table(FILE *image, const struct table *table)
{
	const struct place *const place = table->place;
	const uint64_t first = place->block_bytes;
	const uint64_t last = table->bytes - place->block_bytes;

	return write_protective_mbr(image) &&
	       write_header(image, table, first, last, place->array) &&
	       write_header(image, table, last, first,
	                    table->bytes - place->copy_array);
}

int main(int argc, char **argv)
{
	static struct table table;
	FILE *const image = argc < 4 ? NULL : fopen(argv[1], "r+be");

	if (image == NULL || fseek(image, 0, SEEK_END) != 0 ||
	    (table.place = place_for(argv[2])) == NULL) {
		fputs("usage: gpt IMAGE 512|4096 NAME:TYPE:FIRST:SECTORS...\n", stderr);
		return 2;
	}
	table.bytes = (uint64_t)ftell(image);
	if (table.bytes % table.place->block_bytes != 0) {
		fprintf(stderr, "gpt: %s: no whole number of blocks\n", argv[1]);
		return 2;
	}
	for (int i = 3; i < argc; i++) {
		if (!add_partition(&table, (unsigned)i - 3, argv[i])) {
			fprintf(stderr, "gpt: %s: no partition of this disk\n",
			        argv[i]);
			return 2;
		}
	}
	if (!write_table(image, &table) || fclose(image) != 0) {
		perror("gpt");
		return 3;
	}
	return 0;
}
