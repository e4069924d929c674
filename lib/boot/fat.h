#pragma once
/*
 * A FAT file system as its device has it: a second reader beside the firmware's driver,
 * which answers from its cache ("FAT: General Overview of On-Disk Format" 1.03, long
 * names as in UEFI 2.10 13.3 "File System Format").  It reads only, holds nothing from
 * one call to the next, and believes no length.
 */
#include "lib/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the bytes come from. */
struct fat_device {
	/* At most FAT_PIECE bytes from a place on; false: they cannot be read. */
	bool (*read)(const struct fat_device *device, uint64_t at, void *to,
	             size_t bytes);
};

#define FAT_PIECE 4096u

/* Where things are, in bytes from the start of the partition. */
struct fat {
	unsigned bits; /* of an entry of the table: 12, 16 or 32 */
	uint32_t cluster_bytes;
	uint32_t clusters;
	uint64_t bytes; /* of all */
	uint64_t table;
	uint64_t table_bytes;
	uint64_t root; /* of FAT12 and FAT16, in front of the clusters */
	uint32_t root_bytes;
	uint32_t root_cluster; /* of FAT32 */
	uint64_t data;         /* of cluster 2 */
};

/* ERR_ABSENT: it cannot be read, or it is no FAT file system. */
enum err fat_open(struct fat *fat, const struct fat_device *device);

enum fat_verdict {
	FAT_SAME,
	FAT_DIFFERS,    /* it is there, with other bytes, or more, or less of them */
	FAT_ABSENT,     /* there is no such file */
	FAT_DAMAGED,    /* folders or the table lead nowhere */
	FAT_UNREADABLE, /* the device does not give some of it */
};

/*
 * Whether a file has these bytes and no others.  Its path begins in the root and has \
 * between names, which are of ASCII; case does not count.
 */
enum fat_verdict fat_compare(const struct fat *fat, const struct fat_device *device,
                             const char *path, const void *bytes, size_t length);
