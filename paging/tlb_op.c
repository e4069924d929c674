/*
 * The table of operations: how each is done.  What it must drop is in tlb_rule.c.
 */
#include "paging/tlb_op.h"

#include "lib/base/text.h"
#include "lib/x86/insn.h"
#include "paging/address_space.h"

BODY(none, "")

/* disp32 even for 0, so that every copy can have a page of its own. */
BODY(invlpg, "invlpg 0x7fffffff(%rsi)")

BODY(cr3_home, "mov %rbx, %cr3")

BODY(cr3_there_and_back, "mov %r8, %cr3\n"
                         "mov %rbx, %cr3")

/*
 * Page-table isolation: into the kernel's half, which is the one named, and there a
 * flush of it; that of the user's half is put off to the load that goes back.  What is
 * not the flush is the way there and back.
 */
BODY(pti_deferred, "mov %r8, %rax\n"
                   "bts $63, %rax\n"
                   "mov %rax, %cr3\n"
                   "mov %r8, %cr3\n"
                   "mov %rbx, %cr3")
BODY(pti_there_and_back, "mov %r8, %rax\n"
                         "bts $63, %rax\n"
                         "mov %rax, %cr3\n"
                         "mov %rbx, %rax\n"
                         "bts $63, %rax\n"
                         "mov %rax, %cr3")

BODY(invpcid, "invpcid 0x7fffffff(%rsi), %rdi")

/*
 * A routine for CPUs without INVPCID, instruction by instruction as it was published,
 * up to its RET.  There the address of the PML4 is a constant, OR $PML4TABLE, %rdi;
 * here it comes from a register.  It works on a PCID in RDI, and leaves something there
 * whose low 12 bits are still that PCID.
 */
BODY(emulate_invpcid, "push %rax\n"
                      "and $0xfff, %rdi\n"
                      "or %r8, %rdi\n"
                      "btsq $63, %rdi\n"
                      "mov %cr3, %rax\n"
                      "pushfq\n"
                      "cli\n"
                      "mov %rdi, %cr3\n"
                      "mov %rax, %cr3\n"
                      "popfq\n"
                      "pop %rax")

BODY(cr4_there_and_back, "mov %r10, %cr4\n"
                         "mov %r9, %cr4")
BODY(cr4_back, "mov %r9, %cr4")

/*
 * RAX: address, and what of RSI's low bits says which fields count; EDX: PCID and ASID;
 * ECX: no page but this one.  Without TLBSYNC it is only begun.
 */
BODY(invlpgb_tlbsync, "lea 0x7fffffff(%rsi), %rax\n"
                      "mov %edi, %edx\n"
                      "xor %ecx, %ecx\n"
                      "invlpgb\n"
                      "tlbsync")

/*
 * The same of pages in a row, or of what needs no page: ECX is how many more than one
 * (bits 15:0).
 */
BODY(invlpgb_batch, "lea 0x7fffffff(%rsi), %rax\n"
                    "mov %edi, %edx\n"
                    "mov $0x7fffffff, %ecx\n"
                    "invlpgb")
BODY(invlpgb_wait, "tlbsync")

/* Without an address: RSI is what its low bits say alone. */
BODY(invlpgb_no_page, "mov %rsi, %rax\n"
                      "mov %edi, %edx\n"
                      "xor %ecx, %ecx\n"
                      "invlpgb\n"
                      "tlbsync")

/*
 * CR0.PG cannot be cleared in 64-bit mode: out through compatibility mode by LRETQ,
 * back by LRET.  The upper halves of all registers are undefined over that (SDM
 * 1 3.4.1.1 "General-Purpose Registers in 64-Bit Mode"), so everything a window holds
 * waits on the stack, whose address has none.  CR3 stays as it is.  08h and 28h: 64-bit
 * code, 32-bit code.
 */
#define FLAT_OUT                                                                       \
	"push %rbx\n"                                                                  \
	"push %rbp\n"                                                                  \
	"push %rsi\n"                                                                  \
	"push %rdi\n"                                                                  \
	"push %r8\n"                                                                   \
	"push %r9\n"                                                                   \
	"push %r10\n"                                                                  \
	"push %r11\n"                                                                  \
	"push %r12\n"                                                                  \
	"push %r13\n"                                                                  \
	"push %r14\n"                                                                  \
	"push %r15\n"                                                                  \
	"sub $8, %rsp\n"                                                               \
	"lea 2f(%rip), %rax\n"                                                         \
	"mov %eax, (%rsp)\n"                                                           \
	"movl $0x08, 4(%rsp)\n"                                                        \
	"push $0x28\n"                                                                 \
	"lea 1f(%rip), %rax\n"                                                         \
	"push %rax\n"                                                                  \
	"lretq\n"                                                                      \
	".code32\n"                                                                    \
	"1:\n"
#define FLAT_BACK                                                                      \
	"lret\n"                                                                       \
	".code64\n"                                                                    \
	"2:\n"                                                                         \
	"mov %esp, %esp\n"                                                             \
	"pop %r15\n"                                                                   \
	"pop %r14\n"                                                                   \
	"pop %r13\n"                                                                   \
	"pop %r12\n"                                                                   \
	"pop %r11\n"                                                                   \
	"pop %r10\n"                                                                   \
	"pop %r9\n"                                                                    \
	"pop %r8\n"                                                                    \
	"pop %rdi\n"                                                                   \
	"pop %rsi\n"                                                                   \
	"pop %rbp\n"                                                                   \
	"pop %rbx"

BODY(cr0_pg_toggle, FLAT_OUT "mov %cr0, %eax\n"
                             "and $0x7fffffff, %eax\n"
                             "mov %eax, %cr0\n"
                             "or $0x80000000, %eax\n"
                             "mov %eax, %cr0\n" FLAT_BACK)

/* The far transfers alone. */
BODY(cr0_pg_stays, FLAT_OUT FLAT_BACK)

/* APM 3 "INVLPGB": bits of rAX, and where EDX has the PCID. */
#define INVLPGB_VA (UINT64_C(1) << 0)
#define INVLPGB_PCID (UINT64_C(1) << 1)
#define INVLPGB_ASID (UINT64_C(1) << 2)
#define INVLPGB_GLOBAL (UINT64_C(1) << 3)
#define INVLPGB_PCID_SHIFT 16

#define DISPLACED(name, offset)                                                        \
	{                                                                              \
		BODY_RANGE(name), .fixup = FIXUP_ADDRESS, .fixup_offset = (offset)     \
	}

#define INVLPGB_BATCH                                                                  \
	{                                                                              \
		.body = DISPLACED(invlpgb_batch, 3), .count_offset = 10,               \
		.end = { BODY_RANGE(invlpgb_wait) }                                    \
	}

#define INVPCID_OP                                                                     \
	.needs = FEATURE_INVPCID, .states = PCIDE_OFF | PCIDE_ON,                      \
	.body = DISPLACED(invpcid, 5), .by = BY_INVPCID, .takes_descriptor = true

/* none has its place by number: a row put above it by mistake does not compile. */
const struct tlb_op tlb_ops[] = {
	[0] = {
		.name = "none",
		.states = PCIDE_OFF | PCIDE_ON,
		.body = { BODY_RANGE(none) },
	},
	{
		.name = "cr3_reload",
		.states = PCIDE_OFF,
		.body = { BODY_RANGE(cr3_home) },
		.by = BY_CR3,
		.drops_all_psc = true,
	},
	{
		.name = "cr3_pcid_flush",
		.needs = FEATURE_PCID,
		.states = PCIDE_ON,
		.body = { BODY_RANGE(cr3_home) },
		.named = { BODY_RANGE(cr3_there_and_back) },
		.by = BY_CR3,
		.names = NAMES_ANY,
		.drops_all_psc = true,
	},
	{
		.name = "cr3_pcid_noflush",
		.needs = FEATURE_PCID,
		.states = PCIDE_ON,
		.body = { BODY_RANGE(cr3_home) },
		.named = { BODY_RANGE(cr3_there_and_back) },
		.by = BY_CR3,
		.names = NAMES_ANY,
		.home_keeps = true,
		.named_keeps = true,
	},
	{
		.name = "invlpg",
		.states = PCIDE_OFF | PCIDE_ON,
		.body = DISPLACED(invlpg, 3),
		.by = BY_INVLPG,
		.takes_page = true,
		.drops_all_psc = true,
	},
	{
		.name = "invpcid_address",
		INVPCID_OP,
		.names = NAMES_ANY,
		.invpcid_type = 0,
		.takes_page = true,
	},
	{
		.name = "invpcid_context",
		INVPCID_OP,
		.names = NAMES_ANY,
		.invpcid_type = 1,
		.drops_all_psc = true,
	},
	{
		.name = "invpcid_all_global",
		INVPCID_OP,
		.invpcid_type = 2,
		.drops_globals = true,
		.drops_all_psc = true,
	},
	{
		.name = "invpcid_all_non_global",
		INVPCID_OP,
		.invpcid_type = 3,
		.drops_all_psc = true,
	},
	{
		.name = "invpcid_by_cr3",
		.needs = FEATURE_PCID,
		.states = PCIDE_ON,
		.body = { BODY_RANGE(cr3_there_and_back) },
		.by = BY_CR3,
		.names = NAMES_ANOTHER,
		.home_keeps = true,
	},
	{
		.name = "invpcid_by_cr3_seed",
		.needs = FEATURE_PCID,
		.states = PCIDE_ON,
		.body = { BODY_RANGE(emulate_invpcid) },
		.by = BY_CR3,
		.names = NAMES_ANOTHER,
		.takes_root = true,
		.drops_all_psc = true,
	},
	{
		.name = "cr3_pti_deferred",
		.needs = FEATURE_PCID,
		.states = PCIDE_ON,
		.body = { BODY_RANGE(pti_deferred) },
		.baseline = { BODY_RANGE(pti_there_and_back) },
		.by = BY_CR3,
		.names = NAMES_ANOTHER,
		.drops_all_psc = true,
		.swept_in_full = true,
	},
	{
		.name = "cr4_pge_toggle",
		.needs = FEATURE_PGE,
		.states = PCIDE_OFF | PCIDE_ON,
		.body = { BODY_RANGE(cr4_there_and_back) },
		.cr4_flips = CR4_PGE,
		.by = BY_CR4,
		.drops_globals = true,
		.drops_all_psc = true,
	},
	{
		.name = "cr4_smep_set",
		.needs = FEATURE_SMEP,
		.states = PCIDE_OFF | PCIDE_ON,
		.body = { BODY_RANGE(cr4_there_and_back) },
		.baseline = { BODY_RANGE(cr4_back) },
		.cr4_flips = CR4_SMEP,
		.baseline_undoes = true,
		.by = BY_CR4,
		.drops_all_psc = true,
	},
	{
		.name = "invlpgb_tlbsync",
		.needs = FEATURE_INVLPGB,
		.states = PCIDE_OFF | PCIDE_ON,
		.body = DISPLACED(invlpgb_tlbsync, 3),
		.batch = INVLPGB_BATCH,
		.by = BY_INVLPGB,
		.names = NAMES_ANY,
		.takes_page = true,
	},
	{
		.name = "invlpgb_context",
		.needs = FEATURE_INVLPGB,
		.states = PCIDE_ON,
		.body = { BODY_RANGE(invlpgb_no_page) },
		.batch = INVLPGB_BATCH,
		.by = BY_INVLPGB,
		.names = NAMES_ANY,
		.drops_all_psc = true,
		.swept_in_full = true,
	},
	{
		.name = "invlpgb_all_global",
		.needs = FEATURE_INVLPGB,
		.states = PCIDE_OFF | PCIDE_ON,
		.body = { BODY_RANGE(invlpgb_no_page) },
		.batch = INVLPGB_BATCH,
		.by = BY_INVLPGB,
		.drops_globals = true,
		.drops_all_psc = true,
		.swept_in_full = true,
	},
	{
		.name = "invlpgb_all_non_global",
		.needs = FEATURE_INVLPGB,
		.states = PCIDE_OFF | PCIDE_ON,
		.body = { BODY_RANGE(invlpgb_no_page) },
		.batch = INVLPGB_BATCH,
		.by = BY_INVLPGB,
		.drops_all_psc = true,
		.swept_in_full = true,
	},
	{
		.name = "cr0_pg_toggle",
		.states = PCIDE_OFF,
		.body = { BODY_RANGE(cr0_pg_toggle) },
		.baseline = { BODY_RANGE(cr0_pg_stays) },
		.by = BY_CR0,
		.runs_flat = true,
		.drops_globals = true,
		.drops_all_psc = true,
	},
};
_Static_assert(sizeof tlb_ops / sizeof tlb_ops[0] == TLB_OPS,
               "TLB_OPS counts the rows");

const struct tlb_op *const tlb_op_none = &tlb_ops[0];

const struct tlb_op *tlb_op_named(const char *name)
{
	for (unsigned i = 0; i < TLB_OPS; i++)
		if (text_equal(tlb_ops[i].name, name))
			return &tlb_ops[i];
	return NULL;
}

bool tlb_op_exists(const struct tlb_op *op, bool pcide)
{
	return (op->states & (pcide ? PCIDE_ON : PCIDE_OFF)) != 0;
}

const struct body *tlb_op_body(const struct tlb_op *op, const struct aim *aim)
{
	return aim->pcid != PCID_HOME && op->named.begin != NULL ? &op->named
	                                                         : &op->body;
}

/*
 * As Linux sets them: of a process its PCID and no global entries; of the kernel, which
 * has no PCID, global entries too; of all processes neither.  ASID 0 is the host's own;
 * without a valid one what matches would go for every guest, too.
 */
static void set_for_invlpgb(struct operands *operands, const struct tlb_op *op,
                            const struct aim *aim, uint64_t cr4)
{
	const bool of_pcid = (cr4 & CR4_PCIDE) != 0 && op->names != NAMES_NONE;
	const bool of_kernel = op->drops_globals || (op->takes_page && !of_pcid);

	operands->address = (op->takes_page ? aim->va | INVLPGB_VA : 0) | INVLPGB_ASID |
	                    (of_pcid ? INVLPGB_PCID : 0) |
	                    (of_kernel ? INVLPGB_GLOBAL : 0);
	operands->type = of_pcid ? (uint64_t)aim->pcid << INVLPGB_PCID_SHIFT : 0;
}

struct operands tlb_op_operands(const struct tlb_op *op, const struct aim *aim,
                                const struct surroundings *surroundings)
{
	const uint64_t root = surroundings->root;
	const bool is_invpcid = op->by == BY_INVPCID;
	struct operands operands = {
		.address = op->takes_descriptor ? surroundings->descriptor : aim->va,
		.type = is_invpcid ? op->invpcid_type : aim->pcid,
		.cr3 = root | PCID_HOME | (op->home_keeps ? CR3_KEEP : 0),
		.cr3_named = root | (op->takes_root ? 0 : aim->pcid) |
		             (op->named_keeps ? CR3_KEEP : 0),
		.cr4 = surroundings->cr4,
		.cr4_changed = surroundings->cr4 ^ op->cr4_flips,
	};

	if (op->by == BY_INVLPGB)
		set_for_invlpgb(&operands, op, aim, surroundings->cr4);
	return operands;
}

struct invpcid_descriptor invpcid_descriptor_of(const struct aim *aim)
{
	return (struct invpcid_descriptor){ .pcid = aim->pcid, .va = aim->va };
}
