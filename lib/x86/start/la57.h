#pragma once
/* Five-level paging, on and off (SDM 3A 5.5 "4-Level Paging and 5-Level Paging"). */
#include <stdbool.h>
#include <stdint.h>

/*
 * Sets or clears CR4.LA57 of this processor; nothing is done where it is so already.
 * low is the area below 1 MiB, behind low_area_fill() with la57; CR3 has the area's
 * PML5 then, or its PML4, which map what the program's own tables map 1:1.  CR4.PCIDE
 * is clear behind it, and nothing is in the TLB.
 *
 * Interrupts off, own GDT loaded, CPUID says LA57.  An NMI in the middle is fatal.
 */
void la57_set(uint64_t low, bool on);
