#pragma once
/*
 * What a CPU says of its own TLBs: CPUID leaf 18H, else leaf 02H (SDM 2A
 * "CPUID—CPU Identification"); on AMD leaves 8000_0005H, 8000_0006H and 8000_0019H, in
 * units that 8000_0021H names (APM 3, appendix E "Obtaining Processor Information Via
 * the CPUID Instruction"). Pure: decodes what was read.
 */
#include "lib/stream/record.h"

#include <stdbool.h>
#include <stdint.h>

#define TLB_LEVELS 2u

enum tlb_side { TLB_DATA, TLB_CODE, TLB_UNIFIED, TLB_SIDES };

enum tlb_page { TLB_4K, TLB_2M, TLB_1G, TLB_PAGES };

/* EAX, EBX, ECX, EDX of one leaf; zero where it does not exist. */
struct tlb_leaf {
	uint32_t eax, ebx, ecx, edx;
};

#define TLB_SUBLEAVES 32u

struct tlb_leaves {
	bool amd;
	bool centaur; /* VIA or Zhaoxin: leaf 8000_0005H describes the first level */
	struct tlb_leaf leaf_02;
	struct tlb_leaf leaf_18[TLB_SUBLEAVES]; /* by subleaf */
	struct tlb_leaf leaf_80000005, leaf_80000006, leaf_80000019;
	struct tlb_leaf leaf_80000021;
};

struct tlb_sizes {
	/*
	 * Entries for pages of a size; 0: none, or not said.  A structure for several
	 * sizes counts for each; several for one size add up.
	 */
	uint16_t entries[TLB_LEVELS][TLB_SIDES][TLB_PAGES];
	const char *source; /* which leaves said so; NULL: none */
};

struct tlb_sizes tlb_sizes_of(const struct tlb_leaves *leaves);

/*
 * Entries that a working set of data, or of code, can be in: of the second level or, if
 * there is none for that size, of the first.  0: not said.
 */
uint32_t tlb_reach(const struct tlb_sizes *sizes, enum tlb_side side,
                   enum tlb_page page);

/*
 * Entries of the largest TLB of any processor known, data or code, for that page size:
 * what CPUID says may be wrong, or not be said at all.
 */
uint32_t tlb_largest(enum tlb_page page);

/*
 * tlb_source, and tlb_l1_data_4k_entries and so on for what is known, as lines of
 * machine.csv.
 */
void tlb_record(const struct tlb_sizes *sizes, struct record *record);
