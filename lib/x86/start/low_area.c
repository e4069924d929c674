#include "lib/x86/start/low_area.h"

#include "lib/x86/registers.h"
#include "lib/x86/start/trampoline.h"

#define EFER_LME (UINT32_C(1) << 8)

/* To a place in code whose first byte was copied to copy. */
static struct low_pointer pointer_to(uint64_t copy, const uint8_t *code,
                                     const uint8_t *place, uint16_t selector)
{
	return (struct low_pointer){
		.offset = (uint32_t)(copy + (uint64_t)(place - code)),
		.selector = selector,
	};
}

static void copy_code(uint64_t to, const uint8_t *code, const uint8_t *end)
{
	uint8_t *const copy = (uint8_t *)to;

	for (size_t i = 0; code + i != end; i++)
		copy[i] = code[i];
}

static void copy_table(uint64_t to, uint64_t from)
{
	for (unsigned i = 0; i < 512; i++)
		((uint64_t *)to)[i] = ((const uint64_t *)from)[i];
}

void low_area_fill(const struct low_area *area)
{
	const uint64_t low = area->low;
	struct low_data *const data = (struct low_data *)(low + LOW_DATA);
	const uint32_t gdt = (uint32_t)(uintptr_t)data->gdt;

	copy_code(low, trampoline, trampoline_end);
	copy_code(low + LOW_LA57, la57_switch, la57_end);
	copy_table(low + LOW_ROOT, area->root);
	if (area->la57)
		copy_table(low + LOW_PML4, *(const uint64_t *)area->root & CR3_FRAME);
	*data = (struct low_data){
		.gdtr = { sizeof data->gdt - 1, 0, (uint8_t)gdt, (uint8_t)(gdt >> 8),
		          (uint8_t)(gdt >> 16), (uint8_t)(gdt >> 24) },
		.protected_entry =
			pointer_to(low, trampoline, trampoline_protected, LOW_CODE32),
		.long_entry = pointer_to(low, trampoline, trampoline_long, LOW_CODE64),
		.cr3 = (uint32_t)(low + LOW_ROOT),
		.cr4 = (uint32_t)(CR4_PAE | (area->la57 ? CR4_LA57 : 0)),
		.la57_back =
			pointer_to(low + LOW_LA57, la57_switch, la57_long, LOW_CODE64),
		.la57_gdtr = { sizeof data->gdt - 1, (uint16_t)gdt,
		               (uint16_t)(gdt >> 16) },
		.efer = EFER_LME | (area->nx ? (uint32_t)EFER_NXE : 0),
		.entry = area->entry,
		/* Flat code of 32 bits, data, code of 64 bits; all accessed already. */
		.gdt = { 0, UINT64_C(0x00cf9b000000ffff), UINT64_C(0x00cf93000000ffff),
		         UINT64_C(0x00af9b000000ffff) },
	};
}
