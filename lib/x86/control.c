#include "lib/x86/control.h"

#include "lib/x86/cpu.h"
#include "lib/x86/insn.h"

/*
 * The page-table entries made here use PAT entries 0, 2 and 3 only, with their meaning
 * at power-on: write-back, uncached unless an MTRR says otherwise, uncached (SDM
 * 3A 13.12.4 "Programming the PAT").
 */
#define PAT_POWER_ON UINT64_C(0x0007040600070406)
#define PAT_USED UINT64_C(0x00000000ffff00ff)

struct registers control_read(void)
{
	return (struct registers){
		.cr0 = read_cr0(),
		.cr3 = read_cr3(),
		.cr4 = read_cr4(),
		.efer = rdmsr(MSR_EFER),
		.pat = rdmsr(MSR_PAT),
		.apic_base = rdmsr(MSR_APIC_BASE),
	};
}

static void set_pat(uint64_t found)
{
	if (((found ^ PAT_POWER_ON) & PAT_USED) == 0)
		return;
	wbinvd();
	wrmsr(MSR_PAT, PAT_POWER_ON);
	write_cr3(read_cr3());
	wbinvd();
}

void control_take_over(const struct registers *found, bool nx)
{
	const uint64_t kept = CR4_VMXE | CR4_SMXE;
	const uint64_t cr4 =
		(found->cr4 & kept) | CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	/* CET goes first: WP may not be clear while it is on, and may not matter. */
	write_cr4(found->cr4 & ~CR4_CET);
	write_cr0(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG);
	/* Without PGE for a moment, so that nothing global of the firmware stays. */
	write_cr4(cr4);
	write_cr4(cr4 | CR4_PGE);
	if (nx)
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
	set_pat(found->pat);
}

/* Nothing global may stay behind: PGE goes first, and PCIDE, which minds CR3. */
void control_give_back(const struct registers *found)
{
	const uint64_t efer = rdmsr(MSR_EFER);

	write_cr4(read_cr4() & ~(CR4_PGE | CR4_PCIDE));
	write_cr3(found->cr3 & CR3_FRAME);
	wrmsr(MSR_EFER, (efer & ~EFER_NXE) | (found->efer & EFER_NXE));
	if (((found->pat ^ PAT_POWER_ON) & PAT_USED) != 0) {
		wbinvd();
		wrmsr(MSR_PAT, found->pat);
		wbinvd();
	}
	write_cr0(found->cr0);
	write_cr4(found->cr4 & ~CR4_CET);
}

bool control_lfence_waits(bool amd)
{
	const uint32_t always_serialising = UINT32_C(1) << 2;
	uint64_t de_cfg = 0;

	const uint32_t family = cpuid(1, 0).eax >> 8 & 0xfff00f;

	if (!amd)
		return true;
	/* Families 0Fh (extended family 0) and 11h have no such bit: it always waits.
	 */
	if (family == 0x00000f || family == 0x00200f)
		return true;
	if (cpuid(0x80000000u, 0).eax >= 0x80000021u &&
	    (cpuid(0x80000021u, 0).eax & always_serialising) != 0)
		return true;
	if (!rdmsr_safe(MSR_AMD_DE_CFG, &de_cfg))
		return false;
	if ((de_cfg & DE_CFG_LFENCE_SERIALISES) != 0)
		return true;
	return wrmsr_safe(MSR_AMD_DE_CFG, de_cfg | DE_CFG_LFENCE_SERIALISES) &&
	       rdmsr_safe(MSR_AMD_DE_CFG, &de_cfg) &&
	       (de_cfg & DE_CFG_LFENCE_SERIALISES) != 0;
}

void control_set_pcide(uint64_t root, bool pcide)
{
	const uint64_t cr4 = read_cr4();

	if (((cr4 & CR4_PCIDE) != 0) == pcide)
		return;
	write_cr3(root);
	write_cr4(cr4 ^ CR4_PCIDE);
}

void control_set_tce(bool tce)
{
	const uint64_t efer = rdmsr(MSR_EFER);
	const uint64_t cr4 = read_cr4();

	if (((efer & EFER_TCE) != 0) == tce)
		return;
	wrmsr(MSR_EFER, efer ^ EFER_TCE);
	write_cr4(cr4 ^ CR4_PGE);
	write_cr4(cr4);
}
