#pragma once
/*
 * How the model can differ from a CPU that follows the manual and keeps all it may.
 */
#include <stdint.h>

enum quirk {
	OPERATION_IS_NOTHING, /* not the CPU's fault: no body is run */

	/* It keeps what it must drop: defects. */
	INVLPG_DOES_NOTHING,
	INVLPG_KEEPS_GLOBALS, /* while PCIDE is on: erratum ADL063, RPL042 */
	INVLPG_KEEPS_PSC,
	INVLPG_KEEPS_PSC_ELSEWHERE, /* as AMD's may with EFER.TCE; Intel's may not */
	INVLPG_KEEPS_CODE,
	INVLPG_KEEPS_LARGE_CODE,
	INVLPG_KEEPS_LARGE,
	INVPCID_0_DOES_NOTHING,
	INVPCID_1_DOES_NOTHING,
	INVPCID_2_DOES_NOTHING,
	INVPCID_3_DOES_NOTHING,
	INVPCID_0_KEEPS_PSC,
	INVPCID_1_KEEPS_PSC,
	INVPCID_0_KEEPS_CODE,
	INVPCID_1_KEEPS_CODE,
	INVPCID_2_KEEPS_GLOBAL_CODE,
	INVPCID_3_KEEPS_CODE_OF_OTHERS, /* than the current PCID */
	INVPCID_TAKES_CURRENT, /* types 0 and 1: the current PCID for the named one */
	INVPCID_2_KEEPS_GLOBALS,
	INVPCID_2_ONLY_CURRENT, /* and the globals */
	INVPCID_3_ONLY_CURRENT,
	CR3_NEVER_DROPS, /* while PCIDE is on: bit 63 is taken for set */
	CR3_DROPS_LEFT,  /* the PCID that is left, not the one that is loaded */
	CR3_KEEPS_PSC,
	CR3_KEEPS_CODE,
	PGE_DOES_NOTHING,
	PGE_KEEPS_GLOBALS,
	PGE_KEEPS_GLOBAL_CODE,
	PGE_ONLY_CURRENT, /* and the globals */
	SMEP_DOES_NOTHING,
	PG_DOES_NOTHING,
	PG_KEEPS_GLOBALS,
	PG_KEEPS_GLOBAL_CODE,
	PCIDE_OFF_DOES_NOTHING,
	PIECES_ARE_FORGOTTEN, /* of a larger page; but for the one aimed at */

	/* It drops what it may keep: every CPU may. */
	QUIRKS_THAT_DROP_MORE,
	DROPS_ALWAYS = QUIRKS_THAT_DROP_MORE, /* before every access: no TLB at all */
	SETS_ACCESSED_EARLY, /* at every access, as a walk ahead of it may */
	DROPS_NOW_AND_THEN,  /* everything, at one access of a hundred */
	LARGE_IS_FRACTURED,  /* 4 KiB pieces of larger pages are held */
	INVALIDATION_DROPS_ALL,
	INVLPG_DROPS_CURRENT,
	INVLPG_DROPS_PAGE_EVERYWHERE,
	INVPCID_DROPS_GLOBALS,
	INVPCID_DROPS_ALL_PCIDS,
	CR3_ALWAYS_DROPS,    /* bit 63 is taken for clear */
	CR3_DROPS_ALL_PCIDS, /* whatever bit 63 says */
	CR3_DROPS_GLOBALS,
	SMEP_DROPS_GLOBALS,
	QUIRKS,
};

static inline uint64_t quirk_bit(enum quirk quirk)
{
	return UINT64_C(1) << quirk;
}
