#include "efi/memory.h"

#include "lib/x86/trampoline.h"

#define SPARE_DESCRIPTORS ((UINTN)64)
#define SPARE_MOST (16 * SPARE_DESCRIPTORS)

EFI_STATUS memory_map_read(const struct firmware *firmware, struct memory_map *map)
{
	UINT32 version = 0;

	map->size = map->capacity;
	return firmware->table->BootServices->GetMemoryMap(
		&map->size, (EFI_MEMORY_DESCRIPTOR *)map->bytes, &map->key,
		&map->descriptor_size, &version);
}

static EFI_STATUS alloc_map(const struct firmware *firmware, struct memory_map *map,
                            UINTN spare)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;

	*map = (struct memory_map){ 0 };

	EFI_STATUS status = memory_map_read(firmware, map);

	if (status != EFI_BUFFER_TOO_SMALL)
		return EFI_ERROR(status) ? status : EFI_LOAD_ERROR;
	map->capacity = map->size + spare * map->descriptor_size;
	status = boot->AllocatePool(EfiLoaderData, map->capacity, (void **)&map->bytes);
	if (EFI_ERROR(status))
		return status;
	status = memory_map_read(firmware, map);
	if (EFI_ERROR(status))
		boot->FreePool(map->bytes);
	return status;
}

EFI_STATUS memory_map_alloc(const struct firmware *firmware, struct memory_map *map)
{
	EFI_STATUS status = EFI_BUFFER_TOO_SMALL;

	for (UINTN spare = SPARE_DESCRIPTORS;
	     spare <= SPARE_MOST && status == EFI_BUFFER_TOO_SMALL; spare *= 2)
		status = alloc_map(firmware, map, spare);
	return status;
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

static uint64_t *table_at(uint64_t frame)
{
	return (uint64_t *)frame;
}

struct frame_pool memory_alloc_pool(const struct firmware *firmware, uint64_t wanted,
                                    uint64_t least)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;

	for (uint64_t frames = wanted; frames >= least; frames -= frames / 8 + 1) {
		/* What turns paging off runs below 4 GiB alone. */
		EFI_PHYSICAL_ADDRESS address = UINT32_MAX;

		if (!EFI_ERROR(boot->AllocatePages(AllocateMaxAddress, EfiLoaderData,
		                                   frames, &address)) ||
		    !EFI_ERROR(boot->AllocatePages(AllocateAnyPages, EfiLoaderData,
		                                   frames, &address)))
			return (struct frame_pool){
				.next = address,
				.limit = address + frames * PAGE_BYTES,
				.table_at = table_at,
			};
	}
	return (struct frame_pool){ .table_at = table_at };
}

static bool is_ram(const EFI_MEMORY_DESCRIPTOR *descriptor)
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

static uint64_t descriptor_end(const EFI_MEMORY_DESCRIPTOR *descriptor)
{
	return descriptor->PhysicalStart + descriptor->NumberOfPages * PAGE_BYTES;
}

bool memory_map_holds(const struct memory_map *map, uint64_t start, uint64_t end)
{
	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *const descriptor = memory_map_at(map, i);

		if (descriptor->PhysicalStart <= start &&
		    end <= descriptor_end(descriptor))
			return true;
	}
	return false;
}

void memory_describe(const struct memory_map *map, struct machine *machine)
{
	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *const descriptor = memory_map_at(map, i);
		const uint64_t end = descriptor_end(descriptor);

		if (!is_ram(descriptor))
			continue;
		machine->memory_bytes += descriptor->NumberOfPages * PAGE_BYTES;
		if (end > machine->highest_byte)
			machine->highest_byte = end;
	}
}

/* Leaf flags of a descriptor; 0: not to be mapped. */
static uint64_t flags_of(const EFI_MEMORY_DESCRIPTOR *descriptor, uint64_t nx)
{
	const uint64_t common = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY;
	const uint64_t uncached = PTE_PCD | PTE_PWT;
	const bool write_back = (descriptor->Attribute & EFI_MEMORY_WB) != 0;
	const uint64_t cache = write_back ? 0 : uncached;

	if (is_ram(descriptor))
		return write_back ? common | nx : 0;
	switch (descriptor->Type) {
	case EfiRuntimeServicesCode:
		return common | cache;
	case EfiRuntimeServicesData:
		return common | cache | nx | PTE_WRITABLE;
	case EfiMemoryMappedIO:
		if ((descriptor->Attribute & EFI_MEMORY_RUNTIME) != 0)
			return common | uncached | nx | PTE_WRITABLE;
		return 0;
	default:
		return 0;
	}
}

unsigned memory_paint(const struct memory_map *map, uint64_t nx, struct paint *paints,
                      unsigned room)
{
	unsigned count = 0;

	for (UINTN i = 0; i < memory_map_count(map) && count < room; i++) {
		const EFI_MEMORY_DESCRIPTOR *const descriptor = memory_map_at(map, i);
		const uint64_t flags = flags_of(descriptor, nx);

		if (flags == 0)
			continue;
		paints[count++] = (struct paint){
			.start = descriptor->PhysicalStart,
			.end = descriptor_end(descriptor),
			.flags = flags,
		};
	}
	return count;
}

uint64_t memory_foreign(const struct memory_map *map)
{
	for (UINTN i = memory_map_count(map); i-- != 0;) {
		const EFI_MEMORY_DESCRIPTOR *const descriptor = memory_map_at(map, i);

		if (descriptor->Type == EfiConventionalMemory &&
		    descriptor->PhysicalStart != 0)
			return descriptor->PhysicalStart;
	}
	return 0;
}

/* Descriptors need not be in order: each step finds the one that goes on from here. */
bool memory_is_ram(const struct memory_map *map, uint64_t start, uint64_t end)
{
	while (start < end) {
		const uint64_t before = start;

		for (UINTN i = 0; i < memory_map_count(map); i++) {
			const EFI_MEMORY_DESCRIPTOR *const d = memory_map_at(map, i);

			if (is_ram(d) && (d->Attribute & EFI_MEMORY_WB) != 0 &&
			    d->PhysicalStart <= start && start < descriptor_end(d))
				start = descriptor_end(d);
		}
		if (start == before)
			return false;
	}
	return true;
}

uint64_t memory_giant(const struct memory_map *map)
{
	const uint64_t gib = UINT64_C(1) << 30;

	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *const d = memory_map_at(map, i);
		const uint64_t start = (d->PhysicalStart + gib - 1) & ~(gib - 1);

		if (start != 0 && start < descriptor_end(d) &&
		    memory_is_ram(map, start, start + gib))
			return start;
	}
	return 0;
}

uint64_t memory_alloc_low(const struct firmware *firmware)
{
	/* SIPI vectors A0H to BFH are reserved (SDM 3A 10.4.3 "MP Initialization"). */
	EFI_PHYSICAL_ADDRESS address = 0xa0000 - 1;

	if (EFI_ERROR(firmware->table->BootServices->AllocatePages(
		    AllocateMaxAddress, EfiLoaderData, LOW_BYTES / PAGE_BYTES,
		    &address)))
		return 0;
	return address; /* 0, which is page 0, is none too */
}

uint64_t memory_alloc_giants(const struct firmware *firmware,
                             const struct memory_map *map)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	const uint64_t gib = UINT64_C(1) << 30;

	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *const d = memory_map_at(map, i);
		EFI_PHYSICAL_ADDRESS start = (d->PhysicalStart + gib - 1) & ~(gib - 1);

		if (d->Type == EfiConventionalMemory &&
		    (d->Attribute & EFI_MEMORY_WB) != 0 &&
		    start + 2 * gib <= descriptor_end(d) &&
		    !EFI_ERROR(boot->AllocatePages(AllocateAddress, EfiLoaderData,
		                                   2 * gib / PAGE_BYTES, &start)))
			return start;
	}
	return 0;
}
