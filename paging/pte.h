#pragma once
/*
 * Paging-structure entries of 4-level and 5-level paging (SDM 3A 5.5 "4-Level Paging
 * and 5-Level Paging").  Pure arithmetic; compiles on the host.
 */
#include <stdbool.h>
#include <stdint.h>

#define PTE_PRESENT (UINT64_C(1) << 0)
#define PTE_WRITABLE (UINT64_C(1) << 1)
#define PTE_USER (UINT64_C(1) << 2)
#define PTE_PWT (UINT64_C(1) << 3)
#define PTE_PCD (UINT64_C(1) << 4)
#define PTE_ACCESSED (UINT64_C(1) << 5)
#define PTE_DIRTY (UINT64_C(1) << 6)
#define PTE_PS (UINT64_C(1) << 7) /* PDPTE: 1 GiB page, PDE: 2 MiB page */
#define PTE_GLOBAL (UINT64_C(1) << 8)
#define PTE_NX (UINT64_C(1) << 63)

#define PTE_FRAME UINT64_C(0x000ffffffffff000)

#define TABLE_ENTRIES 512u
#define PAGE_BYTES UINT64_C(4096)

/* The value is the number of 9-bit indices below; hence the shifts. */
enum level {
	LEVEL_PT = 0,
	LEVEL_PD = 1,
	LEVEL_PDPT = 2,
	LEVEL_PML4 = 3,
	LEVEL_PML5 = 4, /* with CR4.LA57 */
};

static inline unsigned level_shift(enum level level)
{
	return 12u + 9u * (unsigned)level;
}

/* Bytes translated by one entry at this level: 4 KiB, 2 MiB, 1 GiB, 512 GiB, 256 TiB.
 */
static inline uint64_t level_span(enum level level)
{
	return UINT64_C(1) << level_shift(level);
}

static inline unsigned level_index(uint64_t va, enum level level)
{
	return (unsigned)(va >> level_shift(level)) & (TABLE_ENTRIES - 1u);
}

/* True if the entry ends the walk at this level instead of naming a table. */
static inline bool pte_is_leaf(uint64_t pte, enum level level)
{
	return level == LEVEL_PT || (level < LEVEL_PML4 && (pte & PTE_PS) != 0);
}
