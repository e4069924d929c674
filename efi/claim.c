#include "efi/claim.h"

static bool allocate(const struct firmware *firmware, uint64_t start, uint64_t bytes)
{
	EFI_PHYSICAL_ADDRESS address = start;

	return !EFI_ERROR(firmware->table->BootServices->AllocatePages(
		       AllocateAddress, EfiLoaderData, bytes / PAGE_BYTES, &address)) &&
	       address == start;
}

static bool is_place(uint64_t address, uint64_t room)
{
	return address != 0 && address % PAGE_BYTES == 0 && room != 0 &&
	       room % PAGE_BYTES == 0 && address + room > address;
}

/*
 * As a start before this one has left it that was not followed by a reset.  It may be
 * another loader's too: the seal tells.  No type of our own, 80000000h or more, would
 * do: EDK II has used the type as an index once, and there is firmware that hangs.
 */
static bool is_loaders(const struct memory_map *map, uint64_t start, uint64_t end)
{
	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *const d = memory_map_at(map, i);

		if (d->Type == EfiLoaderData && d->PhysicalStart <= start &&
		    end <= d->PhysicalStart + d->NumberOfPages * PAGE_BYTES)
			return true;
	}
	return false;
}

static void claim_copy(struct claim *claim, const struct memory_map *map, unsigned i)
{
	const uint64_t address = claim->trail->copies[i];
	const uint64_t room = claim->trail->room;

	if (!is_place(address, room) || !memory_is_ram(map, address, address + room))
		return;
	if (allocate(claim->firmware, address, room))
		claim->allocated[i] = room;
	else if (!is_loaders(map, address, address + room))
		return;
	claim->copies[i] = address;
}

void claim_copies(const struct firmware *firmware, const struct memory_map *map,
                  const struct breadcrumb *trail, struct claim *claim)
{
	*claim = (struct claim){ .firmware = firmware, .trail = trail };
	for (unsigned i = 0; i < KEEP_COPIES; i++)
		claim_copy(claim, map, i);
}

void claim_release(const struct claim *claim)
{
	for (unsigned i = 0; i < KEEP_COPIES; i++)
		if (claim->allocated[i] != 0)
			claim->firmware->table->BootServices->FreePages(
				claim->copies[i], claim->allocated[i] / PAGE_BYTES);
}

const struct seal *claim_find(const struct claim *claim, enum seal_fault faults[])
{
	const struct seal *copies[KEEP_COPIES] = { 0 };

	for (unsigned i = 0; i < KEEP_COPIES; i++)
		if (claim->copies[i] != 0)
			copies[i] = (const struct seal *)claim->copies[i];
	return seal_choose(copies, KEEP_COPIES, claim->trail->room,
	                   claim->trail->run_id, claim->trail->nonce, faults);
}
