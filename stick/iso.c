/*
 * Writes an ISO 9660 file system (ECMA-119) into a disk image, in the space that the
 * partition tables leave free before the first partition, so that the same image starts
 * as a CD-ROM, which is what the virtual media of a management controller are.  Its El
 * Torito catalog ("El Torito" Bootable CD-ROM Format Specification 1.0) names the FAT
 * file system of the boot partition, without emulation (UEFI 2.10 13.3.2.1 "ISO-9660
 * and El Torito").  The files beside it are for people, and for tools that copy them to
 * a stick instead of writing the image.
 *
 * usage: iso IMAGE BOOT-FIRST BOOT-SECTORS FILES-FIRST PROGRAM README CONFIG
 * Firsts and sectors count 512 bytes.  Times are SOURCE_DATE_EPOCH.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECTOR 512u
#define BLOCK 2048u

/* Blocks.  ECMA-119 wants the first descriptor at 16, El Torito its own at 17. */
enum {
	VOLUME = 16,
	BOOT_RECORD,
	TERMINATOR,
	CATALOG,
	PATHS_LITTLE,
	PATHS_BIG,
	ROOT_FOLDER,
	EFI_FOLDER,
	BOOT_FOLDER,
};

#define FILES 3u
#define FOLDER 2u /* flag of a record */

/* Where the partitions begin (gpt.c). */
#define LIMIT_BYTES UINT64_C(0x100000)

struct extent {
	uint32_t block;
	uint32_t bytes;
};

struct iso {
	FILE *image;
	uint32_t blocks; /* of the whole image */
	struct tm time;
	struct extent files[FILES]; /* program, README, tlbmark.cfg */
};

static void little(uint8_t *to, uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static void big(uint8_t *to, uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[bytes - 1 - i] = (uint8_t)(value >> 8 * i);
}

/* Twice: little-endian, then big-endian. */
static void both(uint8_t *to, uint32_t value, unsigned bytes)
{
	little(to, value, bytes);
	big(to + bytes, value, bytes);
}

static bool write_block(const struct iso *iso, uint32_t block, const uint8_t *bytes)
{
	return fseek(iso->image, (long)block * (long)BLOCK, SEEK_SET) == 0 &&
	       fwrite(bytes, 1, BLOCK, iso->image) == BLOCK;
}

/* A directory record (ECMA-119 9.1); returns its length, which is even. */
static unsigned put_record(const struct iso *iso, uint8_t *to, const char *name,
                           unsigned name_length, struct extent extent, uint8_t flags)
{
	const unsigned length = (33 + name_length + 1) & ~1u;

	to[0] = (uint8_t)length;
	both(to + 2, extent.block, 4);
	both(to + 10, extent.bytes, 4);
	to[18] = (uint8_t)iso->time.tm_year;
	to[19] = (uint8_t)(iso->time.tm_mon + 1);
	to[20] = (uint8_t)iso->time.tm_mday;
	to[21] = (uint8_t)iso->time.tm_hour;
	to[22] = (uint8_t)iso->time.tm_min;
	to[23] = (uint8_t)iso->time.tm_sec;
	to[25] = flags;
	both(to + 28, 1, 2);
	to[32] = (uint8_t)name_length;
	memcpy(to + 33, name, name_length);
	return length;
}

static struct extent folder(uint32_t block)
{
	return (struct extent){ block, BLOCK };
}

/* One named NUL is the folder itself, one named 01h its parent; returns where others
 * begin. */
static unsigned open_folder(const struct iso *iso, uint8_t *bytes, uint32_t own,
                            uint32_t parent)
{
	const unsigned length = put_record(iso, bytes, "\0", 1, folder(own), FOLDER);

	return length +
	       put_record(iso, bytes + length, "\1", 1, folder(parent), FOLDER);
}

/* In the order of their names, as ECMA-119 9.3 wants it. */
static bool write_folders(const struct iso *iso)
{
	uint8_t root[BLOCK] = { 0 };
	uint8_t efi[BLOCK] = { 0 };
	uint8_t boot[BLOCK] = { 0 };
	unsigned at = open_folder(iso, root, ROOT_FOLDER, ROOT_FOLDER);

	at += put_record(iso, root + at, "EFI", 3, folder(EFI_FOLDER), FOLDER);
	at += put_record(iso, root + at, "README.TXT;1", 12, iso->files[1], 0);
	put_record(iso, root + at, "TLBMARK.CFG;1", 13, iso->files[2], 0);
	at = open_folder(iso, efi, EFI_FOLDER, ROOT_FOLDER);
	put_record(iso, efi + at, "BOOT", 4, folder(BOOT_FOLDER), FOLDER);
	at = open_folder(iso, boot, BOOT_FOLDER, EFI_FOLDER);
	put_record(iso, boot + at, "BOOTX64.EFI;1", 13, iso->files[0], 0);
	return write_block(iso, ROOT_FOLDER, root) &&
	       write_block(iso, EFI_FOLDER, efi) && write_block(iso, BOOT_FOLDER, boot);
}

/* The path table (ECMA-119 9.4) in one byte order; returns its length. */
static unsigned put_paths(uint8_t *to,
                          void (*put)(uint8_t *to, uint32_t value, unsigned bytes))
{
	static const struct {
		const char *name;
		unsigned length;
		uint32_t block;
		uint32_t parent; /* its number in this table, from 1 */
	} paths[] = {
		{ "\0", 1, ROOT_FOLDER, 1 },
		{ "EFI", 3, EFI_FOLDER, 1 },
		{ "BOOT", 4, BOOT_FOLDER, 2 },
	};
	unsigned at = 0;

	for (unsigned i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		to[at] = (uint8_t)paths[i].length;
		put(to + at + 2, paths[i].block, 4);
		put(to + at + 6, paths[i].parent, 2);
		memcpy(to + at + 8, paths[i].name, paths[i].length);
		at += 8 + ((paths[i].length + 1) & ~1u);
	}
	return at;
}

/* The fields of ECMA-119 8.4 that hold text are padded with spaces. */
static void put_text(uint8_t *to, const char *text, size_t room)
{
	memset(to, ' ', room);
	for (size_t i = 0; i < room && text[i] != '\0'; i++)
		to[i] = (uint8_t)text[i];
}

static void open_descriptor(uint8_t *bytes, uint8_t type)
{
	bytes[0] = type;
	put_text(bytes + 1, "CD001", 5);
	bytes[6] = 1;
}

static void put_volume_dates(const struct iso *iso, uint8_t *to)
{
	char date[18];

	strftime(date, sizeof date, "%Y%m%d%H%M%S00", &iso->time);
	memset(to, '0', 16 * 4 + 4);
	memcpy(to, date, 16);      /* creation */
	memcpy(to + 17, date, 16); /* modification */
	for (unsigned i = 0; i < 4; i++)
		to[17 * i + 16] = 0; /* UTC; the others are not given */
}

static bool write_volume(const struct iso *iso, unsigned path_bytes)
{
	uint8_t bytes[BLOCK] = { 0 };

	open_descriptor(bytes, 1);
	put_text(bytes + 8, "", 32);
	/* Not that of the partition with the results. */
	put_text(bytes + 40, "TLBMARK_CD", 32);
	both(bytes + 80, iso->blocks, 4);
	both(bytes + 120, 1, 2);
	both(bytes + 124, 1, 2);
	both(bytes + 128, BLOCK, 2);
	both(bytes + 132, path_bytes, 4);
	little(bytes + 140, PATHS_LITTLE, 4);
	big(bytes + 148, PATHS_BIG, 4);
	put_record(iso, bytes + 156, "\0", 1, folder(ROOT_FOLDER), FOLDER);
	put_text(bytes + 190, "", 813 - 190);
	put_volume_dates(iso, bytes + 813);
	bytes[881] = 1;
	return write_block(iso, VOLUME, bytes);
}

/* One entry, the default one, of platform EFh: EFI. */
static bool write_boot(const struct iso *iso, uint32_t first, uint32_t sectors)
{
	uint8_t record[BLOCK] = { 0 };
	uint8_t terminator[BLOCK] = { 0 };
	uint8_t catalog[BLOCK] = { 0 };
	uint32_t sum = 0;

	open_descriptor(record, 0);
	put_text(record + 7, "EL TORITO SPECIFICATION", 23);
	little(record + 71, CATALOG, 4);
	open_descriptor(terminator, 255);

	catalog[0] = 1;
	catalog[1] = 0xef;
	put_text(catalog + 4, "tlbmark", 7);
	little(catalog + 30, 0xaa55, 2);
	for (unsigned i = 0; i < 32; i += 2)
		sum += catalog[i] + (uint32_t)catalog[i + 1] * 256;
	little(catalog + 28, 0x10000 - (sum & 0xffff), 2);
	catalog[32] = 0x88; /* bootable; media type 0 behind it: no emulation */
	little(catalog + 38, sectors, 2);
	little(catalog + 40, first / (BLOCK / SECTOR), 4);
	return write_block(iso, BOOT_RECORD, record) &&
	       write_block(iso, TERMINATOR, terminator) &&
	       write_block(iso, CATALOG, catalog);
}

/* Copies it behind the others; false, with a word, if it cannot be read or is too long.
 */
static bool add_file(struct iso *iso, unsigned i, const char *path, uint32_t *block)
{
	FILE *const file = fopen(path, "rbe");
	uint8_t bytes[BLOCK] = { 0 };
	size_t count;

	iso->files[i].block = *block;
	while (file != NULL && (count = fread(bytes, 1, BLOCK, file)) != 0) {
		if ((*block + UINT64_C(1)) * BLOCK > LIMIT_BYTES) {
			fprintf(stderr, "iso: %s: no room before the partitions\n",
			        path);
			break;
		}
		if (!write_block(iso, (*block)++, bytes))
			break;
		iso->files[i].bytes += (uint32_t)count;
		memset(bytes, 0, BLOCK);
	}
	if (file == NULL || feof(file) == 0 || fclose(file) != 0) {
		fprintf(stderr, "iso: %s is not copied\n", path);
		return false;
	}
	return true;
}

static bool write_iso(struct iso *iso, uint32_t first, uint32_t sectors)
{
	uint8_t little_paths[BLOCK] = { 0 };
	uint8_t big_paths[BLOCK] = { 0 };
	const unsigned path_bytes = put_paths(little_paths, little);

	put_paths(big_paths, big);
	return write_volume(iso, path_bytes) && write_boot(iso, first, sectors) &&
	       write_block(iso, PATHS_LITTLE, little_paths) &&
	       write_block(iso, PATHS_BIG, big_paths) && write_folders(iso) &&
	       fclose(iso->image) == 0;
}

int main(int argc, char **argv)
{
	const char *const epoch = getenv("SOURCE_DATE_EPOCH");
	const time_t now = epoch == NULL ? 0 : (time_t)strtoll(epoch, NULL, 10);
	struct iso iso = { .image = argc == 8 ? fopen(argv[1], "r+be") : NULL };

	if (iso.image == NULL || epoch == NULL || gmtime_r(&now, &iso.time) == NULL ||
	    fseek(iso.image, 0, SEEK_END) != 0) {
		fputs("usage: SOURCE_DATE_EPOCH=N iso IMAGE BOOT-FIRST BOOT-SECTORS "
		      "FILES-FIRST PROGRAM README CONFIG\n",
		      stderr);
		return 2;
	}
	iso.blocks = (uint32_t)((uint64_t)ftell(iso.image) / BLOCK);

	const uint32_t first = (uint32_t)strtoul(argv[2], NULL, 10);
	const uint32_t sectors = (uint32_t)strtoul(argv[3], NULL, 10);
	uint32_t block = (uint32_t)strtoul(argv[4], NULL, 10) / (BLOCK / SECTOR);

	/* The catalog has 16 bits; one of 0 or 1 would mean the rest of the disc. */
	if (first % (BLOCK / SECTOR) != 0 || sectors < 2 || sectors > UINT16_MAX) {
		fputs("iso: no boot partition that El Torito can name\n", stderr);
		return 2;
	}
	for (unsigned i = 0; i < FILES; i++)
		if (!add_file(&iso, i, argv[5 + i], &block))
			return 3;
	if (!write_iso(&iso, first, sectors)) {
		perror("iso");
		return 3;
	}
	return 0;
}
