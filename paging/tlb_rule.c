/*
 * What each operation must drop, in each state of CR4.PCIDE: the one table behind the
 * checks and behind whatever prints the matrix.
 *
 * Section numbers are those of the SDM since 2024; up to 2023 chapter 5 was chapter 4.
 */
#include "paging/tlb_op.h"

#include "lib/base/text.h"
#include "lib/x86/insn.h"

#define SDM_INVALIDATE                                                                 \
	"SDM 3A 5.10.4.1 Operations that Invalidate TLBs and Paging-Structure Caches"
#define SDM_GLOBAL "SDM 3A 5.10.2.4 Global Pages"
#define SDM_PCID "SDM 3A 5.10.1 Process-Context Identifiers (PCIDs)"
#define SDM_LEVELS "SDM 3A 5.5 4-Level Paging and 5-Level Paging"
#define APM_TLB "APM 2 5.5 Translation-Lookaside Buffer (TLB)"
#define APM_INVLPGB "APM 3 INVLPGB"

/*
 * One letter for each entry:
 *
 *     4 2 1  pages of 4 KiB, 2 MiB, 1 GiB; n neighbour
 *     g h    global_4k, global_neighbour
 *     t o q  target_pcid, other_pcid, other_pcid_global
 *     d p    pde, psc and so psc_pdpte, psc_pml4e and psc_pml5e
 *
 * M must, m may, C claimed, - no such thing.  Of pages of code the manual says what it
 * says of data, and of PML5 entries what it says of PML4 entries.
 */
struct rules {
	const char *op;
	const char *citation;
	bool pcide;
	/*  421n gh toq dppp */
	char cells[ENTRY_PSC_PML4E + 2];
};

static const struct rules table[] = {
	{ "none", SDM_INVALIDATE, false, "mmmmmm---mmmm" },
	{ "none", SDM_INVALIDATE, true, "mmmmmmmmmmmmm" },

	/* Everything of the PCID loaded, but global pages. */
	{ "cr3_reload", SDM_INVALIDATE, false, "MMMMmm---MMMM" },
	{ "cr3_pcid_flush", SDM_INVALIDATE, true, "MMMMmmMmmMMMM" },

	/* With bit 63 it "is not required to invalidate any". */
	{ "cr3_pcid_noflush", SDM_INVALIDATE, true, "mmmmmmmmmmmmm" },

	/* One page in the current PCID, global ones in any; all upper levels. */
	{ "invlpg", SDM_INVALIDATE, false, "MMMmMm---MMMM" },
	{ "invlpg", SDM_INVALIDATE, true, "MMMmMmmmMMMMM" },

	/*
	 * One page in the PCID named, and the upper levels on its way: the entry psc is
	 * aimed at a page under the same PDE.
	 */
	{ "invpcid_address", SDM_INVALIDATE, false, "MMMmmm---MMMM" },
	{ "invpcid_address", SDM_INVALIDATE, true, "MMMmmmMmmMMMM" },

	{ "invpcid_context", SDM_INVALIDATE, false, "MMMMmm---MMMM" },
	{ "invpcid_context", SDM_INVALIDATE, true, "MMMMmmMmmMMMM" },

	{ "invpcid_all_global", SDM_INVALIDATE, false, "MMMMMM---MMMM" },
	{ "invpcid_all_global", SDM_INVALIDATE, true, "MMMMMMMMMMMMM" },

	{ "invpcid_all_non_global", SDM_INVALIDATE, false, "MMMMmm---MMMM" },
	{ "invpcid_all_non_global", SDM_INVALIDATE, true, "MMMMmmMMmMMMM" },

	/* The load that names drops; the one that comes back does not. */
	{ "invpcid_by_cr3", SDM_INVALIDATE, true, "mmmmmmMmmmmmm" },

	/* The other way round: what its author wants dropped is what it keeps. */
	{ "invpcid_by_cr3_seed", SDM_INVALIDATE, true, "MMMMmmCmmMMMM" },

	/* Two loads that flush, of the one named and of the current one. */
	{ "cr3_pti_deferred", SDM_INVALIDATE, true, "MMMMmmMmmMMMM" },

	/* "All TLB entries (including global entries)", for all PCIDs. */
	{ "cr4_pge_toggle", SDM_INVALIDATE, false, "MMMMMM---MMMM" },
	{ "cr4_pge_toggle", SDM_INVALIDATE, true, "MMMMMMMMMMMMM" },

	/* The current PCID.  Of global pages nothing is said. */
	{ "cr4_smep_set", SDM_INVALIDATE, false, "MMMMmm---MMMM" },
	{ "cr4_smep_set", SDM_INVALIDATE, true, "MMMMmmmmmMMMM" },

	/* As it is used here: one page, with global ones where it names no PCID. */
	{ "invlpgb_tlbsync", APM_INVLPGB, false, "MMMmMm---MMMM" },
	{ "invlpgb_tlbsync", APM_INVLPGB, true, "MMMmmmMmmMMMM" },

	/*
	 * No address is valid: all of the PCID; no PCID either: everything, or without
	 * the bit of global pages all others.
	 */
	{ "invlpgb_context", APM_INVLPGB, true, "MMMMmmMmmMMMM" },
	{ "invlpgb_all_global", APM_INVLPGB, false, "MMMMMM---MMMM" },
	{ "invlpgb_all_global", APM_INVLPGB, true, "MMMMMMMMMMMMM" },
	{ "invlpgb_all_non_global", APM_INVLPGB, false, "MMMMmm---MMMM" },
	{ "invlpgb_all_non_global", APM_INVLPGB, true, "MMMMmmMMmMMMM" },

	/* "All TLB entries (including global entries)" on a change of PG from 1 to 0.
	 */
	{ "cr0_pg_toggle", SDM_INVALIDATE, false, "MMMMMM---MMMM" },
};

static const struct rules *rules_of(const struct tlb_op *op, bool pcide)
{
	for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].pcide == pcide && text_equal(table[i].op, op->name))
			return &table[i];
	return NULL;
}

static enum rule rule_of(char letter)
{
	switch (letter) {
	case 'M':
		return RULE_MUST;
	case 'm':
		return RULE_MAY;
	case 'C':
		return RULE_CLAIMED;
	default:
		return RULE_NONE;
	}
}

/* The entry of which the table says the same. */
static enum entry as_listed(enum entry entry)
{
	switch (entry) {
	case ENTRY_PSC_PML5E:
		return ENTRY_PSC_PML4E;
	case ENTRY_CODE_4K:
		return ENTRY_PAGE_4K;
	case ENTRY_CODE_2M:
		return ENTRY_PAGE_2M;
	case ENTRY_CODE_GLOBAL:
		return ENTRY_GLOBAL_4K;
	case ENTRY_CODE_TARGET_PCID:
		return ENTRY_TARGET_PCID;
	case ENTRY_CODE_OTHER_PCID:
		return ENTRY_OTHER_PCID;
	default:
		return entry;
	}
}

static bool is_global(enum entry entry)
{
	return entry == ENTRY_GLOBAL_4K || entry == ENTRY_GLOBAL_NEIGHBOUR ||
	       entry == ENTRY_OTHER_PCID_GLOBAL;
}

/*
 * AMD's manual says less of CR4.SMEP, and with EFER.TCE set INVLPG and INVPCID need
 * only drop the upper levels on the way to the address: psc is then a matter of where
 * they aim, and INVLPG aims elsewhere.
 */
static bool amd_promises_less(const struct tlb_op *op, enum entry entry,
                              struct tlb_mode mode)
{
	if (!mode.amd)
		return false;
	if ((op->cr4_flips & CR4_SMEP) != 0)
		return true;
	return mode.tce && op->by == BY_INVLPG && entry_is_psc(entry);
}

struct rule_cell tlb_op_rule(const struct tlb_op *op, enum entry entry,
                             struct tlb_mode mode)
{
	const struct rules *const rules = rules_of(op, mode.pcide);
	const enum entry listed = as_listed(entry);
	const enum rule rule =
		rules == NULL ? RULE_NONE : rule_of(rules->cells[listed]);

	if (entry == ENTRY_PSC_PML5E && !mode.la57)
		return (struct rule_cell){ RULE_NONE, SDM_LEVELS };
	if (rule == RULE_NONE)
		return (struct rule_cell){ RULE_NONE, SDM_PCID };
	if (rule == RULE_MUST && amd_promises_less(op, entry, mode))
		return (struct rule_cell){ RULE_MAY, APM_TLB };
	if (rule == RULE_MAY && is_global(listed))
		return (struct rule_cell){ RULE_MAY, SDM_GLOBAL };
	return (struct rule_cell){ rule, rules->citation };
}

const char *rule_name(enum rule rule)
{
	static const char *const names[] = {
		[RULE_NONE] = "may",
		[RULE_MAY] = "may",
		[RULE_MUST] = "must",
		[RULE_CLAIMED] = "claimed",
	};

	return names[rule];
}

const char *entry_name(enum entry entry)
{
	static const char *const names[ENTRY_COUNT] = {
		[ENTRY_PAGE_4K] = "page_4k",
		[ENTRY_PAGE_2M] = "page_2m",
		[ENTRY_PAGE_1G] = "page_1g",
		[ENTRY_NEIGHBOUR] = "neighbour",
		[ENTRY_GLOBAL_4K] = "global_4k",
		[ENTRY_GLOBAL_NEIGHBOUR] = "global_neighbour",
		[ENTRY_TARGET_PCID] = "target_pcid",
		[ENTRY_OTHER_PCID] = "other_pcid",
		[ENTRY_OTHER_PCID_GLOBAL] = "other_pcid_global",
		[ENTRY_PDE] = "pde",
		[ENTRY_PSC] = "psc",
		[ENTRY_PSC_PDPTE] = "psc_pdpte",
		[ENTRY_PSC_PML4E] = "psc_pml4e",
		[ENTRY_PSC_PML5E] = "psc_pml5e",
		[ENTRY_CODE_4K] = "code_4k",
		[ENTRY_CODE_2M] = "code_2m",
		[ENTRY_CODE_GLOBAL] = "code_global",
		[ENTRY_CODE_TARGET_PCID] = "code_target_pcid",
		[ENTRY_CODE_OTHER_PCID] = "code_other_pcid",
	};

	return names[entry];
}
