/* Disks below the file systems: what they say they have written they have not, or
 * nobody has connected them. */
#include "tests/boot/evil/evil.h"

#include <string.h>

/* Behind each other in results.csv alone: programs on the stick have such words too. */
#define BENCH "single_op"
#define OP ",invlpg,"

static EFI_GUID block_io_guid = BLOCK_IO_PROTOCOL;

/* One driver has all partitions, as under EDK II. */
static struct {
	EFI_BLOCK_WRITE write;
	enum block_fault fault;
} real;

static bool has_results(const char *bytes, UINTN length)
{
	const UINTN bench = sizeof BENCH - 1;
	const UINTN op = sizeof OP - 1;

	for (UINTN at = 0; at + bench + op <= length; at++)
		if (memcmp(bytes + at, BENCH, bench) == 0 &&
		    memcmp(bytes + at + bench, OP, op) == 0)
			return true;
	return false;
}

static EFI_STATUS EFIAPI write_nothing(EFI_BLOCK_IO *blocks, UINT32 media, EFI_LBA at,
                                       UINTN bytes, VOID *from)
{
	if (real.fault == BLOCKS_LOSE_RESULTS && !has_results(from, bytes))
		return real.write(blocks, media, at, bytes, from);
	return EFI_SUCCESS;
}

static void lose_writes(EFI_BOOT_SERVICES *boot)
{
	EFI_HANDLE *devices = NULL;
	UINTN count = 0;

	if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &block_io_guid, NULL, &count,
	                                       &devices)))
		return;
	for (UINTN i = 0; i < count; i++) {
		EFI_BLOCK_IO *blocks = NULL;

		if (EFI_ERROR(boot->HandleProtocol(devices[i], &block_io_guid,
		                                   (void **)&blocks)) ||
		    !blocks->Media->LogicalPartition)
			continue;
		real.write = blocks->WriteBlocks;
		blocks->WriteBlocks = write_nothing;
	}
	boot->FreePool(devices);
}

void evil_blocks(const struct firmware *firmware, const struct evil *evil,
                 EFI_HANDLE data)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;

	real.fault = evil->blocks;
	if (evil->blocks != BLOCKS_WELL)
		lose_writes(boot);
	if (evil->unconnected && data != NULL)
		(void)boot->DisconnectController(data, NULL, NULL);
}
