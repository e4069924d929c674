#pragma once
/* What the memory map says there is, and the one block of it that becomes ours. */
#include "efi/firmware/memory_map.h"
#include "lib/machine/machine.h"
#include "paging/identity.h"

/*
 * wanted frames as one block of EfiLoaderData, or as many as can be had in steps of
 * an eighth less, but not fewer than least, and none that the map sets aside.  The pool
 * is empty if that fails.
 */
struct frame_pool memory_alloc_pool(const struct firmware *firmware,
                                    const struct memory_map *map, uint64_t wanted,
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
