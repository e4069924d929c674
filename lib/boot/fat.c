#include "lib/boot/fat.h"

#include "lib/boot/fat_name.h"

#include <string.h>

#define BOOT_SECTOR 512u
#define SIGNATURE 510u

#define FAT12_CLUSTERS 4085u /* fewer are FAT12 */
#define FAT16_CLUSTERS 65525u
#define FIRST_CLUSTER 2u

#define ENTRY_BYTES 32u

/* First byte of an entry. */
#define NEVER_USED 0x00u
#define DELETED 0xe5u

enum attribute { VOLUME_ID = 0x08, FOLDER = 0x10, LONG_NAME = 0x0f, LONG_MASK = 0x3f };

/* Bytes of the device, read in pieces; one piece is held. */
struct reader {
	const struct fat *fat;
	const struct fat_device *device;
	uint64_t at;
	bool holds;
	uint8_t piece[FAT_PIECE];
};

static uint32_t get16(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t get32(const uint8_t *bytes)
{
	return get16(bytes) | get16(bytes + 2) << 16;
}

static bool is_power_of_two(uint32_t number)
{
	return number != 0 && (number & (number - 1)) == 0;
}

static bool lay_out(struct fat *fat, const uint8_t *boot)
{
	const uint32_t sector = get16(boot + 11);
	const uint32_t per_cluster = boot[13];
	const uint32_t reserved = get16(boot + 14);
	const uint32_t tables = boot[16];
	const uint32_t short_table = get16(boot + 22);
	const uint64_t table = short_table != 0 ? short_table : get32(boot + 36);
	const uint64_t all =
		get16(boot + 19) != 0 ? get16(boot + 19) : get32(boot + 32);

	if (!is_power_of_two(sector) || sector < BOOT_SECTOR || sector > FAT_PIECE ||
	    !is_power_of_two(per_cluster) || reserved == 0 || tables == 0 || table == 0)
		return false;
	fat->root_bytes = get16(boot + 17) * ENTRY_BYTES;

	const uint64_t root = reserved + tables * table;
	const uint64_t data = root + (fat->root_bytes + sector - 1) / sector;
	/* Bits 0 to 3 name the one that counts, where bit 7 says that only one does. */
	const uint32_t flags = short_table != 0 ? 0 : get16(boot + 40);
	const uint64_t active = (flags & 0x80) != 0 ? flags & 0xf : 0;

	if (data >= all || active >= tables)
		return false;
	fat->bytes = all * sector;
	fat->table = (reserved + active * table) * sector;
	fat->table_bytes = table * sector;
	fat->root = root * sector;
	fat->data = data * sector;
	fat->cluster_bytes = per_cluster * sector;
	fat->clusters = (uint32_t)((all - data) / per_cluster);
	fat->root_cluster = get32(boot + 44);
	return true;
}

enum err fat_open(struct fat *fat, const struct fat_device *device)
{
	uint8_t boot[BOOT_SECTOR];

	*fat = (struct fat){ 0 };
	if (!device->read(device, 0, boot, sizeof boot) || boot[SIGNATURE] != 0x55 ||
	    boot[SIGNATURE + 1] != 0xaa || !lay_out(fat, boot))
		return ERR_ABSENT;
	if (get16(boot + 22) == 0)
		fat->bits = 32;
	else if (fat->clusters < FAT12_CLUSTERS)
		fat->bits = 12;
	else
		fat->bits = 16;
	if (fat->bits != 32 &&
	    (fat->clusters >= FAT16_CLUSTERS || fat->root_bytes == 0))
		return ERR_ABSENT;
	return ERR_NONE;
}

/* What lies there, up to the end of a piece; NULL: it cannot be read. */
static const uint8_t *look(struct reader *reader, uint64_t at)
{
	const uint64_t start = at / FAT_PIECE * FAT_PIECE;
	const uint64_t end = reader->fat->bytes;

	if (at >= end)
		return NULL;
	if (!reader->holds || reader->at != start) {
		reader->holds = reader->device->read(
			reader->device, start, reader->piece,
			end - start < FAT_PIECE ? end - start : FAT_PIECE);
		reader->at = start;
	}
	return reader->holds ? reader->piece + (at - start) : NULL;
}

static bool is_cluster(const struct fat *fat, uint32_t cluster)
{
	return cluster >= FIRST_CLUSTER && cluster - FIRST_CLUSTER < fat->clusters;
}

static bool read_byte(struct reader *reader, uint64_t at, uint32_t *byte)
{
	const uint8_t *const place = look(reader, at);

	if (place != NULL)
		*byte = *place;
	return place != NULL;
}

/* What follows a cluster: a cluster, or anything else at the end. */
static enum fat_verdict next_cluster(struct reader *reader, uint32_t *cluster)
{
	const struct fat *const fat = reader->fat;
	const uint64_t bit = (uint64_t)*cluster * fat->bits;
	const unsigned bytes = fat->bits == 32 ? 4 : 2;
	uint32_t entry = 0;

	if (bit / 8 + bytes > fat->table_bytes)
		return FAT_DAMAGED;
	/* One by one: an entry of FAT12 may cross the end of a piece. */
	for (unsigned i = 0; i < bytes; i++) {
		uint32_t byte = 0;

		if (!read_byte(reader, fat->table + bit / 8 + i, &byte))
			return FAT_UNREADABLE;
		entry |= byte << 8 * i;
	}
	if (fat->bits == 12)
		entry = entry >> bit % 8 & 0xfff;
	*cluster = entry & 0x0fffffff;
	return FAT_SAME;
}

static uint64_t place_of(const struct fat *fat, uint32_t cluster)
{
	return fat->data + (uint64_t)(cluster - FIRST_CLUSTER) * fat->cluster_bytes;
}

/* A folder, entry by entry. */
struct walk {
	bool in_root;     /* that of FAT12 and FAT16 */
	uint32_t cluster; /* else */
	uint32_t at;      /* in the root or in the cluster */
	uint32_t steps;   /* clusters so far: a chain may be a ring */
};

static struct walk begin(const struct fat *fat, uint32_t cluster)
{
	/* In a folder's "..", and where there is no root cluster, 0 is the root. */
	if (cluster == 0 && fat->bits == 32)
		cluster = fat->root_cluster;
	return (struct walk){ .in_root = cluster == 0, .cluster = cluster };
}

/* FAT_ABSENT at the end of the folder. */
static enum fat_verdict next_entry(struct reader *reader, struct walk *walk,
                                   uint8_t entry[ENTRY_BYTES])
{
	const struct fat *const fat = reader->fat;
	const uint8_t *place = NULL;

	if (!walk->in_root && walk->at == fat->cluster_bytes) {
		const enum fat_verdict verdict = next_cluster(reader, &walk->cluster);

		if (verdict != FAT_SAME)
			return verdict;
		walk->at = 0;
		if (++walk->steps > fat->clusters)
			return FAT_DAMAGED;
	}
	if (walk->in_root ? walk->at >= fat->root_bytes
	                  : !is_cluster(fat, walk->cluster))
		return FAT_ABSENT;
	place = look(reader,
	             (walk->in_root ? fat->root : place_of(fat, walk->cluster)) +
	                     walk->at);
	if (place == NULL)
		return FAT_UNREADABLE;
	memcpy(entry, place, ENTRY_BYTES);
	walk->at += ENTRY_BYTES;
	return entry[0] == NEVER_USED ? FAT_ABSENT : FAT_SAME;
}

/* The entry of that name in a folder. */
static enum fat_verdict find(struct reader *reader, struct walk walk,
                             const struct fat_name *wanted, uint8_t entry[ENTRY_BYTES])
{
	struct fat_long_name name = { .parts = 0 };
	enum fat_verdict verdict = FAT_SAME;

	while ((verdict = next_entry(reader, &walk, entry)) == FAT_SAME) {
		if (entry[0] == DELETED) {
			name.parts = 0;
		} else if ((entry[11] & LONG_MASK) == LONG_NAME) {
			fat_name_part(&name, entry);
		} else {
			if ((entry[11] & VOLUME_ID) == 0 &&
			    fat_name_is(&name, entry, wanted))
				return FAT_SAME;
			name.parts = 0;
		}
	}
	return verdict;
}

static uint32_t cluster_of(const struct fat *fat, const uint8_t *entry)
{
	return get16(entry + 26) | (fat->bits == 32 ? get16(entry + 20) << 16 : 0);
}

static enum fat_verdict resolve(struct reader *reader, const char *path,
                                uint8_t entry[ENTRY_BYTES])
{
	const struct fat *const fat = reader->fat;
	struct walk walk = begin(fat, 0);

	for (;;) {
		struct fat_name name;
		enum fat_verdict verdict;

		path = fat_name_take(path, &name);
		verdict = find(reader, walk, &name, entry);
		if (verdict != FAT_SAME)
			return verdict;
		if (*path == '\0')
			return (entry[11] & FOLDER) != 0 ? FAT_ABSENT : FAT_SAME;
		if ((entry[11] & FOLDER) == 0)
			return FAT_ABSENT;
		walk = begin(fat, cluster_of(fat, entry));
	}
}

static enum fat_verdict compare_piece(struct reader *reader, uint64_t at,
                                      const uint8_t *bytes, size_t count)
{
	uint8_t piece[FAT_PIECE];

	if (!reader->device->read(reader->device, at, piece, count))
		return FAT_UNREADABLE;
	return memcmp(piece, bytes, count) == 0 ? FAT_SAME : FAT_DIFFERS;
}

/*
 * Clusters that lie one behind the other, as far as a piece goes, or one that is
 * larger: *count bytes from *place on.  *cluster is then the one that follows.
 */
static enum fat_verdict next_run(struct reader *reader, uint32_t *cluster, size_t left,
                                 uint64_t *place, size_t *count)
{
	const struct fat *const fat = reader->fat;
	enum fat_verdict verdict = FAT_SAME;
	uint32_t last = 0;

	*place = place_of(fat, *cluster);
	*count = 0;
	do {
		if (!is_cluster(fat, *cluster))
			return FAT_DAMAGED;
		last = *cluster;
		*count += fat->cluster_bytes;
		if (*count >= left) {
			*count = left;
			return FAT_SAME;
		}
		verdict = next_cluster(reader, cluster);
	} while (verdict == FAT_SAME && *cluster == last + 1 && *count < FAT_PIECE);
	return verdict;
}

static enum fat_verdict compare_run(struct reader *reader, uint64_t place,
                                    const uint8_t *bytes, size_t count)
{
	enum fat_verdict verdict = FAT_SAME;

	for (size_t at = 0; at < count && verdict == FAT_SAME; at += FAT_PIECE)
		verdict =
			compare_piece(reader, place + at, bytes + at,
		                      count - at < FAT_PIECE ? count - at : FAT_PIECE);
	return verdict;
}

enum fat_verdict fat_compare(const struct fat *fat, const struct fat_device *device,
                             const char *path, const void *bytes, size_t length)
{
	struct reader reader = { .fat = fat, .device = device };
	const uint8_t *const content = bytes;
	uint8_t entry[ENTRY_BYTES];
	enum fat_verdict verdict = resolve(&reader, path, entry);
	uint32_t cluster = 0;
	size_t count = 0;

	if (verdict != FAT_SAME)
		return verdict;
	if (get32(entry + 28) != length)
		return FAT_DIFFERS;
	cluster = cluster_of(fat, entry);
	for (size_t at = 0; at < length && verdict == FAT_SAME; at += count) {
		uint64_t place = 0;

		verdict = next_run(&reader, &cluster, length - at, &place, &count);
		if (verdict == FAT_SAME)
			verdict = compare_run(&reader, place, content + at, count);
	}
	return verdict;
}
