/* Memory that firmware has used between two starts, where results wait for the second.
 */
#include "lib/stream/log_header.h"
#include "tests/boot/evil/evil.h"

#include <string.h>

#define PAGE 4096u
#define MAP_BYTES ((UINTN)64 << 10)
#define COPIES 8u

UINT64 evil_loader_pages(const EFI_BOOT_SERVICES *boot)
{
	static char map[MAP_BYTES] __attribute__((aligned(8)));
	UINTN size = sizeof map;
	UINTN key = 0;
	UINTN step = 0;
	UINT32 version = 0;
	UINT64 pages = 0;

	if (EFI_ERROR(boot->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map, &key,
	                                 &step, &version)))
		return 0;
	for (UINTN at = 0; at < size; at += step) {
		const EFI_MEMORY_DESCRIPTOR *const d =
			(const EFI_MEMORY_DESCRIPTOR *)(map + at);

		if (d->Type == EfiLoaderData)
			pages += d->NumberOfPages;
	}
	return pages;
}

/* In the order of their addresses, where memory is free. */
static unsigned find_copies(const EFI_BOOT_SERVICES *boot,
                            struct log_header *copies[COPIES])
{
	static char map[MAP_BYTES] __attribute__((aligned(8)));
	UINTN size = sizeof map;
	UINTN key = 0;
	UINTN step = 0;
	UINT32 version = 0;
	unsigned count = 0;

	if (EFI_ERROR(boot->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map, &key,
	                                 &step, &version)))
		return 0;
	for (UINTN at = 0; at < size; at += step) {
		const EFI_MEMORY_DESCRIPTOR *const d =
			(const EFI_MEMORY_DESCRIPTOR *)(map + at);

		if (d->Type != EfiConventionalMemory)
			continue;
		for (UINTN page = d->PhysicalStart == 0;
		     page < d->NumberOfPages && count < COPIES; page++) {
			char *const bytes = (char *)(d->PhysicalStart + page * PAGE);

			if (memcmp(bytes, "TLBMSEAL", 8) == 0)
				copies[count++] = (struct log_header *)bytes;
		}
	}
	return count;
}

static void hold(const EFI_BOOT_SERVICES *boot, EFI_PHYSICAL_ADDRESS address)
{
	(void)boot->AllocatePages(AllocateAddress, EfiBootServicesData, 1, &address);
}

/* The first page of the room that the stream has not come to. */
static EFI_PHYSICAL_ADDRESS behind(const struct log_header *copy)
{
	return ((UINTN)copy + sizeof *copy + copy->length + PAGE - 1) &
	       ~(EFI_PHYSICAL_ADDRESS)(PAGE - 1);
}

void evil_copies(const struct firmware *firmware, const struct evil *evil)
{
	const EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	struct log_header *copies[COPIES];
	const unsigned count = find_copies(boot, copies);

	for (unsigned i = 0; i < count; i++) {
		struct log_header *const copy = copies[count - 1 - i];

		if (i < evil->held_behind)
			hold(boot, behind(copy));
		if (i < evil->damaged_streams)
			((char *)(copy + 1))[copy->length / 2] ^= 1;
		if (i < evil->damaged_headers)
			copy->length ^= 1;
		if (i < evil->held || i < evil->guarded)
			hold(boot, (UINTN)copy);
		if (i < evil->guarded)
			evil_guard(boot, (UINTN)copy);
	}
}
