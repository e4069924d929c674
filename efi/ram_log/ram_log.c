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

static struct log_header *log_header_at(uint64_t address)
{
	return (struct log_header *)address;
}

/*
 * Another stick's run has left its copies in the middle too, where they are as large as
 * its profile wants: the most that they can be is looked through.  What is below the
 * own room is free memory, which UEFI maps (UEFI 2.10 2.3.4 "x64 Platforms").
 */
static const struct log_header *find_foreign(struct region region, uint64_t address,
                                             uint64_t bytes, uint64_t last_nonce)
{
	const uint64_t reach = (MOST_BYTES - bytes) / 2 & ~(PAGE_BYTES - 1);
	uint64_t at = address - region.start > reach ? address - reach : region.start;

	for (; at < address + bytes; at += PAGE_BYTES)
		if (log_header_is_foreign(log_header_at(at), region.end - at,
		                          last_nonce))
			return log_header_at(at);
	return NULL;
}

/* In the middle of the largest region; 0 if it does not fit there. */
static uint64_t alloc_middle(const struct firmware *firmware, struct memory_map *map,
                             uint64_t from, uint64_t to, uint64_t last_nonce,
                             struct ram_log *log)
{
	const uint64_t bytes = log->room;

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

	if (allocated != 0 && log->foreign == NULL)
		log->foreign = find_foreign(region, address, bytes, last_nonce);
	return allocated;
}

static void release(const struct firmware *firmware, struct ram_log *log)
{
	for (unsigned i = 0; i < RAM_LOG_COPIES; i++)
		if (log->copies[i] != 0)
			firmware->table->BootServices->FreePages(
				log->copies[i], log->room / PAGE_BYTES);
	*log = (struct ram_log){ 0 };
}

static bool alloc_copies(const struct firmware *firmware, struct memory_map *map,
                         uint64_t last_nonce, struct ram_log *log)
{
	uint64_t *const copies = log->copies;

	copies[0] = alloc_middle(firmware, map, LOWEST, FOUR_GIB, last_nonce, log);
	copies[1] = alloc_middle(firmware, map, FOUR_GIB, UINT64_MAX, last_nonce, log);
	copies[2] = alloc_middle(firmware, map, ONE_MIB, LOWEST, last_nonce, log);
	/*
	 * For want of a region, the others go below the first: a small machine is not
	 * cut into more pieces, that nothing fits into any more.
	 */
	for (unsigned i = 1; i < RAM_LOG_COPIES; i++)
		if (copies[i] == 0 && copies[0] > i * log->room)
			copies[i] = alloc_at(firmware, copies[0] - i * log->room,
			                     log->room);
	return copies[0] != 0 && copies[1] != 0 && copies[2] != 0;
}

bool ram_log_alloc(const struct firmware *firmware, struct memory_map *map,
                   uint64_t bytes, uint64_t last_nonce, struct ram_log *log)
{
	*log = (struct ram_log){ 0 };
	if (bytes > MOST_BYTES)
		bytes = MOST_BYTES;
	for (; bytes >= LEAST_BYTES; bytes = bytes / 2) {
		log->room = (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
		if (alloc_copies(firmware, map, last_nonce, log) ||
		    log->foreign != NULL)
			return true;
		release(firmware, log);
	}
	return false;
}

void ram_log_open(struct ram_log *log, const struct run_marker *marker)
{
	struct log_header *const header = log_header_at(log->copies[0]);

	for (unsigned i = 0; i < RAM_LOG_COPIES; i++)
		*log_header_at(log->copies[i]) = (struct log_header){ 0 };
	log_header_open(header, marker->run_id, marker->nonce);
	wbinvd();
	memory_sink_open(&log->sink, (char *)(header + 1), log->room - sizeof *header);
}

static uint32_t flags_of(const struct ram_log *log)
{
	return (log->sink.full ? LOG_HEADER_CUT : 0u) |
	       (log->sink.lacks_samples ? LOG_HEADER_LACKS_SAMPLES : 0u);
}

/* WBINVD writes back the caches of this processor, which alone wrote here. */
void ram_log_so_far(struct ram_log *log)
{
	log_header_close(log_header_at(log->copies[0]), log->sink.length,
	                 flags_of(log) | LOG_HEADER_OPEN);
	wbinvd();
}

void ram_log_seal(struct ram_log *log)
{
	struct log_header *const first = log_header_at(log->copies[0]);

	log_header_close(first, log->sink.length, flags_of(log));
	for (unsigned i = 1; i < RAM_LOG_COPIES; i++)
		memcpy(log_header_at(log->copies[i]), first,
		       sizeof *first + log->sink.length);
	wbinvd();
}
