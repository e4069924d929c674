#pragma once
/*
 * Firmware that misbehaves: an application in front of the program, which takes the
 * place of some services and then starts it.  What it does to which is said by evil.cfg
 * on the boot partition, words with a blank or a line end between them, see config.c.
 */
#include "efi/firmware/firmware.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum write_fault { WRITE_WELL, WRITE_FULL, WRITE_SHORT, WRITE_PROTECTED, WRITE_LOST };
enum block_fault { BLOCKS_WELL, BLOCKS_LOSE_ALL, BLOCKS_LOSE_RESULTS };
enum variable_fault {
	VARIABLE_WELL,
	VARIABLE_LOST,
	VARIABLE_REFUSED,
	VARIABLE_NO_OPTION, /* Boot#### alone is refused */
};
enum option_fault { OPTION_WELL, OPTION_CLASS, OPTION_EMPTY };
enum order_fault { ORDER_WELL, ORDER_WITHOUT, ORDER_ADDED };
enum loader { LOADER_FIRMWARE, LOADER_DRIVER, LOADER_NAMED, LOADER_SILENT };
enum options {
	OPTIONS_NONE,
	OPTIONS_BARE,
	OPTIONS_NARROW,
	OPTIONS_WHOLE,
	OPTIONS_DATA
};
enum reset_fault { RESET_WELL, RESET_RETURNS, RESET_UD, RESET_PF, RESET_HANGS };
enum console_fault { CONSOLE_WELL, CONSOLE_NONE, CONSOLE_COM2 };
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

enum map_fault { MAP_WELL, MAP_NO_STEP, MAP_BEYOND, MAP_SPECIAL };
enum acpi_fault { ACPI_WELL, ACPI_XSDT_ZERO, ACPI_XSDT_DAMAGED, ACPI_FADT_SUM };

struct evil {
	uint32_t exits;      /* how many times ExitBootServices fails */
	uint32_t grow;       /* new descriptors each time the memory map is read */
	uint32_t write_from; /* bytes at once from which on writing goes wrong */
	enum write_fault write;
	enum variable_fault variable;
	enum option_fault option; /* this start's boot option names no device */
	enum order_fault order;
	enum console_fault console; /* what ConOut names */
	uint32_t shim;              /* the wrapper is one that wants to be asked */
	uint32_t mok;               /* shim's list of keys becomes that of mok.esl */
	uint32_t keys;              /* that wait when the program starts: Enter */
	enum reset_fault reset;
	enum screen_fault screen;
	enum madt_fault madt;
	uint32_t no_mp_services;
	/* How many copies of results in RAM, the highest first, something becomes of.
	 */
	uint32_t damaged_headers;
	uint32_t damaged_streams;
	uint32_t held;          /* their first page is in use */
	uint32_t held_behind;   /* the page behind what they hold is */
	uint32_t frees_nothing; /* what is given back stays as it is */
	uint32_t no_low_memory;
	uint32_t any_is_high; /* memory that may be anywhere is above 4 GiB */
	uint32_t no_rename;
	uint32_t thermal_smi; /* the local APIC's thermal entry is in SMI delivery */
	uint32_t la57;        /* five-level paging is on */
	enum map_fault map;
	enum acpi_fault acpi;
	uint32_t guarded; /* copies whose first page is in use, and faults when read */
	uint32_t clears_memory; /* the next reset does, by MemoryOverwriteRequest */
	uint32_t chained;     /* the program comes from another disk, by a file there */
	uint32_t in_ram;      /* from a RAM disk */
	enum loader loader;   /* who loads it, and what that says of it */
	uint32_t once;        /* and the next time something else */
	enum options options; /* its command line */
	enum block_fault blocks; /* of partitions, in what they are given to write */
	uint32_t unconnected;    /* TLBMARK has no driver */
	uint32_t padded_labels;
	uint32_t no_dates; /* of files */
};

/* False if there is a word that is not known: a test that asks for it would lie. */
bool evil_read(struct evil *evil, const char *text, size_t length);

/* Pages of EfiLoaderData: what programs allocate, and no driver does. */
UINT64 evil_loader_pages(const EFI_BOOT_SERVICES *boot);

/* Each takes the place of services that go wrong. */
void evil_acpi(const struct firmware *firmware, const struct evil *evil);
void evil_blocks(const struct firmware *firmware, const struct evil *evil,
                 EFI_HANDLE data);
void evil_boot_services(const struct firmware *firmware, const struct evil *evil);
/* What the program is told of itself. */
void evil_loader(const struct firmware *firmware, const struct evil *evil,
                 EFI_HANDLE program);
/* A RAM disk with what is on the device; NULL if there is none. */
EFI_HANDLE evil_ram_disk(const struct firmware *firmware, EFI_HANDLE device);
void evil_copies(const struct firmware *firmware, const struct evil *evil);
void evil_guard(const EFI_BOOT_SERVICES *boot, EFI_PHYSICAL_ADDRESS address);
void evil_files(const struct firmware *firmware, const struct evil *evil);
void evil_la57(const struct firmware *firmware, const struct evil *evil);
void evil_lvt(const struct evil *evil);
void evil_infos(const struct firmware *firmware, const struct evil *evil);
void evil_madt(const struct firmware *firmware, const struct evil *evil);
void evil_map(const struct firmware *firmware, const struct evil *evil);
void evil_mor(const struct firmware *firmware, const struct evil *evil);
void evil_runtime_services(const struct firmware *firmware, const struct evil *evil);
void evil_shim(const struct firmware *firmware, const struct evil *evil,
               const void *file, UINTN bytes);
void evil_screen(const struct firmware *firmware, const struct evil *evil);
