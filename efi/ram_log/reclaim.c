#include "efi/ram_log/reclaim.h"

#include "lib/x86/insn.h"

#include <string.h>

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

static const struct seal *seal_at(uint64_t address)
{
	return (const struct seal *)address;
}

/* Of header and stream, in whole pages; 0: there are none, or not in RAM. */
static uint64_t bytes_at(const struct claim *claim, const struct memory_map *map,
                         uint64_t address)
{
	const struct breadcrumb *const trail = claim->trail;
	uint64_t bytes = 0;

	if (!memory_is_ram(map, address, address + PAGE_BYTES))
		return 0;
	bytes = seal_bytes(seal_at(address), trail->room, trail->run_id, trail->nonce);
	bytes = (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	return memory_is_ram(map, address, address + bytes) ? bytes : 0;
}

/*
 * Of a copy whose room is not free as a whole, what header and stream take.  The page
 * of the header stays allocated in between: some firmware clears what is freed.  False
 * if some of that is in use.
 */
static bool claim_stream(struct claim *claim, const struct memory_map *map, unsigned i)
{
	const uint64_t address = claim->trail->copies[i];
	uint64_t bytes = 0;

	if (!memory_is_ram(map, address, address + PAGE_BYTES))
		return true;
	if (!allocate(claim->firmware, address, PAGE_BYTES))
		return false;
	claim->allocated[i] = PAGE_BYTES;
	bytes = bytes_at(claim, map, address);
	if (bytes == 0)
		return true;
	if (bytes > PAGE_BYTES &&
	    !allocate(claim->firmware, address + PAGE_BYTES, bytes - PAGE_BYTES))
		return false;
	claim->allocated[i] = bytes;
	claim->copies[i] = address;
	return true;
}

/*
 * The room is for the longest stream that there might be, and so is mostly empty: what
 * the firmware uses at this start need not be where the results are.
 */
static void claim_copy(struct claim *claim, const struct memory_map *map, unsigned i)
{
	const uint64_t address = claim->trail->copies[i];
	const uint64_t room = claim->trail->room;

	if (!is_place(address, room))
		return;
	if (memory_is_ram(map, address, address + room) &&
	    allocate(claim->firmware, address, room)) {
		claim->allocated[i] = room;
		claim->copies[i] = address;
		return;
	}
	claim->in_use[i] = !claim_stream(claim, map, i);
}

void claim_copies(const struct firmware *firmware, const struct memory_map *map,
                  const struct breadcrumb *trail, struct claim *claim)
{
	*claim = (struct claim){ .firmware = firmware, .trail = trail };
	for (unsigned i = 0; i < KEEP_COPIES; i++)
		claim_copy(claim, map, i);
}

bool claim_is_partial(const struct claim *claim)
{
	for (unsigned i = 0; i < KEEP_COPIES; i++)
		if (claim->in_use[i])
			return true;
	return false;
}

static void look(struct claim *claim, const struct memory_map *map, unsigned i)
{
	const uint64_t address = claim->trail->copies[i];
	uint64_t bytes = 0;

	if (is_loaders(map, address, address + claim->trail->room)) {
		claim->copies[i] = address;
		return;
	}
	bytes = bytes_at(claim, map, address);
	if (bytes == 0)
		return;
	if (is_loaders(map, address, address + bytes)) {
		claim->copies[i] = address;
		return;
	}
	claim->shared[i] = bytes;
	for (uint64_t at = claim->allocated[i]; at < bytes; at += PAGE_BYTES)
		(void)allocate(claim->firmware, address + at, PAGE_BYTES);
}

void claim_look(struct claim *claim, const struct memory_map *map)
{
	for (unsigned i = 0; i < KEEP_COPIES; i++)
		if (claim->in_use[i])
			look(claim, map, i);
}

void claim_forget(const struct claim *claim)
{
	const struct breadcrumb *const trail = claim->trail;

	for (unsigned i = 0; i < KEEP_COPIES; i++) {
		struct seal *const seal = (struct seal *)claim->copies[i];

		if (seal != NULL && claim->allocated[i] != 0 &&
		    seal_bytes(seal, trail->room, trail->run_id, trail->nonce) != 0)
			*seal = (struct seal){ 0 };
	}
	wbinvd();
}

void claim_release(const struct claim *claim)
{
	EFI_BOOT_SERVICES *const boot = claim->firmware->table->BootServices;

	for (unsigned i = 0; i < KEEP_COPIES; i++)
		if (claim->allocated[i] != 0)
			boot->FreePages(claim->trail->copies[i],
			                claim->allocated[i] / PAGE_BYTES);
	if (claim->moved != NULL)
		boot->FreePool(claim->moved);
}

/* Whose place it is may write there at any time: only what was moved is believed. */
static const struct seal *move(struct claim *claim, unsigned i)
{
	EFI_BOOT_SERVICES *const boot = claim->firmware->table->BootServices;
	const struct breadcrumb *const trail = claim->trail;
	const uint64_t bytes = claim->shared[i];

	if (EFI_ERROR(
		    boot->AllocatePool(EfiLoaderData, bytes, (void **)&claim->moved))) {
		claim->moved = NULL;
		return NULL;
	}
	memcpy(claim->moved, seal_at(trail->copies[i]), bytes);
	if (seal_check(claim->moved, bytes, trail->run_id, trail->nonce) == SEAL_WHOLE)
		return claim->moved;
	boot->FreePool(claim->moved);
	claim->moved = NULL;
	return NULL;
}

const struct seal *claim_find(struct claim *claim, enum seal_fault faults[])
{
	const struct seal *copies[KEEP_COPIES] = { 0 };
	const struct seal *found = NULL;

	for (unsigned i = 0; i < KEEP_COPIES; i++)
		if (claim->copies[i] != 0)
			copies[i] = seal_at(claim->copies[i]);
	found = seal_choose(copies, KEEP_COPIES, claim->trail->room,
	                    claim->trail->run_id, claim->trail->nonce, faults);
	for (unsigned i = 0; i < KEEP_COPIES && found == NULL; i++)
		if (claim->shared[i] != 0)
			found = move(claim, i);
	return found;
}
