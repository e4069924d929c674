#pragma once
#include "lib/machine/machine.h"
#include "paging/body.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What may be left behind by an invalidation: the columns of the verification
 * matrix.  Where nothing else is said, the page is of the current PCID and not global.
 */
enum entry {
	ENTRY_PAGE_4K, /* the page the operation aims at */
	ENTRY_PAGE_2M,
	ENTRY_PAGE_1G,
	ENTRY_NEIGHBOUR,         /* another page of the same table */
	ENTRY_GLOBAL_4K,         /* the page aimed at, global */
	ENTRY_GLOBAL_NEIGHBOUR,  /* a global page that is not aimed at */
	ENTRY_TARGET_PCID,       /* the page aimed at, in the PCID that is named */
	ENTRY_OTHER_PCID,        /* the page aimed at, in a third PCID */
	ENTRY_OTHER_PCID_GLOBAL, /* the page aimed at, global, used in a third PCID */
	ENTRY_PDE,               /* the page aimed at, whose PDE was repointed */
	/* A page not used before, under an upper entry that was repointed: */
	ENTRY_PSC,       /* a PDE */
	ENTRY_PSC_PDPTE, /* a PDPTE */
	ENTRY_PSC_PML4E, /* a PML4E */
	ENTRY_PSC_PML5E, /* a PML5E, with CR4.LA57 */
	/* The page aimed at, executed; of the entries above that are named alike: */
	ENTRY_CODE_4K,
	ENTRY_CODE_2M,
	ENTRY_CODE_GLOBAL,
	ENTRY_CODE_TARGET_PCID,
	ENTRY_CODE_OTHER_PCID,
	ENTRY_COUNT,
};

const char *entry_name(enum entry entry);

/* Only a cached upper level can make it stale. */
static inline bool entry_is_psc(enum entry entry)
{
	return entry >= ENTRY_PSC && entry <= ENTRY_PSC_PML5E;
}

/* Held by the instruction side. */
static inline bool entry_is_code(enum entry entry)
{
	return entry >= ENTRY_CODE_4K;
}

/* What the manual says of an operation and an entry. */
enum rule {
	RULE_NONE,    /* no such entry in this state of the CPU */
	RULE_MAY,     /* nothing: it may be dropped or kept */
	RULE_MUST,    /* it is dropped */
	RULE_CLAIMED, /* others say that it is dropped; the manual does not */
};

const char *rule_name(enum rule rule);

struct rule_cell {
	enum rule rule;
	const char *citation;
};

/* The state of the CPU that rules depend on. */
struct tlb_mode {
	bool pcide; /* CR4.PCIDE is set */
	bool tce;   /* EFER.TCE is set */
	bool la57;  /* CR4.LA57 is set */
	bool amd;
};

/* The states of an operation as numbers below TLB_MODES; LA57 stays as it is. */
#define TLB_MODES 4u

static inline unsigned tlb_mode_number(bool pcide, bool tce)
{
	return (pcide ? 1u : 0u) | (tce ? 2u : 0u);
}

/* How an operation does it: what the preparation of its check has to do without. */
enum mechanism {
	BY_INVLPG = 1 << 0,
	BY_CR3 = 1 << 1,
	BY_CR4 = 1 << 2,
	BY_INVPCID = 1 << 3,
	BY_CR0 = 1 << 4,
	BY_INVLPGB = 1 << 5,
};

/* The states of CR4.PCIDE an operation exists in. */
enum pcide_states {
	PCIDE_OFF = 1 << 0,
	PCIDE_ON = 1 << 1,
};

/* Which PCID an operation works on. */
enum naming {
	NAMES_NONE,    /* not a matter of PCIDs, or of all of them */
	NAMES_ANY,     /* the current one or another, as it is told */
	NAMES_ANOTHER, /* always one that is not the current one */
};

/*
 * One way to invalidate.  The benchmarks time it and the verification checks it,
 * from the same bytes of the same row; neither knows which operation it holds.
 */
struct tlb_op {
	const char *name;
	uint32_t needs; /* enum feature */
	enum pcide_states states;
	struct body body;
	struct body named;    /* for another PCID; begin NULL: body does that too */
	struct body baseline; /* part of body that is not it; begin NULL: none */
	struct batch batch;   /* begun and waited for; without: one by one */
	uint64_t cr4_flips;   /* bits by which R10 differs from R9 */
	/* baseline undoes it: where CR4 is what R10 says, and so once in a row. */
	bool baseline_undoes;
	enum mechanism by;
	enum naming names;
	uint8_t invpcid_type;
	bool home_keeps;  /* RBX with bit 63: our own translations are to be kept */
	bool named_keeps; /* R8 with bit 63 */
	bool takes_page;  /* aims at one page, so the page's size matters */
	bool takes_descriptor; /* RSI is the address of a struct invpcid_descriptor */
	/*
	 * Runs where virtual and physical addresses are the same, below 4 GiB, its
	 * stack too, with the selectors of lib/x86/cpu.h.
	 */
	bool runs_flat;
	bool takes_root;    /* R8 is the tables alone: the routine adds the PCID */
	bool drops_globals; /* and with them the code that is running */
	/* Drops all paging-structure caches of the PCID, wherever it aims. */
	bool drops_all_psc;
	/* What it leaves others leave, too: in the longest profile alone it is swept.
	 */
	bool swept_in_full;
};

/* The rows of tlb_ops: what is kept for each operation has so many. */
#define TLB_OPS 19u

extern const struct tlb_op tlb_ops[];

/* Does nothing: the floor of every timing, the control of every verification. */
extern const struct tlb_op *const tlb_op_none;

/* NULL if there is none of that name. */
const struct tlb_op *tlb_op_named(const char *name);

/* What op has to do with entry in that state of the CPU (paging/tlb_rule.c). */
struct rule_cell tlb_op_rule(const struct tlb_op *op, enum entry entry,
                             struct tlb_mode mode);

/* True if op exists with CR4.PCIDE in that state. */
bool tlb_op_exists(const struct tlb_op *op, bool pcide);

/* True if op makes every processor drop more than pages. */
static inline bool tlb_op_is_broadcast_flush(const struct tlb_op *op)
{
	return op->by == BY_INVLPGB && !op->takes_page;
}

/* What an operation is to work on. */
struct aim {
	uint64_t va;
	uint16_t pcid; /* PCID_HOME: the current one */
};

/* The bytes that do op for aim. */
const struct body *tlb_op_body(const struct tlb_op *op, const struct aim *aim);

/* What else the operands depend on. */
struct surroundings {
	uint64_t root;       /* of the current address space and of the one named */
	uint64_t cr4;        /* as it is when the operation runs */
	uint64_t descriptor; /* address of the descriptor that names aim */
};

/* The registers with which the bytes work on aim. */
struct operands tlb_op_operands(const struct tlb_op *op, const struct aim *aim,
                                const struct surroundings *surroundings);

/* What the descriptor has to hold. */
struct invpcid_descriptor invpcid_descriptor_of(const struct aim *aim);
