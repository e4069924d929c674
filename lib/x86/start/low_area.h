#pragma once
/* What is in the area below 1 MiB (trampoline.h). */
#include <stdbool.h>
#include <stdint.h>

struct low_area {
	uint64_t low;   /* LOW_BYTES below 1 MiB, 4 KiB aligned, not page 0 */
	uint64_t root;  /* physical address of the tables in use: a PML5 with la57 */
	uint64_t entry; /* of processors that start; 0: none will */
	bool nx;        /* their EFER.NXE */
	bool la57;      /* their CR4.LA57 */
};

/*
 * Copies the code and fills in the rest, of which the first root is a copy of the one
 * in use.  Before the area is read-only.
 */
void low_area_fill(const struct low_area *area);
