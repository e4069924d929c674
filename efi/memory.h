#pragma once
/* The firmware's memory map, and the one block of it that becomes ours. */
#include "efi/firmware.h"
#include "lib/machine.h"
#include "paging/identity.h"

/* A copy of the map in a buffer of ours, with room for it to grow. */
struct memory_map {
	uint8_t *bytes;
	UINTN capacity;
	UINTN size; /* of what is filled in */
	UINTN key;
	UINTN descriptor_size;
};

/*
 * Reads the map, with room for 64 more descriptors, or more if it grows faster: every
 * allocation may split one, and once ExitBootServices was tried there is no allocating
 * more room.
 */
EFI_STATUS memory_map_alloc(const struct firmware *firmware, struct memory_map *map);

/* Again; EFI_BUFFER_TOO_SMALL if it has outgrown the room. */
EFI_STATUS memory_map_read(const struct firmware *firmware, struct memory_map *map);

UINTN memory_map_count(const struct memory_map *map);
const EFI_MEMORY_DESCRIPTOR *memory_map_at(const struct memory_map *map, UINTN i);

/*
 * wanted frames as one block of EfiLoaderData, or as many as can be had in steps of
 * an eighth less, but not fewer than least.  The pool is empty if that fails.
 */
struct frame_pool memory_alloc_pool(const struct firmware *firmware, uint64_t wanted,
                                    uint64_t least);

/* True if one descriptor, of whatever type, holds start ... end - 1. */
bool memory_map_holds(const struct memory_map *map, uint64_t start, uint64_t end);

/* True if start ... end - 1 is RAM, cached write-back, without a gap. */
bool memory_is_ram(const struct memory_map *map, uint64_t start, uint64_t end);

/* Sums of the map for machine.csv. */
void memory_describe(const struct memory_map *map, struct machine *machine);

/*
 * The map as paint: RAM read-only, runtime code executable, runtime data writable,
 * what is not write-back uncached, and what is neither RAM nor runtime left out.
 * nx is PTE_NX or 0.  Returns how many of the room entries were used.
 */
unsigned memory_paint(const struct memory_map *map, uint64_t nx, struct paint *paints,
                      unsigned room);

/* Physical address of a whole GiB of RAM, 1 GiB aligned; 0 if there is none. */
uint64_t memory_giant(const struct memory_map *map);

/*
 * LOW_BYTES below 1 MiB, which become EfiLoaderData; 0 if there are none, and never
 * page 0.
 */
uint64_t memory_alloc_low(const struct firmware *firmware);

/*
 * Two GiB, 1 GiB aligned, of conventional memory, which become EfiLoaderData; 0 if
 * there are none.
 */
uint64_t memory_alloc_giants(const struct firmware *firmware,
                             const struct memory_map *map);

/* Physical address of some RAM that was never allocated; 0 if there is none. */
uint64_t memory_foreign(const struct memory_map *map);
