#pragma once
/*
 * What a machine does wrong, each a line of its file or an option:
 *
 *     erratum = NAME [processor N] [core NAME] [set N of N] [level l1|l2]
 *               [side code|data] [size 4k|2m|1g] [pcide on|off] [one_in N]
 *               [after MICROSECONDS] [before MICROSECONDS] [cycles N] [below N]
 *
 * NAME is OPERATION_EFFECT, as in invlpg_keeps_globals, or one of the lone names.
 * machines/README.md lists what each means.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an erratum changes; any_ stands for all of them. */
enum silicon_operation {
	OPERATION_CR3,         /* MOV CR3 that drops */
	OPERATION_CR3_NOFLUSH, /* MOV CR3 with bit 63 */
	OPERATION_PGE,         /* a change of CR4.PGE */
	OPERATION_SMEP,        /* CR4.SMEP set */
	OPERATION_PCIDE,       /* CR4.PCIDE cleared */
	OPERATION_PG,          /* CR0.PG cleared */
	OPERATION_INVLPG,
	OPERATION_INVPCID_0,
	OPERATION_INVPCID_1,
	OPERATION_INVPCID_2,
	OPERATION_INVPCID_3,
	OPERATION_INVLPGB, /* at its TLBSYNC */
	OPERATION_RAR,     /* on its target, which says that it is done */
	OPERATIONS
};

enum silicon_effect {
	/* It keeps what it must drop: defects. */
	EFFECT_DOES_NOTHING,
	EFFECT_KEEPS_GLOBALS,
	EFFECT_KEEPS_FOREIGN_GLOBALS, /* those that another PCID filled */
	EFFECT_KEEPS_CURRENT,         /* entries of the current PCID */
	EFFECT_KEEPS_OTHERS,          /* entries of every other PCID */
	EFFECT_KEEPS_PSC,             /* every paging-structure cache */
	EFFECT_KEEPS_PDE,
	EFFECT_KEEPS_PDPTE,
	EFFECT_KEEPS_PML4E,
	EFFECT_KEEPS_PML5E,
	EFFECT_KEEPS_PIECES,  /* of a larger page, but for the one aimed at */
	EFFECT_TAKES_CURRENT, /* the current PCID for the one that is named */
	/* It drops what it may keep: every machine may. */
	EFFECT_DROPS_ALL,
	EFFECT_DROPS_GLOBALS, /* that it aims at, or all if it aims at no page */
	EFFECT_DROPS_PCIDS,   /* what it aims at, in every PCID */
	EFFECT_DROPS_PAGES,   /* all pages, where it aims at one */
	EFFECT_DROPS_SIBLING, /* what it drops, of the sibling thread too */
	/* It takes longer, by "cycles". */
	EFFECT_IS_SLOW,
	/* Lone names: no operation in front. */
	EFFECT_TLB_FORGETS,        /* everything, at an access: allowed */
	EFFECT_NOT_PRESENT_CACHED, /* one fault more at an entry made present */
	EFFECT_RIGHTS_CACHED,      /* one fault more of an entry made writable */
	EFFECT_STRAY_ACCESSED,     /* A and D written into an entry unseen */
	EFFECT_ACCESSED_LATE, /* A of a walk for a load, whatever is there by then */
	EFFECT_DIRTY_NOT_SET, /* D stays clear, whatever is written */
	EFFECT_DIRTY_ON_READONLY,  /* D set by a write that faults */
	EFFECT_SIZE_CHANGE_MCE,    /* machine check: a fetch, a page of another size */
	EFFECT_WALKS_OVERCOUNTED,  /* the counter of walks, not the walks */
	EFFECT_INVLPGB_FAULTS,     /* #UD, though CPUID reports it */
	EFFECT_STORE_WAKES_NOBODY, /* the body asks, silicon_strikes() */
	EFFECT_SIBLING_HIT, /* a page that is not cached: found in the other thread's */
	EFFECT_STORE_LANDS_LATE, /* the body asks, silicon_strikes_at() */
	EFFECT_OWN_STORE_UNSEEN, /* the body asks at the store, of loads behind it */
	EFFECT_SYNONYM_UNSEEN,   /* the same, of loads by another page */
	EFFECT_IPI_LOST_ASLEEP,  /* the body asks */
	EFFECT_RAR_FAILS,        /* the target says so, and drops nothing */
	EFFECT_RAR_NEVER_ANSWERS,
	EFFECT_RAR_NOT_TO_SELF, /* no answer, where target and sender are one */
	EFFECT_COUNT
};

#define ERRATUM_ANY UINT32_MAX

struct silicon_erratum {
	uint32_t operations; /* bits of enum silicon_operation; 0: a lone name */
	enum silicon_effect effect;
	uint32_t processor; /* ERRATUM_ANY: all */
	uint32_t core_type; /* number in the file; ERRATUM_ANY: all */
	uint32_t set,
		set_of;  /* entries of pages whose number is set modulo set_of; 0 */
	uint32_t levels; /* bits 1 << 1, 1 << 2; 0: both */
	uint32_t sides;  /* bits of 1 << enum silicon_side; 0: both */
	uint32_t sizes;  /* bits of 1 << enum silicon_size, of pages; 0: all */
	uint32_t pcides; /* bits 1 << 0 off, 1 << 1 on, of CR4.PCIDE; 0: both */
	uint32_t one_in; /* of the operations in scope; 1: each */
	uint64_t after_us, before_us; /* of the processor's time; before 0: ever */
	uint64_t milli_cycles;        /* EFFECT_IS_SLOW */
	/* The PML4 entry, of effects that silicon_strikes_at() knows; ERRATUM_ANY: all
	 */
	uint32_t below;
};

struct machine_params;
struct silicon_error;

/* One line's value, for --erratum; false, and error says why. */
bool machine_params_add_erratum(struct machine_params *params, const char *text,
                                struct silicon_error *error);

/* "invlpg_keeps_globals"; NULL if number is past the last name. */
const char *silicon_erratum_name(unsigned number, char *buffer, size_t bytes);
