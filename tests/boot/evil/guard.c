/*
 * A page that is in use, and not in the page tables, as the guard pages of some
 * firmware are: whoever reads there gets a page fault, and the machine is reset.
 */
#include "lib/x86/insn.h"
#include "tests/boot/evil/evil.h"

#define PAGE 4096u
#define PRESENT 1u
#define LARGE 0x80u
#define LEAF_FLAGS UINT64_C(0x1f)
#define FRAME UINT64_C(0x000ffffffffff000)
#define CR0_WRITE_PROTECT (UINT64_C(1) << 16)
#define PAGE_FAULT 14u

struct gate {
	uint16_t offset_low, selector;
	uint16_t ist, offset_middle;
	uint32_t offset_high, reserved;
} __attribute__((packed));

/* By port CF9h, as the firmware itself would: what is in RAM stays. */
static void __attribute__((naked)) on_fault(void)
{
	__asm__ volatile("mov $0xcf9, %dx\n\tmov $6, %al\n\toutb %al, %dx\n\t"
	                 "1: hlt\n\tjmp 1b");
}

static void reset_on_fault(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) idt;
	const uint64_t address = (uintptr_t)on_fault;
	struct gate *gate;

	__asm__ volatile("sidt %0" : "=m"(idt));
	gate = (struct gate *)idt.base + PAGE_FAULT;
	gate->offset_low = (uint16_t)address;
	gate->offset_middle = (uint16_t)(address >> 16);
	gate->offset_high = (uint32_t)(address >> 32);
}

/* The table below an entry, which is made of the page that the entry maps. */
static uint64_t *table_below(const EFI_BOOT_SERVICES *boot, uint64_t *entry,
                             unsigned level)
{
	const uint64_t step = (uint64_t)PAGE << 9 * (level - 1);
	const uint64_t start = *entry & FRAME & ~(step * 512 - 1);
	const uint64_t large = level == 1 ? 0 : LARGE;
	EFI_PHYSICAL_ADDRESS table = 0;

	if ((*entry & LARGE) == 0)
		return (uint64_t *)(*entry & FRAME);
	if (EFI_ERROR(boot->AllocatePages(AllocateAnyPages, EfiBootServicesData, 1,
	                                  &table)))
		return NULL;
	for (unsigned i = 0; i < 512; i++)
		((uint64_t *)table)[i] =
			(start + i * step) | (*entry & LEAF_FLAGS) | large;
	*entry = table | (*entry & LEAF_FLAGS);
	return (uint64_t *)table;
}

void evil_guard(const EFI_BOOT_SERVICES *boot, EFI_PHYSICAL_ADDRESS address)
{
	const uint64_t cr0 = read_cr0();
	uint64_t *table = (uint64_t *)(read_cr3() & FRAME);

	write_cr0(cr0 & ~CR0_WRITE_PROTECT);
	for (unsigned level = 3; level != 0 && table != NULL; level--)
		table = table_below(boot, &table[address >> (12 + 9 * level) & 511],
		                    level);
	if (table != NULL)
		table[address >> 12 & 511] &= ~(uint64_t)PRESENT;
	write_cr3(read_cr3());
	write_cr0(cr0);
	reset_on_fault();
}
