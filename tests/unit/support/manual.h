#pragma once
/*
 * What the manual says of each operation, written down from there a second time and not
 * from the code.  An operation that is added gets its row here, too.
 */
#include "paging/tlb_op.h"
#include "tests/unit/support/unit.h"

#define ANY (PCIDE_OFF | PCIDE_ON)

static const char *const no_code[] = { NULL };
static const char *const home[] = { "mov cr3, rbx", NULL };
static const char *const there[] = { "mov cr3, r8", "mov cr3, rbx", NULL };
static const char *const invlpg_code[] = { "invlpg byte ptr [rsi + 0x7fffffff]", NULL };
static const char *const invpcid_code[] = {
	"invpcid rdi, xmmword ptr [rsi + 0x7fffffff]", NULL
};
static const char *const deferred[] = { "mov rax, r8", "bts rax, 0x3f", "mov cr3, rax",
	                                "mov cr3, r8", "mov cr3, rbx",  NULL };
static const char *const toggle[] = { "mov cr4, r10", "mov cr4, r9", NULL };
/* As published, with the address of the PML4 in a register. */
static const char *const emulation[] = {
	"push rax",     "and rdi, 0xfff", "or rdi, r8", "bts rdi, 0x3f",
	"mov rax, cr3", "pushfq",         "cli",        "mov cr3, rdi",
	"mov cr3, rax", "popfq",          "pop rax",    NULL,
};

/*
 * Of the manual; named NULL: the same code for another PCID.  The rules are those of
 * SDM 3A 5.10.4.1 "Operations that Invalidate TLBs and Paging-Structure Caches", in the
 * order of enum entry:
 *
 *     page_4k page_2m page_1g  neighbour  global_4k global_neighbour
 *     target_pcid other_pcid other_pcid_global  pde psc psc_pdpte psc_pml4e
 *     code_4k code_2m code_global code_target_pcid code_other_pcid
 *
 * M must, . may, C claimed by others, - does not exist.
 */
static const struct {
	const char *op;
	const char *const *code;
	const char *const *named;
	uint32_t needs;
	enum pcide_states states;
	enum mechanism by;
	enum naming names;
	bool takes_page, drops_globals;
	const char *off, *on; /* the rules with CR4.PCIDE = 0 and 1; NULL: none here */
} manual[] = {
	{ "none", no_code, NULL, 0, ANY, 0, NAMES_NONE, false, false,
	  "... . .. --- .... ...--", "... . .. ... .... ....." },
	/* The PCID named in the value that is written, without globals; its caches. */
	{ "cr3_reload", home, NULL, 0, PCIDE_OFF, BY_CR3, NAMES_NONE, false, false,
	  "MMM M .. --- MMMM MM.--", NULL },
	{ "cr3_pcid_flush", home, there, FEATURE_PCID, PCIDE_ON, BY_CR3, NAMES_ANY,
	  false, false, NULL, "MMM M .. M.. MMMM MM.M." },
	/* Bit 63 set: nothing. */
	{ "cr3_pcid_noflush", home, there, FEATURE_PCID, PCIDE_ON, BY_CR3, NAMES_ANY,
	  false, false, NULL, "... . .. ... .... ....." },
	/*
	 * The page in the current PCID, if global in all; all paging-structure caches
	 * of the current PCID.
	 */
	{ "invlpg", invlpg_code, NULL, 0, ANY, BY_INVLPG, NAMES_NONE, true, false,
	  "MMM . M. --- MMMM MMM--", "MMM . M. ..M MMMM MMM.." },
	/* The page in the PCID named, not global, and what led to it. */
	{ "invpcid_address", invpcid_code, NULL, FEATURE_INVPCID, ANY, BY_INVPCID,
	  NAMES_ANY, true, false, "MMM . .. --- MMMM MM.--",
	  "MMM . .. M.. MMMM MM.M." },
	/* The PCID named, without globals. */
	{ "invpcid_context", invpcid_code, NULL, FEATURE_INVPCID, ANY, BY_INVPCID,
	  NAMES_ANY, false, false, "MMM M .. --- MMMM MM.--",
	  "MMM M .. M.. MMMM MM.M." },
	{ "invpcid_all_global", invpcid_code, NULL, FEATURE_INVPCID, ANY, BY_INVPCID,
	  NAMES_NONE, false, true, "MMM M MM --- MMMM MMM--",
	  "MMM M MM MMM MMMM MMMMM" },
	{ "invpcid_all_non_global", invpcid_code, NULL, FEATURE_INVPCID, ANY,
	  BY_INVPCID, NAMES_NONE, false, false, "MMM M .. --- MMMM MM.--",
	  "MMM M .. MM. MMMM MM.MM" },
	/* There without bit 63, back with it: the target, and not us. */
	{ "invpcid_by_cr3", there, NULL, FEATURE_PCID, PCIDE_ON, BY_CR3, NAMES_ANOTHER,
	  false, false, NULL, "... . .. M.. .... ...M." },
	/* There with bit 63, back without: us, and what is claimed of the target. */
	{ "invpcid_by_cr3_seed", emulation, NULL, FEATURE_PCID, PCIDE_ON, BY_CR3,
	  NAMES_ANOTHER, false, false, NULL, "MMM M .. C.. MMMM MM.C." },
	/* The kernel's half, and with the load that goes back the user's: both. */
	{ "cr3_pti_deferred", deferred, NULL, FEATURE_PCID, PCIDE_ON, BY_CR3,
	  NAMES_ANOTHER, false, false, NULL, "MMM M .. M.. MMMM MM.M." },
	/* A change of PGE: everything. */
	{ "cr4_pge_toggle", toggle, NULL, FEATURE_PGE, ANY, BY_CR4, NAMES_NONE, false,
	  true, "MMM M MM --- MMMM MMM--", "MMM M MM MMM MMMM MMMMM" },
	/* SMEP 0 -> 1: the current PCID; of its globals nothing is said. */
	{ "cr4_smep_set", toggle, NULL, FEATURE_SMEP, ANY, BY_CR4, NAMES_NONE, false,
	  false, "MMM M .. --- MMMM MM.--", "MMM M .. ... MMMM MM..." },
	/* AMD's alone; the disassembler does not know it: test_window_batch.c. */
	{ "invlpgb_tlbsync", NULL, NULL, FEATURE_INVLPGB, ANY, BY_INVLPGB, NAMES_ANY,
	  true, false, NULL, NULL },
	{ "invlpgb_context", NULL, NULL, FEATURE_INVLPGB, PCIDE_ON, BY_INVLPGB,
	  NAMES_ANY, false, false, NULL, NULL },
	{ "invlpgb_all_global", NULL, NULL, FEATURE_INVLPGB, ANY, BY_INVLPGB,
	  NAMES_NONE, false, true, NULL, NULL },
	{ "invlpgb_all_non_global", NULL, NULL, FEATURE_INVLPGB, ANY, BY_INVLPGB,
	  NAMES_NONE, false, false, NULL, NULL },
	/* Code of two sizes: test_tlb_op.c.  PG 1 -> 0: everything. */
	{ "cr0_pg_toggle", NULL, NULL, 0, PCIDE_OFF, BY_CR0, NAMES_NONE, false, true,
	  "MMM M MM --- MMMM MMM--", NULL },
};
