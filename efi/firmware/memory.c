#include "efi/firmware/memory.h"

#include "lib/x86/start/trampoline.h"

static uint64_t *table_at(uint64_t frame)
{
	return (uint64_t *)frame;
}

static uint64_t descriptor_end(const EFI_MEMORY_DESCRIPTOR *descriptor)
{
	return descriptor->PhysicalStart + descriptor->NumberOfPages * PAGE_BYTES;
}

/* Somebody's, or where no addresses are, by the map as it was read last. */
static bool is_set_aside(const struct memory_map *map, uint64_t start, uint64_t end)
{
	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *const d = memory_map_at(map, i);

		if (memory_is_special(d) && d->PhysicalStart < end &&
		    start < descriptor_end(d))
			return true;
	}
	return end > map->limit;
}

static bool alloc_block(const struct firmware *firmware, const struct memory_map *map,
                        EFI_ALLOCATE_TYPE type, uint64_t frames,
                        EFI_PHYSICAL_ADDRESS *address)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;

	if (EFI_ERROR(boot->AllocatePages(type, EfiLoaderData, frames, address)))
		return false;
	if (!is_set_aside(map, *address, *address + frames * PAGE_BYTES))
		return true;
	boot->FreePages(*address, frames);
	return false;
}

/* The firmware may choose what is set aside: then the map says what is not. */
static bool alloc_plain(const struct firmware *firmware, const struct memory_map *map,
                        uint64_t frames, EFI_PHYSICAL_ADDRESS *address)
{
	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *const d = memory_map_at(map, i);

		*address = d->PhysicalStart;
		if (memory_is_plain(d) && *address != 0 && d->NumberOfPages >= frames &&
		    alloc_block(firmware, map, AllocateAddress, frames, address))
			return true;
	}
	return false;
}

struct frame_pool memory_alloc_pool(const struct firmware *firmware,
                                    const struct memory_map *map, uint64_t wanted,
                                    uint64_t least)
{
	for (uint64_t frames = wanted; frames >= least; frames -= frames / 8 + 1) {
		/* What turns paging off runs below 4 GiB alone. */
		EFI_PHYSICAL_ADDRESS address = UINT32_MAX;

		if (alloc_block(firmware, map, AllocateMaxAddress, frames, &address) ||
		    alloc_block(firmware, map, AllocateAnyPages, frames, &address) ||
		    alloc_plain(firmware, map, frames, &address))
			return (struct frame_pool){
				.next = address,
				.limit = address + frames * PAGE_BYTES,
				.table_at = table_at,
			};
	}
	return (struct frame_pool){ .table_at = table_at };
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
	machine->beyond_bytes = map->beyond_bytes;
	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *const descriptor = memory_map_at(map, i);
		const uint64_t end = descriptor_end(descriptor);

		if (!memory_is_ram_type(descriptor))
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

	if (memory_is_ram_type(descriptor))
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

		if (memory_is_plain(descriptor) && descriptor->PhysicalStart != 0)
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

			if (memory_is_ram_type(d) &&
			    (d->Attribute & EFI_MEMORY_WB) != 0 &&
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
		    memory_is_ram(map, start, start + gib) &&
		    !is_set_aside(map, start, start + gib))
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

		if (memory_is_plain(d) && start + 2 * gib <= descriptor_end(d) &&
		    !EFI_ERROR(boot->AllocatePages(AllocateAddress, EfiLoaderData,
		                                   2 * gib / PAGE_BYTES, &start)))
			return start;
	}
	return 0;
}
