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
 * another loader's too: the header tells.  No type of our own, 80000000h or more, would
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

static const struct log_header *log_header_at(uint64_t address)
{
	return (const struct log_header *)address;
}

/* Of header and stream, in whole pages; 0: there are none, or not in RAM. */
static uint64_t bytes_at(const struct reclaim *reclaim, const struct memory_map *map,
                         uint64_t address)
{
	const struct run_marker *const marker = reclaim->marker;
	uint64_t bytes = 0;

	if (!memory_is_ram(map, address, address + PAGE_BYTES))
		return 0;
	bytes = log_header_bytes(log_header_at(address), marker->room, marker->run_id,
	                         marker->nonce);
	bytes = (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	return memory_is_ram(map, address, address + bytes) ? bytes : 0;
}

/*
 * Of a copy whose room is not free as a whole, what header and stream take.  The page
 * of the header stays allocated in between: some firmware clears what is freed.  False
 * if some of that is in use.
 */
static bool reclaim_stream(struct reclaim *reclaim, const struct memory_map *map,
                           unsigned i)
{
	const uint64_t address = reclaim->marker->copies[i];
	uint64_t bytes = 0;

	if (!memory_is_ram(map, address, address + PAGE_BYTES))
		return true;
	if (!allocate(reclaim->firmware, address, PAGE_BYTES))
		return false;
	reclaim->allocated[i] = PAGE_BYTES;
	bytes = bytes_at(reclaim, map, address);
	if (bytes == 0)
		return true;
	if (bytes > PAGE_BYTES &&
	    !allocate(reclaim->firmware, address + PAGE_BYTES, bytes - PAGE_BYTES))
		return false;
	reclaim->allocated[i] = bytes;
	reclaim->copies[i] = address;
	return true;
}

/*
 * The room is for the longest stream that there might be, and so is mostly empty: what
 * the firmware uses at this start need not be where the results are.
 */
static void reclaim_copy(struct reclaim *reclaim, const struct memory_map *map,
                         unsigned i)
{
	const uint64_t address = reclaim->marker->copies[i];
	const uint64_t room = reclaim->marker->room;

	if (!is_place(address, room))
		return;
	if (memory_is_ram(map, address, address + room) &&
	    allocate(reclaim->firmware, address, room)) {
		reclaim->allocated[i] = room;
		reclaim->copies[i] = address;
		return;
	}
	reclaim->in_use[i] = !reclaim_stream(reclaim, map, i);
}

void reclaim_copies(const struct firmware *firmware, const struct memory_map *map,
                    const struct run_marker *marker, struct reclaim *reclaim)
{
	*reclaim = (struct reclaim){ .firmware = firmware, .marker = marker };
	for (unsigned i = 0; i < RAM_LOG_COPIES; i++)
		reclaim_copy(reclaim, map, i);
}

bool reclaim_is_partial(const struct reclaim *reclaim)
{
	for (unsigned i = 0; i < RAM_LOG_COPIES; i++)
		if (reclaim->in_use[i])
			return true;
	return false;
}

static void look(struct reclaim *reclaim, const struct memory_map *map, unsigned i)
{
	const uint64_t address = reclaim->marker->copies[i];
	uint64_t bytes = 0;

	if (is_loaders(map, address, address + reclaim->marker->room)) {
		reclaim->copies[i] = address;
		return;
	}
	bytes = bytes_at(reclaim, map, address);
	if (bytes == 0)
		return;
	if (is_loaders(map, address, address + bytes)) {
		reclaim->copies[i] = address;
		return;
	}
	reclaim->shared[i] = bytes;
	for (uint64_t at = reclaim->allocated[i]; at < bytes; at += PAGE_BYTES)
		(void)allocate(reclaim->firmware, address + at, PAGE_BYTES);
}

void reclaim_look(struct reclaim *reclaim, const struct memory_map *map)
{
	for (unsigned i = 0; i < RAM_LOG_COPIES; i++)
		if (reclaim->in_use[i])
			look(reclaim, map, i);
}

void reclaim_forget(const struct reclaim *reclaim)
{
	const struct run_marker *const marker = reclaim->marker;

	for (unsigned i = 0; i < RAM_LOG_COPIES; i++) {
		struct log_header *const header =
			(struct log_header *)reclaim->copies[i];

		if (header != NULL && reclaim->allocated[i] != 0 &&
		    log_header_bytes(header, marker->room, marker->run_id,
		                     marker->nonce) != 0)
			*header = (struct log_header){ 0 };
	}
	wbinvd();
}

void reclaim_release(const struct reclaim *reclaim)
{
	EFI_BOOT_SERVICES *const boot = reclaim->firmware->table->BootServices;

	for (unsigned i = 0; i < RAM_LOG_COPIES; i++)
		if (reclaim->allocated[i] != 0)
			boot->FreePages(reclaim->marker->copies[i],
			                reclaim->allocated[i] / PAGE_BYTES);
	if (reclaim->moved != NULL)
		boot->FreePool(reclaim->moved);
}

/* Whose place it is may write there at any time: only what was moved is believed. */
static const struct log_header *move(struct reclaim *reclaim, unsigned i)
{
	EFI_BOOT_SERVICES *const boot = reclaim->firmware->table->BootServices;
	const struct run_marker *const marker = reclaim->marker;
	const uint64_t bytes = reclaim->shared[i];

	if (EFI_ERROR(boot->AllocatePool(EfiLoaderData, bytes,
	                                 (void **)&reclaim->moved))) {
		reclaim->moved = NULL;
		return NULL;
	}
	memcpy(reclaim->moved, log_header_at(marker->copies[i]), bytes);
	if (log_header_check(reclaim->moved, bytes, marker->run_id, marker->nonce) ==
	    LOG_HEADER_WHOLE)
		return reclaim->moved;
	boot->FreePool(reclaim->moved);
	reclaim->moved = NULL;
	return NULL;
}

const struct log_header *reclaim_find(struct reclaim *reclaim,
                                      enum log_header_fault faults[])
{
	const struct log_header *copies[RAM_LOG_COPIES] = { 0 };
	const struct log_header *found = NULL;

	for (unsigned i = 0; i < RAM_LOG_COPIES; i++)
		if (reclaim->copies[i] != 0)
			copies[i] = log_header_at(reclaim->copies[i]);
	found = log_header_choose(copies, RAM_LOG_COPIES, reclaim->marker->room,
	                          reclaim->marker->run_id, reclaim->marker->nonce,
	                          faults);
	for (unsigned i = 0; i < RAM_LOG_COPIES && found == NULL; i++)
		if (reclaim->shared[i] != 0)
			found = move(reclaim, i);
	return found;
}
