/* Five-level paging, as firmware for large servers may have it when a program starts.
 */
#include "lib/x86/start/la57.h"
#include "lib/x86/insn.h"
#include "lib/x86/start/low_area.h"
#include "lib/x86/start/trampoline.h"
#include "paging/pte.h"
#include "tests/boot/evil/evil.h"

#define BELOW_1M ((EFI_PHYSICAL_ADDRESS)0xa0000 - 1)

/* Never freed: CR3 names it from now on. */
static uint64_t reserve(EFI_BOOT_SERVICES *boot, UINTN pages)
{
	EFI_PHYSICAL_ADDRESS at = BELOW_1M;

	if (EFI_ERROR(boot->AllocatePages(AllocateMaxAddress, EfiReservedMemoryType,
	                                  pages, &at)))
		return 0;
	return at;
}

/* The firmware's own tables stay, below the first entry of a PML5. */
void evil_la57(const struct firmware *firmware, const struct evil *evil)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	const uint64_t low = evil->la57 ? reserve(boot, LOW_BYTES / PAGE_BYTES) : 0;
	const uint64_t root = low == 0 ? 0 : reserve(boot, 1);

	if (root == 0)
		return;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		((uint64_t *)root)[i] = 0;
	*(uint64_t *)root = (read_cr3() & CR3_FRAME) | PTE_PRESENT | PTE_WRITABLE |
	                    PTE_USER | PTE_ACCESSED;
	low_area_fill(&(struct low_area){ .low = low, .root = root, .la57 = true });

	const uint64_t flags = interrupts_off();

	la57_set(low, true);
	interrupts_as(flags);
}
