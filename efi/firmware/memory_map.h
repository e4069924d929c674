#pragma once
/* A copy of the firmware's memory map, without what cannot be there. */
#include "efi/firmware/firmware.h"

#include <stdbool.h>
#include <stdint.h>

/* A copy of the map in a buffer of ours, with room for it to grow. */
struct memory_map {
	uint8_t *bytes;
	UINTN capacity;
	UINTN size; /* of what is filled in; 0 when it could not be read */
	UINTN key;
	UINTN descriptor_size;
	uint64_t limit;        /* first physical address that there is not */
	uint64_t beyond_bytes; /* of RAM that the firmware lists from there on */
};

/*
 * Reads the map, with room for 64 more descriptors, or more if it grows faster: every
 * allocation may split one, and once ExitBootServices was tried there is no allocating
 * more room.  What begins at limit or behind it is left out.
 */
EFI_STATUS memory_map_alloc(const struct firmware *firmware, uint64_t limit,
                            struct memory_map *map);

/* Again; the map is empty if that fails, EFI_BUFFER_TOO_SMALL if there is no room. */
EFI_STATUS memory_map_read(const struct firmware *firmware, struct memory_map *map);

/*
 * The same with more room, where there is not enough for 64 more descriptors, or for as
 * many as came since it was read last.  It allocates, so not once ExitBootServices was
 * tried.
 */
EFI_STATUS memory_map_renew(const struct firmware *firmware, struct memory_map *map);

/*
 * True if all that may be used of a descriptor is memory for everybody: conventional,
 * cached write-back, and not set aside for somebody (EFI_MEMORY_SP: HBM, CXL), since it
 * may be slower, and what becomes of it at a reset is the device's affair.
 */
bool memory_is_plain(const EFI_MEMORY_DESCRIPTOR *descriptor);

UINTN memory_map_count(const struct memory_map *map);
const EFI_MEMORY_DESCRIPTOR *memory_map_at(const struct memory_map *map, UINTN i);

/* What is left when the firmware is, cached or not. */
bool memory_is_ram_type(const EFI_MEMORY_DESCRIPTOR *descriptor);

/* Set aside for somebody; such memory may be listed as conventional. */
bool memory_is_special(const EFI_MEMORY_DESCRIPTOR *descriptor);
