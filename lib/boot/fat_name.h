#pragma once
/* Names in the folders of a FAT file system, short ones and long ones. */
#include <stdbool.h>
#include <stdint.h>

#define FAT_LONG_CHARS 13u /* in each entry of a long name */
#define FAT_LONG_MOST 20u  /* entries of one */
#define FAT_NAME_MOST (FAT_LONG_CHARS * FAT_LONG_MOST)

/* What is looked for, in upper case. */
struct fat_name {
	char text[FAT_NAME_MOST];
	unsigned length;
};

/*
 * The first name of a path with \ between names.  Returns what follows; a name that is
 * too long is cut, and then not found.
 */
const char *fat_name_take(const char *path, struct fat_name *name);

/* A long name, put together from its last part to its first. */
struct fat_long_name {
	uint8_t text[FAT_NAME_MOST]; /* 0xff for what is not ASCII */
	unsigned parts;              /* 0: there is none */
	unsigned expected;           /* the next part */
	uint8_t sum;                 /* of the short name it belongs to */
};

/* An entry of 32 bytes that is a part of one. */
void fat_name_part(struct fat_long_name *name, const uint8_t *entry);

/* True if the entry behind a long name, if there is one, is what is looked for. */
bool fat_name_is(const struct fat_long_name *name, const uint8_t *entry,
                 const struct fat_name *wanted);
