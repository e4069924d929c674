/*
 * MOV to control registers and the MSRs (SDM 3A 5.10.4.1 "Operations that Invalidate
 * TLBs and Paging-Structure Caches", SDM 2B "MOV - Move to/from Control Registers").
 */
#include "tests/silicon/core/bits.h"
#include "tests/silicon/core/clock.h"
#include "tests/silicon/core/drop.h"

static const struct drop everything = {
	.any_pcid = true,
	.any_page = true,
	.globals = DROP_ALL_GLOBALS,
	.uppers = DROP_ALL_UPPERS,
};

static struct drop all_of(uint16_t pcid)
{
	return (struct drop){
		.any_page = true,
		.uppers = DROP_ALL_UPPERS,
		.pcid = pcid,
	};
}

unsigned silicon_mov_cr3(struct silicon *s, uint32_t cpu, uint64_t value)
{
	struct cpu_state *const one = &s->cpus[cpu];
	const bool keeps = (value & CR3_BIT_KEEP) != 0;

	if ((value & CR3_RESERVED) != 0 || (keeps && !has_pcide(one)))
		return VECTOR_IS_GP;
	one->registers.cr3 = value & ~CR3_BIT_KEEP;
	silicon_pay(s, one, keeps ? SILICON_CR3_NOFLUSH : SILICON_CR3_FLUSH);
	silicon_drop_old_pcids(one, current_pcid(one));

	struct drop what = all_of(current_pcid(one));

	what.nothing = keeps;
	silicon_drop(s, one, what, keeps ? OPERATION_CR3_NOFLUSH : OPERATION_CR3);
	return 0;
}

static bool cr4_faults(const struct silicon *s, const struct silicon_registers *now,
                       uint64_t value)
{
	const uint64_t set = value & ~now->cr4, changed = value ^ now->cr4;
	const bool is_long = (now->efer & EFER_BIT_LMA) != 0;

	if (is_long && ((changed & CR4_BIT_LA57) != 0 || (value & CR4_BIT_PAE) == 0))
		return true;
	if ((set & CR4_BIT_PCIDE) != 0 && (!is_long || (now->cr3 & CR3_PCID) != 0))
		return true;
	return ((value & CR4_BIT_PCIDE) != 0 && !s->params.pcid) ||
	       ((value & CR4_BIT_PGE) != 0 && !s->params.pge) ||
	       ((value & CR4_BIT_SMEP) != 0 && !s->params.smep) ||
	       ((value & CR4_BIT_LA57) != 0 && !s->params.la57);
}

static enum silicon_cost cr4_cost(uint64_t changed, uint64_t value)
{
	if ((changed & CR4_BIT_PGE) != 0)
		return SILICON_CR4_PGE;
	if ((changed & CR4_BIT_PCIDE) != 0)
		return SILICON_CR4_PCIDE;
	return (changed & value & CR4_BIT_SMEP) != 0 ? SILICON_CR4_SMEP
	                                             : SILICON_CR4_WRITE;
}

unsigned silicon_mov_cr4(struct silicon *s, uint32_t cpu, uint64_t value)
{
	struct cpu_state *const one = &s->cpus[cpu];
	const uint64_t changed = value ^ one->registers.cr4;
	const uint16_t pcid = current_pcid(one);

	if (cr4_faults(s, &one->registers, value))
		return VECTOR_IS_GP;
	one->registers.cr4 = value;
	silicon_pay(s, one, cr4_cost(changed, value));
	if ((changed & CR4_BIT_PGE) != 0)
		silicon_drop(s, one, everything, OPERATION_PGE);
	if ((changed & ~value & CR4_BIT_PCIDE) != 0)
		silicon_drop(s, one, everything, OPERATION_PCIDE);
	if ((changed & value & CR4_BIT_SMEP) != 0 && s->params.smep_drops)
		silicon_drop(s, one, all_of(pcid), OPERATION_SMEP);
	return 0;
}

unsigned silicon_mov_cr0(struct silicon *s, uint32_t cpu, uint64_t value)
{
	struct cpu_state *const one = &s->cpus[cpu];
	struct silicon_registers *const now = &one->registers;
	const bool was_paging = (now->cr0 & CR0_BIT_PG) != 0;
	const bool is_paging = (value & CR0_BIT_PG) != 0;

	if (is_paging && (value & CR0_BIT_PE) == 0)
		return VECTOR_IS_GP;
	/* Out of 64-bit mode paging cannot go, and with PCIDs nowhere. */
	if (was_paging && !is_paging && (!now->compatibility || has_pcide(one)))
		return VECTOR_IS_GP;
	if (!was_paging && is_paging &&
	    ((now->efer & EFER_BIT_LME) == 0 || (now->cr4 & CR4_BIT_PAE) == 0))
		return VECTOR_IS_GP;
	now->cr0 = value;
	silicon_pay(s, one,
	            was_paging != is_paging ? SILICON_CR0_PG : SILICON_CR0_WRITE);
	if (is_paging)
		now->efer |= EFER_BIT_LMA;
	else
		now->efer &= ~EFER_BIT_LMA;
	if (was_paging && !is_paging)
		silicon_drop(s, one, everything, OPERATION_PG);
	return 0;
}

enum silicon_msr silicon_rdmsr(struct silicon *s, uint32_t cpu, uint32_t msr,
                               uint64_t *value)
{
	const struct cpu_state *const one = &s->cpus[cpu];

	switch (msr) {
	case MSR_IS_TSC:
		*value = silicon_tsc(s, cpu);
		return MSR_DONE;
	case MSR_IS_TSC_ADJUST:
		*value = one->clock.tsc_adjust;
		return MSR_DONE;
	case MSR_IS_MPERF:
		*value = silicon_reference(s, one);
		return MSR_DONE;
	case MSR_IS_APERF:
		*value = silicon_cycles(s, cpu);
		return MSR_DONE;
	case MSR_IS_EFER:
		*value = one->registers.efer;
		return MSR_DONE;
	default:
		return silicon_read_rar(s, one, msr, value);
	}
}

/* SYSCALL (bit 0) is harmless here; LMA is what it is. */
static enum silicon_msr write_efer(struct silicon *s, struct cpu_state *cpu,
                                   uint64_t value)
{
	struct silicon_registers *const now = &cpu->registers;
	const uint64_t known =
		BIT(0) | EFER_BIT_LME | EFER_BIT_LMA | EFER_BIT_NXE | EFER_BIT_TCE;
	const bool changes_lme = ((value ^ now->efer) & EFER_BIT_LME) != 0;

	if ((value & ~known) != 0 || (changes_lme && (now->cr0 & CR0_BIT_PG) != 0) ||
	    ((value & EFER_BIT_TCE) != 0 && !s->params.tce) ||
	    ((value & EFER_BIT_NXE) != 0 && !s->params.nx))
		return MSR_FAULTS;
	now->efer = (value & ~EFER_BIT_LMA) | (now->efer & EFER_BIT_LMA);
	return MSR_DONE;
}

enum silicon_msr silicon_wrmsr(struct silicon *s, uint32_t cpu, uint32_t msr,
                               uint64_t value)
{
	struct cpu_state *const one = &s->cpus[cpu];

	switch (msr) {
	case MSR_IS_TSC:
		/* SDM 3B 19.17.3 "Time-Stamp Counter Adjustment". */
		one->clock.tsc_adjust += value - silicon_tsc(s, cpu);
		return MSR_DONE;
	case MSR_IS_TSC_ADJUST:
		one->clock.tsc_adjust = value;
		return MSR_DONE;
	case MSR_IS_MPERF:
	case MSR_IS_APERF:
		return MSR_FAULTS;
	case MSR_IS_EFER:
		return write_efer(s, one, value);
	default:
		return silicon_write_rar(s, one, msr, value);
	}
}
