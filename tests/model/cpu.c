/*
 * What each instruction drops (SDM 3A 5.10.4.1 "Operations that Invalidate TLBs and
 * Paging-Structure Caches"), and when it faults instead.
 */
#include "tests/model/cpu.h"

#include "tests/model/registers.h"
#include "tests/unit/support/unit.h"

#define PCID_BITS UINT64_C(0xfff)

static const struct invalidation everything = {
	.any_pcid = true,
	.any_page = true,
	.globals = GLOBALS_ALL,
	.upper = UPPER_ALL,
};

void cpu_reset(struct cpu *cpu, const struct frame_pool *memory, uint64_t root)
{
	*cpu = (struct cpu){
		.flags = BIT_FLAGS_IF,
		.cr0 = BIT_CR0_PG | BIT_CR0_PE,
		.cr3 = root,
		.cr4 = BIT_CR4_PAE | BIT_CR4_PGE,
		.efer = BIT_EFER_LME | BIT_EFER_LMA | BIT_EFER_NXE,
		.features = { .pcid = true,
		              .invpcid = true,
		              .smep = true,
		              .pge = true },
		.memory = memory,
	};
}

uint16_t cpu_pcid(const struct cpu *cpu)
{
	return (cpu->cr4 & BIT_CR4_PCIDE) == 0 ? 0 : (uint16_t)(cpu->cr3 & PCID_BITS);
}

/* As an operand of an invalidation: KVM does the same (is_noncanonical_invlpg_address).
 */
static bool is_canonical(const struct cpu *cpu, uint64_t va)
{
	const uint64_t upper_half = cpu->features.la57 ? UINT64_C(0xff00000000000000)
	                                               : UINT64_C(0xffff800000000000);

	return (va & upper_half) == 0 || (va & upper_half) == upper_half;
}

static void drop(struct cpu *cpu, const struct invalidation *what)
{
	if (cpu_has(cpu, INVALIDATION_DROPS_ALL))
		what = &everything;
	tlb_drop(&cpu->tlb, what);
	psc_drop(&cpu->psc, what);
}

/* The page in the current PCID, global or not, and all above it or beside it. */
void cpu_invlpg(struct cpu *cpu, uint64_t va)
{
	const bool pcide = (cpu->cr4 & BIT_CR4_PCIDE) != 0;
	struct invalidation what = {
		.any_pcid = cpu_has(cpu, INVLPG_DROPS_PAGE_EVERYWHERE),
		.any_page = cpu_has(cpu, INVLPG_DROPS_CURRENT),
		.globals = pcide && cpu_has(cpu, INVLPG_KEEPS_GLOBALS) ? GLOBALS_NONE
		                                                       : GLOBALS_ALL,
		.spared_code = cpu_has(cpu, INVLPG_KEEPS_CODE) ? SPARES_CODE
		               : cpu_has(cpu, INVLPG_KEEPS_LARGE_CODE)
		                       ? SPARES_LARGE_CODE
		                       : SPARES_NO_CODE,
		.spares_large = cpu_has(cpu, INVLPG_KEEPS_LARGE),
		.upper = UPPER_ALL,
		.pcid = cpu_pcid(cpu),
		.va = va,
	};

	/* APM 2 5.5.3 "TLB Management": with EFER.TCE those of the path are enough. */
	if ((cpu->efer & BIT_EFER_TCE) != 0 || cpu_has(cpu, INVLPG_KEEPS_PSC_ELSEWHERE))
		what.upper = UPPER_PATH;
	if (cpu_has(cpu, INVLPG_KEEPS_PSC))
		what.upper = UPPER_NONE;
	if (is_canonical(cpu, va) && !cpu_has(cpu, INVLPG_DOES_NOTHING))
		drop(cpu, &what);
}

enum { INVPCID_ADDRESS, INVPCID_CONTEXT, INVPCID_ALL_GLOBAL, INVPCID_ALL_NON_GLOBAL };

static bool invpcid_faults(const struct cpu *cpu, uint64_t type, uint64_t low,
                           uint64_t high)
{
	const bool names_pcid = type == INVPCID_ADDRESS || type == INVPCID_CONTEXT;

	return type > INVPCID_ALL_NON_GLOBAL || (low & ~PCID_BITS) != 0 ||
	       (type == INVPCID_ADDRESS && !is_canonical(cpu, high)) ||
	       (names_pcid && low != 0 && (cpu->cr4 & BIT_CR4_PCIDE) == 0);
}

/* Of the quirks of each type; the current PCID is 0 where type 3 is tried. */
static enum spared_code invpcid_spares(const struct cpu *cpu, uint64_t type)
{
	static const struct {
		enum quirk quirk;
		enum spared_code spared;
	} spares[] = {
		[INVPCID_ADDRESS] = { INVPCID_0_KEEPS_CODE, SPARES_CODE },
		[INVPCID_CONTEXT] = { INVPCID_1_KEEPS_CODE, SPARES_CODE },
		[INVPCID_ALL_GLOBAL] = { INVPCID_2_KEEPS_GLOBAL_CODE,
		                         SPARES_GLOBAL_CODE },
		[INVPCID_ALL_NON_GLOBAL] = { INVPCID_3_KEEPS_CODE_OF_OTHERS,
		                             SPARES_OTHERS_CODE },
	};

	return cpu_has(cpu, spares[type].quirk) ? spares[type].spared : SPARES_NO_CODE;
}

static struct invalidation invpcid_means(const struct cpu *cpu, uint64_t type,
                                         uint16_t pcid, uint64_t va)
{
	const bool current =
		(type == INVPCID_ALL_GLOBAL && cpu_has(cpu, INVPCID_2_ONLY_CURRENT)) ||
		(type == INVPCID_ALL_NON_GLOBAL &&
	         cpu_has(cpu, INVPCID_3_ONLY_CURRENT)) ||
		(type <= INVPCID_CONTEXT && cpu_has(cpu, INVPCID_TAKES_CURRENT));
	const bool all_global =
		type == INVPCID_ALL_GLOBAL && !cpu_has(cpu, INVPCID_2_KEEPS_GLOBALS);
	struct invalidation what = {
		.any_pcid = (type >= INVPCID_ALL_GLOBAL && !current) ||
		            cpu_has(cpu, INVPCID_DROPS_ALL_PCIDS),
		.any_page = type != INVPCID_ADDRESS,
		.globals = all_global || cpu_has(cpu, INVPCID_DROPS_GLOBALS)
		                   ? GLOBALS_ALL
		                   : GLOBALS_NONE,
		.spared_code = invpcid_spares(cpu, type),
		.upper = type == INVPCID_ADDRESS ? UPPER_PATH : UPPER_ALL,
		.pcid = current ? cpu_pcid(cpu) : pcid,
		.va = va,
	};

	if ((type == INVPCID_ADDRESS && cpu_has(cpu, INVPCID_0_KEEPS_PSC)) ||
	    (type == INVPCID_CONTEXT && cpu_has(cpu, INVPCID_1_KEEPS_PSC)))
		what.upper = UPPER_NONE;
	return what;
}

void cpu_invpcid(struct cpu *cpu, uint64_t type, uint64_t low, uint64_t high)
{
	static const enum quirk does_nothing[] = {
		[INVPCID_ADDRESS] = INVPCID_0_DOES_NOTHING,
		[INVPCID_CONTEXT] = INVPCID_1_DOES_NOTHING,
		[INVPCID_ALL_GLOBAL] = INVPCID_2_DOES_NOTHING,
		[INVPCID_ALL_NON_GLOBAL] = INVPCID_3_DOES_NOTHING,
	};

	if (!cpu->features.invpcid) {
		cpu->vector = VECTOR_UD;
	} else if (invpcid_faults(cpu, type, low, high)) {
		cpu->vector = VECTOR_GP;
	} else if (!cpu_has(cpu, does_nothing[type])) {
		const struct invalidation what =
			invpcid_means(cpu, type, (uint16_t)low, high);

		drop(cpu, &what);
	}
}

/* Pages of the host's, by the fields that RAX says are valid (APM 3 "INVLPGB"). */
void cpu_invlpgb(struct cpu *cpu)
{
	const uint64_t valid_va = 1 << 0, valid_pcid = 1 << 1, valid_asid = 1 << 2,
		       with_globals = 1 << 3, only_leaves = 1 << 4;
	const uint64_t rax = cpu->gpr[RAX], rdx = cpu->gpr[RDX];
	const bool pcide = (cpu->cr4 & BIT_CR4_PCIDE) != 0;
	const uint32_t ecx = (uint32_t)cpu->gpr[RCX];

	if (!cpu->features.invlpgb)
		cpu->vector = VECTOR_UD;
	else if (ecx >= cpu->features.invlpgb_pages || (rax & valid_asid) == 0 ||
	         (rdx & 0xf000ffff) != 0 || ((rax & valid_pcid) != 0 && !pcide))
		cpu->vector = VECTOR_GP;
	else
		cpu->broadcast_pages = ecx + 1;
	cpu->broadcast = (struct invalidation){
		.any_pcid = (rax & valid_pcid) == 0,
		.any_page = (rax & valid_va) == 0,
		.globals = (rax & with_globals) == 0 ? GLOBALS_NONE : GLOBALS_OF_PCID,
		.upper = (rax & only_leaves) != 0 ? UPPER_NONE
		         : (rax & valid_va) != 0  ? UPPER_PATH
		                                  : UPPER_ALL,
		.pcid = (uint16_t)(rdx >> 16 & PCID_BITS),
		.va = rax & ~(PAGE_BYTES - 1),
	};
}

void cpu_tlbsync(struct cpu *cpu)
{
	if (!cpu->features.invlpgb)
		cpu->vector = VECTOR_UD;
	for (; cpu->vector == 0 && cpu->broadcast_pages != 0; cpu->broadcast_pages--) {
		drop(cpu, &cpu->broadcast);
		cpu->broadcast.va += PAGE_BYTES;
	}
}

/* With PCIDE the PCID that is loaded, unless bit 63 is set; it never reads back. */
void cpu_write_cr3(struct cpu *cpu, uint64_t value)
{
	const uint64_t reserved = UINT64_C(0x7ff0000000000000);
	const bool pcide = (cpu->cr4 & BIT_CR4_PCIDE) != 0;
	const uint16_t left = cpu_pcid(cpu);
	bool drops = (value & BIT_CR3_NO_DROP) == 0;

	if ((value & reserved) != 0 || (!drops && !pcide)) {
		cpu->vector = VECTOR_GP;
		return;
	}
	cpu->cr3 = value & ~BIT_CR3_NO_DROP;
	if (!pcide && cpu->features.clears_ignored)
		cpu->cr3 &= ~(PCID_BITS & ~(BIT_CR3_PWT | BIT_CR3_PCD));
	if (pcide && cpu_has(cpu, CR3_NEVER_DROPS))
		drops = false;
	if (cpu_has(cpu, CR3_ALWAYS_DROPS) || cpu_has(cpu, CR3_DROPS_ALL_PCIDS))
		drops = true;

	const struct invalidation what = {
		.any_pcid = cpu_has(cpu, CR3_DROPS_ALL_PCIDS),
		.any_page = true,
		.globals = cpu_has(cpu, CR3_DROPS_GLOBALS) ? GLOBALS_ALL : GLOBALS_NONE,
		.spared_code =
			cpu_has(cpu, CR3_KEEPS_CODE) ? SPARES_CODE : SPARES_NO_CODE,
		.upper = cpu_has(cpu, CR3_KEEPS_PSC) ? UPPER_NONE : UPPER_ALL,
		.pcid = cpu_has(cpu, CR3_DROPS_LEFT) ? left : cpu_pcid(cpu),
	};

	if (drops)
		drop(cpu, &what);
}

static bool cr4_faults(const struct cpu *cpu, uint64_t value, uint64_t changed)
{
	const bool sets_pcide = (changed & value & BIT_CR4_PCIDE) != 0;

	return (changed & (BIT_CR4_LA57 | BIT_CR4_PAE)) != 0 ||
	       ((value & BIT_CR4_PCIDE) != 0 && !cpu->features.pcid) ||
	       ((value & BIT_CR4_SMEP) != 0 && !cpu->features.smep) ||
	       ((value & BIT_CR4_PGE) != 0 && !cpu->features.pge) ||
	       (sets_pcide && (cpu->cr3 & PCID_BITS) != 0);
}

void cpu_write_cr4(struct cpu *cpu, uint64_t value)
{
	const uint64_t changed = cpu->cr4 ^ value;
	struct invalidation what = everything;

	if (cr4_faults(cpu, value, changed)) {
		cpu->vector = VECTOR_GP;
		return;
	}
	what.pcid = cpu_pcid(cpu);
	cpu->cr4 = value;
	if ((changed & BIT_CR4_PGE) != 0 && !cpu_has(cpu, PGE_DOES_NOTHING)) {
		if (cpu_has(cpu, PGE_KEEPS_GLOBALS))
			what.globals = GLOBALS_NONE;
		if (cpu_has(cpu, PGE_KEEPS_GLOBAL_CODE))
			what.spared_code = SPARES_GLOBAL_CODE;
		what.any_pcid = !cpu_has(cpu, PGE_ONLY_CURRENT);
		drop(cpu, &what);
	}
	if ((changed & ~value & BIT_CR4_PCIDE) != 0 &&
	    !cpu_has(cpu, PCIDE_OFF_DOES_NOTHING))
		drop(cpu, &everything);
	/* The manual does not name the globals here. */
	if ((changed & value & BIT_CR4_SMEP) != 0 && !cpu_has(cpu, SMEP_DOES_NOTHING)) {
		if (!cpu_has(cpu, SMEP_DROPS_GLOBALS))
			what.globals = GLOBALS_NONE;
		what.any_pcid = false;
		drop(cpu, &what);
	}
}

/* SDM 1 3.4.1.1 "General-Purpose Registers in 64-Bit Mode": what is undefined then. */
static void lose_upper_halves(struct cpu *cpu)
{
	const uint64_t rubbish = UINT64_C(0xdeadbeef);

	for (unsigned i = 0; i < GPRS; i++)
		cpu->gpr[i] =
			rubbish << 32 | (i < R8 ? (uint32_t)cpu->gpr[i] : rubbish);
}

void cpu_write_cr0(struct cpu *cpu, uint64_t value)
{
	const bool leaves = (cpu->cr0 & ~value & BIT_CR0_PG) != 0;
	struct invalidation what = everything;

	if (leaves && (!cpu->in_compatibility || (cpu->cr4 & BIT_CR4_PCIDE) != 0)) {
		cpu->vector = VECTOR_GP;
		return;
	}
	cpu->cr0 = value;
	if (cpu_has(cpu, PG_KEEPS_GLOBAL_CODE))
		what.spared_code = SPARES_GLOBAL_CODE;
	if (cpu_has(cpu, PG_KEEPS_GLOBALS))
		what.globals = GLOBALS_NONE;
	if (leaves)
		lose_upper_halves(cpu);
	if (leaves && !cpu_has(cpu, PG_DOES_NOTHING))
		drop(cpu, &what);
}
