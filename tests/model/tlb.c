#include "tests/model/tlb.h"

#include "tests/unit/support/unit.h"

const struct translation *tlb_find(const struct tlb *tlb, enum side side, uint16_t pcid,
                                   uint64_t va)
{
	for (unsigned i = 0; i < tlb->count; i++) {
		const struct translation *const one = &tlb->at[i];

		if (one->side == side && (one->global || one->pcid == pcid) &&
		    one->piece == page_of(va, one->held))
			return one;
	}
	return NULL;
}

void tlb_fill(struct tlb *tlb, const struct translation *translation)
{
	if (tlb->count == TLB_ENTRIES)
		fail_msg("more than %u translations: TLB_ENTRIES is too small",
		         tlb->count);
	tlb->at[tlb->count++] = *translation;
}

static bool is_spared(const struct translation *one, const struct invalidation *what)
{
	if (what->spares_large && one->level != LEVEL_PT)
		return true;
	if (one->side != SIDE_CODE)
		return false;
	switch (what->spared_code) {
	case SPARES_CODE:
		return true;
	case SPARES_LARGE_CODE:
		return one->level != LEVEL_PT;
	case SPARES_GLOBAL_CODE:
		return one->global;
	case SPARES_OTHERS_CODE:
		return !one->global && one->pcid != what->pcid;
	default:
		return false;
	}
}

static bool is_meant(const struct translation *one, const struct invalidation *what)
{
	if (is_spared(one, what))
		return false;
	if (!what->any_page && one->page != page_of(what->va, one->level))
		return false;
	if (one->global && what->globals != GLOBALS_OF_PCID)
		return what->globals == GLOBALS_ALL;
	return what->any_pcid || one->pcid == what->pcid;
}

void tlb_drop(struct tlb *tlb, const struct invalidation *what)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < tlb->count; i++)
		if (!is_meant(&tlb->at[i], what))
			tlb->at[kept++] = tlb->at[i];
	tlb->count = kept;
}
