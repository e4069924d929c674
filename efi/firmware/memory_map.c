#include "efi/firmware/memory_map.h"

#include "paging/pte.h"

#define SPARE_DESCRIPTORS ((UINTN)64)
#define SPARE_MOST (16 * SPARE_DESCRIPTORS)

/*
 * Bytes of a descriptor, for how much room to ask: firmware's own is 48 nearly
 * everywhere, and some does not say how large it is when the buffer is too small.
 */
#define DESCRIPTOR_BYTES ((UINTN)48)

/* Set aside for some use (UEFI 2.10 7.2.3 "EFI_BOOT_SERVICES.GetMemoryMap()"). */
#define MEMORY_SP (UINT64_C(1) << 18)

bool memory_is_ram_type(const EFI_MEMORY_DESCRIPTOR *descriptor)
{
	switch (descriptor->Type) {
	case EfiLoaderCode:
	case EfiLoaderData:
	case EfiBootServicesCode:
	case EfiBootServicesData:
	case EfiConventionalMemory:
	case EfiACPIReclaimMemory:
	case EfiACPIMemoryNVS:
		return true;
	default:
		return false;
	}
}

bool memory_is_special(const EFI_MEMORY_DESCRIPTOR *descriptor)
{
	return (descriptor->Attribute & MEMORY_SP) != 0;
}

bool memory_is_plain(const EFI_MEMORY_DESCRIPTOR *descriptor)
{
	return descriptor->Type == EfiConventionalMemory &&
	       (descriptor->Attribute & EFI_MEMORY_WB) != 0 &&
	       !memory_is_special(descriptor);
}

/*
 * Bits of an entry beyond the limit are reserved: whoever goes through it gets a page
 * fault (SDM 3A 5.7 "Page-Fault Exceptions", RSVD).  Linux leaves such RAM out, too.
 */
static void clip(struct memory_map *map)
{
	map->beyond_bytes = 0;
	for (UINTN at = 0; at + map->descriptor_size <= map->size;
	     at += map->descriptor_size) {
		EFI_MEMORY_DESCRIPTOR *const d =
			(EFI_MEMORY_DESCRIPTOR *)(map->bytes + at);
		const uint64_t most =
			d->PhysicalStart < map->limit
				? (map->limit - d->PhysicalStart) / PAGE_BYTES
				: 0;

		if (d->NumberOfPages <= most)
			continue;
		if (memory_is_ram_type(d))
			map->beyond_bytes += (d->NumberOfPages - most) * PAGE_BYTES;
		d->NumberOfPages = most;
		if (most == 0)
			d->Type = EfiReservedMemoryType;
	}
}

/* *size is what there is room for, and becomes what is there, or is wanted. */
static EFI_STATUS read_map(const struct firmware *firmware, struct memory_map *map,
                           UINTN *size)
{
	UINT32 version = 0;
	UINTN step = 0;
	const EFI_STATUS status = firmware->table->BootServices->GetMemoryMap(
		size, (EFI_MEMORY_DESCRIPTOR *)map->bytes, &map->key, &step, &version);

	map->size = 0;
	if (EFI_ERROR(status))
		return status;
	if (*size > map->capacity || step < sizeof(EFI_MEMORY_DESCRIPTOR))
		return EFI_LOAD_ERROR;
	map->size = *size;
	map->descriptor_size = step;
	clip(map);
	return EFI_SUCCESS;
}

EFI_STATUS memory_map_read(const struct firmware *firmware, struct memory_map *map)
{
	UINTN size = map->capacity;

	return read_map(firmware, map, &size);
}

static void free_map(const struct firmware *firmware, struct memory_map *map)
{
	firmware->table->BootServices->FreePool(map->bytes);
	*map = (struct memory_map){ .limit = map->limit };
}

/*
 * *wanted is what the map had when it was asked last.  What it grows by while it is
 * read, spare at most, it will grow by again.
 */
static EFI_STATUS alloc_map(const struct firmware *firmware, struct memory_map *map,
                            UINTN spare, UINTN *wanted)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	const UINTN most = *wanted + spare * DESCRIPTOR_BYTES;
	EFI_STATUS status;

	map->capacity = most + spare * DESCRIPTOR_BYTES;
	status = boot->AllocatePool(EfiLoaderData, map->capacity, (void **)&map->bytes);
	if (EFI_ERROR(status)) {
		map->bytes = NULL;
		return status;
	}
	*wanted = map->capacity;
	status = read_map(firmware, map, wanted);
	if (!EFI_ERROR(status) && *wanted > most)
		status = EFI_BUFFER_TOO_SMALL;
	if (EFI_ERROR(status))
		free_map(firmware, map);
	return status;
}

/* The first answer says how much is wanted, or nothing that can be relied on. */
EFI_STATUS memory_map_alloc(const struct firmware *firmware, uint64_t limit,
                            struct memory_map *map)
{
	EFI_STATUS status = EFI_BUFFER_TOO_SMALL;
	UINTN wanted = 0;

	*map = (struct memory_map){ .limit = limit };
	(void)read_map(firmware, map, &wanted);
	for (UINTN spare = SPARE_DESCRIPTORS;
	     spare <= SPARE_MOST && status == EFI_BUFFER_TOO_SMALL; spare *= 2)
		status = alloc_map(firmware, map, spare, &wanted);
	return status;
}

static bool has_room(const struct firmware *firmware, struct memory_map *map)
{
	const UINTN before = map->size;

	if (EFI_ERROR(memory_map_read(firmware, map)))
		return false;

	const UINTN room = map->capacity - map->size;

	return room >= SPARE_DESCRIPTORS * map->descriptor_size &&
	       before + room >= map->size;
}

EFI_STATUS memory_map_renew(const struct firmware *firmware, struct memory_map *map)
{
	struct memory_map larger;
	EFI_STATUS status;

	if (has_room(firmware, map))
		return EFI_SUCCESS;
	status = memory_map_alloc(firmware, map->limit, &larger);
	if (EFI_ERROR(status))
		return map->size != 0 ? EFI_SUCCESS : status;
	free_map(firmware, map);
	*map = larger;
	return EFI_SUCCESS;
}

/* The firmware says how far descriptors are apart, and it is not sizeof. */
UINTN memory_map_count(const struct memory_map *map)
{
	return map->size / map->descriptor_size;
}

const EFI_MEMORY_DESCRIPTOR *memory_map_at(const struct memory_map *map, UINTN i)
{
	return (const EFI_MEMORY_DESCRIPTOR *)(map->bytes + i * map->descriptor_size);
}
