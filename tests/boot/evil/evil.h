#pragma once
/*
 * Firmware that misbehaves: an application in front of the program, which takes the
 * place of some services and then starts it.  What it does to which is said by evil.cfg
 * on the boot partition, words with a blank or a line end between them, see config.c.
 */
#include "efi/firmware.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum write_fault { WRITE_WELL, WRITE_FULL, WRITE_SHORT, WRITE_PROTECTED, WRITE_LOST };
enum block_fault { BLOCKS_WELL, BLOCKS_LOSE_ALL, BLOCKS_LOSE_RESULTS };
enum variable_fault { VARIABLE_WELL, VARIABLE_LOST, VARIABLE_REFUSED };
enum reset_fault { RESET_WELL, RESET_RETURNS, RESET_UD, RESET_PF, RESET_HANGS };
enum screen_fault { SCREEN_WELL, SCREEN_BLT, SCREEN_TWO, SCREEN_STRIDE, SCREEN_MASKS };

enum madt_fault {
	MADT_WELL,
	MADT_FFFFFFFF,
	MADT_DUPLICATES,
	MADT_GHOSTS,
	MADT_ORDER,
	MADT_NONE,
	MADT_DAMAGED,
};

struct evil {
	uint32_t exits;      /* how many times ExitBootServices fails */
	uint32_t grow;       /* new descriptors each time the memory map is read */
	uint32_t write_from; /* bytes at once from which on writing goes wrong */
	enum write_fault write;
	enum variable_fault variable;
	uint32_t option_is_class; /* boot options name no device */
	enum reset_fault reset;
	enum screen_fault screen;
	enum madt_fault madt;
	uint32_t no_mp_services;
	/* How many copies of results in RAM, the highest first, something becomes of.
	 */
	uint32_t damaged_headers;
	uint32_t damaged_streams;
	uint32_t held;        /* their first page is in use */
	uint32_t held_behind; /* the page behind what they hold is */
	uint32_t no_low_memory;
	uint32_t any_is_high; /* memory that may be anywhere is above 4 GiB */
	uint32_t no_rename;
	enum block_fault blocks; /* of partitions, in what they are given to write */
	uint32_t unconnected;    /* TLBMARK has no driver */
	uint32_t padded_labels;
	uint32_t no_dates; /* of files */
	uint32_t chained;  /* the program comes from another disk, by a file there */
};

/* False if there is a word that is not known: a test that asks for it would lie. */
bool evil_read(struct evil *evil, const char *text, size_t length);

/* Each takes the place of services that go wrong. */
void evil_blocks(const struct firmware *firmware, const struct evil *evil,
                 EFI_HANDLE data);
void evil_boot_services(const struct firmware *firmware, const struct evil *evil);
void evil_copies(const struct firmware *firmware, const struct evil *evil);
void evil_files(const struct firmware *firmware, const struct evil *evil);
void evil_infos(const struct firmware *firmware, const struct evil *evil);
void evil_madt(const struct firmware *firmware, const struct evil *evil);
void evil_runtime_services(const struct firmware *firmware, const struct evil *evil);
void evil_screen(const struct firmware *firmware, const struct evil *evil);
