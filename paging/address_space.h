#pragma once
#include "paging/walk.h"

#include <stdint.h>

/* Tables and the tag their translations carry. */
struct address_space {
	uint64_t root; /* physical address of the PML4, with CR4.LA57 of the PML5 */
	uint16_t pcid; /* 0 unless CR4.PCIDE is set */
};

/*
 * The tags the measurements use.  All may share one root: a translation is tagged by
 * its PCID, not by the tables it came from.  Home is 0, since CR4.PCIDE can be set only
 * while CR3[11:0] is 0.
 */
#define PCID_HOME 0u   /* where we run */
#define PCID_TARGET 1u /* what an operation names, if it names another */
#define PCID_OTHER 2u  /* neither */
#define PCID_COUNT 3u  /* from 0 */

/*
 * Bit 63 of the value written to CR3: keep the translations of the PCID loaded.  Never
 * reads back; reserved while CR4.PCIDE is clear.
 */
#define CR3_KEEP (UINT64_C(1) << 63)

/*
 * Where the measurements put things, in the upper half, away from the identity map in
 * the lower one.  Each is the start of a PML4 entry's 512 GiB; VA_VERIFY and
 * what lies behind VA_TARGETS take several.
 */
#define VA_WINDOW_GLOBAL UINT64_C(0xffff900000000000)
#define VA_WINDOW_LOCAL UINT64_C(0xffff910000000000)
#define VA_RING3 UINT64_C(0xffff920000000000)
#define VA_WINDOW_WRITABLE UINT64_C(0xffff930000000000)
#define VA_SCRIPT_AREA UINT64_C(0xffff940000000000) /* scripts */
#define VA_COMMON UINT64_C(0xffff950000000000)      /* kernel pages of all spaces */
#define VA_SHOOTDOWN UINT64_C(0xffff960000000000)
#define VA_LITMUS UINT64_C(0xffff970000000000)
#define VA_NESTED UINT64_C(0xffffa50000000000) /* behind the last of VA_TARGETS */
#define VA_WALKS UINT64_C(0xffffa60000000000)
#define VA_WALKING                                                                     \
	UINT64_C(0xffffa70000000000)           /* of a processor that walks meanwhile */
#define VA_VERIFY UINT64_C(0xffff980000000000) /* sixteen of them */
#define VA_TARGETS UINT64_C(0xffffa00000000000)
/* Takes all that is above, 176 entries; its fifth is the dense mapping (chase_arena.h).
 */
#define VA_LINES UINT64_C(0xffffa80000000000)
#define VA_LINES_DENSE (VA_LINES + (UINT64_C(4) << 39))

/*
 * With CR4.LA57 all of those are below the last PML5 entry.  What is to have PML5
 * entries of its own is in the first ones of the upper half of 57 bits.
 */
#define VA57_VERIFY UINT64_C(0xff00000000000000) /* sixteen of them */
#define VA57_LINES UINT64_C(0xff10000000000000)
