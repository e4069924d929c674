#pragma once
/*
 * Whose disk a file system is on: one that people carry and that belongs to this
 * program, or one inside the machine, on which another system may have files open
 * while it hibernates.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum medium {
	MEDIUM_NONE,     /* no disk: a file system that the firmware makes up */
	MEDIUM_OWN,      /* a partition made for this program, wherever it is */
	MEDIUM_EXTERNAL, /* removable, or at the end of a cable */
	MEDIUM_INTERNAL, /* any other: nothing is written there unless somebody agrees
	                  */
};

struct medium_facts {
	const uint8_t *path; /* device path up to its end node; NULL: unknown */
	size_t path_bytes;
	bool has_blocks;       /* EFI_BLOCK_IO_PROTOCOL is there */
	bool removable;        /* its RemovableMedia */
	const uint16_t *label; /* of the file system */
	size_t label_chars;
};

/*
 * RemovableMedia alone does not tell: USB sticks and SSDs, and every disk of an
 * emulator, may say that they are fixed.
 */
enum medium medium_of(const struct medium_facts *facts);

/* What machine.csv and the console call it. */
const char *medium_name(enum medium medium);

/* True if a label is this name; NULs and spaces behind it do not count. */
bool medium_is_labelled(const uint16_t *label, size_t chars, const char *name);

/*
 * Bytes of a device path in front of the node of a partition, which is the path of the
 * disk without its end node (UEFI 2.10 10.3.5.1 "Hard Drive"); 0: there is no
 * partition.
 */
size_t medium_disk_bytes(const uint8_t *path, size_t bytes);
