#include "tests/model/psc.h"

#include "tests/unit/support/unit.h"

static bool is_above(const struct upper_entry *upper, uint64_t va)
{
	return upper->start == page_of(va, upper->level);
}

const struct upper_entry *psc_find(const struct psc *psc, uint16_t pcid, uint64_t va)
{
	const struct upper_entry *deepest = NULL;

	for (unsigned i = 0; i < psc->count; i++) {
		const struct upper_entry *const upper = &psc->at[i];

		if (upper->pcid == pcid && is_above(upper, va) &&
		    (deepest == NULL || upper->level < deepest->level))
			deepest = upper;
	}
	return deepest;
}

/* A walk fills below the deepest entry that it found, so there is none to replace. */
void psc_fill(struct psc *psc, enum level level, uint16_t pcid, uint64_t va,
              uint64_t table)
{
	if (psc->count == PSC_ENTRIES)
		fail_msg("more than %u entries: PSC_ENTRIES is too small", psc->count);
	psc->at[psc->count++] = (struct upper_entry){
		.level = level,
		.pcid = pcid,
		.start = page_of(va, level),
		.table = table,
	};
}

static bool is_meant(const struct upper_entry *upper, const struct invalidation *what)
{
	if (what->upper == UPPER_NONE)
		return false;
	if (what->upper == UPPER_PATH && !is_above(upper, what->va))
		return false;
	return what->any_pcid || upper->pcid == what->pcid;
}

void psc_drop(struct psc *psc, const struct invalidation *what)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < psc->count; i++)
		if (!is_meant(&psc->at[i], what))
			psc->at[kept++] = psc->at[i];
	psc->count = kept;
}
