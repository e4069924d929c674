#include "efi/ram_log/ram_log.h"

#include "lib/x86/insn.h"

#include <string.h>

#define FOUR_GIB (UINT64_C(4) << 30)
#define ONE_MIB (UINT64_C(1) << 20)
#define LOWEST (UINT64_C(16) << 20) /* below: the firmware at its start */

#define LEAST_BYTES (UINT64_C(128) << 10)
#define MOST_BYTES (UINT64_C(64) << 20) /* more than the stick holds */

struct region {
	uint64_t start, end;
};

/* The largest free region between two addresses. */
static struct region largest(const struct memory_map *map, uint64_t from, uint64_t to)
{
	struct region best = { 0 };

	for (UINTN i = 0; i < memory_map_count(map); i++) {
		const EFI_MEMORY_DESCRIPTOR *const d = memory_map_at(map, i);
		struct region region = {
			d->PhysicalStart,
			d->PhysicalStart + d->NumberOfPages * PAGE_BYTES,
		};

		if (!memory_is_plain(d))
			continue;
		if (region.start < from)
			region.start = from;
		if (region.end > to)
			region.end = to;
		if (region.start < region.end &&
		    region.end - region.start > best.end - best.start)
			best = region;
	}
	return best;
}

static uint64_t alloc_at(const struct firmware *firmware, uint64_t start,
                         uint64_t bytes)
{
	EFI_PHYSICAL_ADDRESS address = start;

	if (EFI_ERROR(firmware->table->BootServices->AllocatePages(
		    AllocateAddress, EfiLoaderData, bytes / PAGE_BYTES, &address)))
		return 0;
	return address;
}

static struct seal *seal_at(uint64_t address)
{
	return (struct seal *)address;
}

/*
 * Another stick's run has left its copies in the middle too, where they are as large as
 * its profile wants: the most that they can be is looked through.  What is below the
 * own room is free memory, which UEFI maps (UEFI 2.10 2.3.4 "x64 Platforms").
 */
static const struct seal *find_foreign(struct region region, uint64_t address,
                                       uint64_t bytes, uint64_t last_nonce)
{
	const uint64_t reach = (MOST_BYTES - bytes) / 2 & ~(PAGE_BYTES - 1);
	uint64_t at = address - region.start > reach ? address - reach : region.start;

	for (; at < address + bytes; at += PAGE_BYTES)
		if (seal_is_foreign(seal_at(at), region.end - at, last_nonce))
			return seal_at(at);
	return NULL;
}

/* In the middle of the largest region; 0 if it does not fit there. */
static uint64_t alloc_middle(const struct firmware *firmware, struct memory_map *map,
                             uint64_t from, uint64_t to, uint64_t last_nonce,
                             struct keep *keep)
{
	const uint64_t bytes = keep->room;

	if (EFI_ERROR(memory_map_renew(firmware, map)))
		return 0;

	const struct region region = largest(map, from, to);

	/* Not all of it either: whoever comes after needs some. */
	if (region.end - region.start < 2 * bytes)
		return 0;

	const uint64_t address =
		(region.start + (region.end - region.start - bytes) / 2) &
		~(PAGE_BYTES - 1);
	const uint64_t allocated = alloc_at(firmware, address, bytes);

	if (allocated != 0 && keep->foreign == NULL)
		keep->foreign = find_foreign(region, address, bytes, last_nonce);
	return allocated;
}

static void release(const struct firmware *firmware, struct keep *keep)
{
	for (unsigned i = 0; i < KEEP_COPIES; i++)
		if (keep->copies[i] != 0)
			firmware->table->BootServices->FreePages(
				keep->copies[i], keep->room / PAGE_BYTES);
	*keep = (struct keep){ 0 };
}

static bool alloc_copies(const struct firmware *firmware, struct memory_map *map,
                         uint64_t last_nonce, struct keep *keep)
{
	uint64_t *const copies = keep->copies;

	copies[0] = alloc_middle(firmware, map, LOWEST, FOUR_GIB, last_nonce, keep);
	copies[1] = alloc_middle(firmware, map, FOUR_GIB, UINT64_MAX, last_nonce, keep);
	copies[2] = alloc_middle(firmware, map, ONE_MIB, LOWEST, last_nonce, keep);
	/*
	 * For want of a region, the others go below the first: a small machine is not
	 * cut into more pieces, that nothing fits into any more.
	 */
	for (unsigned i = 1; i < KEEP_COPIES; i++)
		if (copies[i] == 0 && copies[0] > i * keep->room)
			copies[i] = alloc_at(firmware, copies[0] - i * keep->room,
			                     keep->room);
	return copies[0] != 0 && copies[1] != 0 && copies[2] != 0;
}

bool keep_alloc(const struct firmware *firmware, struct memory_map *map, uint64_t bytes,
                uint64_t last_nonce, struct keep *keep)
{
	*keep = (struct keep){ 0 };
	if (bytes > MOST_BYTES)
		bytes = MOST_BYTES;
	for (; bytes >= LEAST_BYTES; bytes = bytes / 2) {
		keep->room = (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
		if (alloc_copies(firmware, map, last_nonce, keep) ||
		    keep->foreign != NULL)
			return true;
		release(firmware, keep);
	}
	return false;
}

void keep_open(struct keep *keep, const struct breadcrumb *breadcrumb)
{
	struct seal *const seal = seal_at(keep->copies[0]);

	for (unsigned i = 0; i < KEEP_COPIES; i++)
		*seal_at(keep->copies[i]) = (struct seal){ 0 };
	seal_open(seal, breadcrumb->run_id, breadcrumb->nonce);
	wbinvd();
	memory_sink_open(&keep->sink, (char *)(seal + 1), keep->room - sizeof *seal);
}

static uint32_t flags_of(const struct keep *keep)
{
	return (keep->sink.full ? SEAL_CUT : 0u) |
	       (keep->sink.lacks_samples ? SEAL_LACKS_SAMPLES : 0u);
}

/* WBINVD writes back the caches of this processor, which alone wrote here. */
void keep_so_far(struct keep *keep)
{
	seal_close(seal_at(keep->copies[0]), keep->sink.length,
	           flags_of(keep) | SEAL_OPEN);
	wbinvd();
}

void keep_seal(struct keep *keep)
{
	struct seal *const first = seal_at(keep->copies[0]);

	seal_close(first, keep->sink.length, flags_of(keep));
	for (unsigned i = 1; i < KEEP_COPIES; i++)
		memcpy(seal_at(keep->copies[i]), first,
		       sizeof *first + keep->sink.length);
	wbinvd();
}
