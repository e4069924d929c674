#include "efi/delivery/release.h"

#include "lib/x86/start/trampoline.h"

#define GIANT_PAGES ((UINT64_C(2) << 30) / PAGE_BYTES)

static void free_pages(EFI_BOOT_SERVICES *boot, uint64_t address, uint64_t pages)
{
	if (address != 0)
		(void)boot->FreePages(address, pages);
}

void release(struct program *program)
{
	EFI_BOOT_SERVICES *const boot = program->firmware.table->BootServices;
	const struct frame_pool *const pool = &program->pool;
	const struct ram_log *const log = &program->ram_log;

	volumes_close(&program->volumes);
	free_pages(boot, program->low, LOW_BYTES / PAGE_BYTES);
	free_pages(boot, program->machine.giants, GIANT_PAGES);
	/* Some firmware clears what is freed, where another stick's results may be. */
	for (unsigned i = 0; i < RAM_LOG_COPIES && log->foreign == NULL; i++)
		free_pages(boot, log->copies[i], log->room / PAGE_BYTES);
	/* Nothing is taken from the pool before the firmware is left. */
	free_pages(boot, pool->next, (pool->limit - pool->next) / PAGE_BYTES);
	if (program->paints != NULL)
		(void)boot->FreePool(program->paints);
	if (program->map.bytes != NULL)
		(void)boot->FreePool(program->map.bytes);
	free_pages(boot, (uintptr_t)program,
	           (sizeof *program + PAGE_BYTES - 1) / PAGE_BYTES);
}
