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
	const uint64_t kept = CR4_VMXE | CR4_SMXE | CR4_LA57;
	const uint64_t cr4 =
		(found->cr4 & kept) | CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	/* CET goes first: WP may not be clear while it is on, and may not matter. */
	write_cr4(found->cr4 & ~CR4_CET);
	write_cr0(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG);
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

static uint64_t mix_msr(uint64_t digest, uint32_t msr)
{
	uint64_t value = 0;

	(void)rdmsr_safe(msr, &value);
	digest = (digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return digest ^ digest >> 29;
}

uint64_t control_mtrr_digest(void)
{
	const uint32_t has_mtrrs = UINT32_C(1) << 12;
	const uint32_t has_fixed = UINT32_C(1) << 8;
	uint64_t capabilities = 0;
	uint64_t digest = 0;

	if ((cpuid(1, 0).edx & has_mtrrs) == 0 ||
	    !rdmsr_safe(MSR_MTRR_CAP, &capabilities))
		return 0;
	digest = mix_msr(1, MSR_MTRR_DEF_TYPE);
	for (uint32_t i = 0; i < 2 * (capabilities & 0xff); i++)
		digest = mix_msr(digest, MSR_MTRR_PHYS_BASE0 + i);
	if ((capabilities & has_fixed) == 0)
		return digest;
	digest = mix_msr(digest, MSR_MTRR_FIX64K);
	for (uint32_t i = 0; i < 2; i++)
		digest = mix_msr(digest, MSR_MTRR_FIX16K + i);
	for (uint32_t i = 0; i < 8; i++)
		digest = mix_msr(digest, MSR_MTRR_FIX4K + i);
	return digest;
}

void control_set_pcide(uint64_t root, bool pcide)
{
	const uint64_t cr4 = read_cr4();

	if (((cr4 & CR4_PCIDE) != 0) == pcide)
		return;
	write_cr3(root);
	write_cr4(cr4 ^ CR4_PCIDE);
}

/* A CPU without the MSR, which is none in 64-bit mode, has no bits in it either. */
static uint64_t read_efer(void)
{
	uint64_t efer = 0;

	return rdmsr_safe(MSR_EFER, &efer) ? efer : 0;
}

void control_set_tce(bool tce)
{
	const uint64_t efer = read_efer();

	if (((efer & EFER_TCE) != 0) == tce || !wrmsr_safe(MSR_EFER, efer ^ EFER_TCE))
		return;
	control_drop_all();
}

bool control_tce_obeys(void)
{
	control_set_tce(true);

	const bool was_set = (read_efer() & EFER_TCE) != 0;

	control_set_tce(false);
	return was_set && (read_efer() & EFER_TCE) == 0;
}
