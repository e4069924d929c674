#pragma once
/*
 * Starting the other processors: INIT, SIPI, SIPI, and who came (SDM 3A 10.4
 * "Multiple-Processor (MP) Initialization").
 */
#include "lib/machine/processors.h"
#include "lib/x86/apic.h"
#include "lib/x86/start/trampoline.h"

/* What a processor that comes finds for itself; trampoline.S knows the first field. */
struct start_slot {
	uint64_t stack_top;
	/* On that stack, in 64-bit mode, CR3 as below, no IDT; does not return. */
	void (*run)(void *context);
	void *context;
	uint32_t apic_id; /* of who came */
	_Atomic uint32_t taken;
	uint64_t apic_base; /* the boot processor's: nothing else may be mapped */
	uint64_t unused[3];
};

_Static_assert(sizeof(struct start_slot) == 1 << SLOT_SHIFT, "size of a slot");
_Static_assert(offsetof(struct start_slot, stack_top) == SLOT_STACK, "stack");

struct start {
	uint64_t low; /* LOW_BYTES below 1 MiB, 4 KiB aligned, not page 0 */
	const struct apic *apic;
	struct processors *processors; /* the first is the one that runs this */
	uint32_t asked;                /* of the others, in order */
	struct start_slot *slots;      /* one for each that is asked */
	uint32_t needs;                /* CPUID 8000_0001 EDX: who lacks one is unfit */
	uint64_t ticks_per_ms;         /* at least as many as there are */
	uint64_t timeout_ms;           /* without anybody coming */
};

/*
 * Copies the code to low and fills in the rest of the area for the page tables at root,
 * of which the area's own root is a copy: a PML5 with la57, and who starts sets
 * CR4.LA57.  Before low is read-only.
 */
void start_place(uint64_t low, uint64_t root, bool nx, bool la57);

/*
 * Asks each processor up to twice, waits while they come, and closes the door: who
 * comes later finds no slot.  States of processors become SILENT, UNREACHED or UNFIT,
 * or stay as they are for those that took a slot.  Returns how many slots are taken:
 * they are the first. The data of the area must be writable, interrupts off.
 */
uint32_t start_processors(const struct start *start);
