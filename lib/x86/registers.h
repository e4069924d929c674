#pragma once
/* Bits of the control registers, and the numbers and bits of model-specific ones. */
#include <stdint.h>

#define CR0_PE (UINT64_C(1) << 0)
#define CR0_MP (UINT64_C(1) << 1)
#define CR0_ET (UINT64_C(1) << 4)
#define CR0_NE (UINT64_C(1) << 5)
#define CR0_WP (UINT64_C(1) << 16)
#define CR0_PG (UINT64_C(1) << 31)

#define CR3_FRAME UINT64_C(0x000ffffffffff000)

#define CR4_PAE (UINT64_C(1) << 5)
#define CR4_MCE (UINT64_C(1) << 6)
#define CR4_PGE (UINT64_C(1) << 7)
#define CR4_OSFXSR (UINT64_C(1) << 9)
#define CR4_OSXMMEXCPT (UINT64_C(1) << 10)
#define CR4_LA57 (UINT64_C(1) << 12)
#define CR4_VMXE (UINT64_C(1) << 13)
#define CR4_SMXE (UINT64_C(1) << 14)
#define CR4_PCIDE (UINT64_C(1) << 17)
#define CR4_SMEP (UINT64_C(1) << 20)
#define CR4_CET (UINT64_C(1) << 23)

#define MSR_APIC_BASE 0x1bu
#define MSR_TSC_ADJUST 0x3bu
#define MSR_MICROCODE 0x8bu /* Intel: revision in 63:32; AMD: in 31:0 */
#define MSR_CORE_CAPABILITIES 0xcfu
#define MSR_RAR_CONTROL 0xedu
#define MSR_RAR_ACTION_VECTOR 0xeeu
#define MSR_RAR_PAYLOAD_TABLE 0xefu
#define MSR_RAR_INFO 0xf0u /* the highest slot in 63:32 */
#define MSR_MTRR_CAP 0xfeu
#define MSR_ARCH_CAPABILITIES 0x10au
#define MSR_MTRR_PHYS_BASE0 0x200u
#define MSR_MTRR_FIX64K 0x250u
#define MSR_MTRR_FIX16K 0x258u
#define MSR_MTRR_FIX4K 0x268u
#define MSR_PAT 0x277u
#define MSR_MTRR_DEF_TYPE 0x2ffu
#define MSR_X2APIC_LDR 0x80du
#define MSR_X2APIC_ICR 0x830u
#define MSR_TME_ACTIVATE 0x982u
#define MSR_HV_TSC_FREQUENCY 0x40000022u /* Hyper-V's, in Hz */
#define MSR_EFER 0xc0000080u
#define MSR_GS_BASE 0xc0000101u
#define MSR_AMD_SYSCFG 0xc0010010u
#define MSR_AMD_VM_CR 0xc0010114u
#define MSR_AMD_VM_HSAVE_PA 0xc0010117u
#define MSR_AMD_SEV 0xc0010131u
#define MSR_AMD_DE_CFG 0xc0011029u

#define EFER_NXE (UINT64_C(1) << 11)
#define EFER_SVME (UINT64_C(1) << 12) /* AMD: VMRUN and its kind may be used */
#define EFER_TCE (UINT64_C(1) << 15)  /* AMD: translation cache extension */

#define VM_CR_SVMDIS (UINT64_C(1) << 4) /* EFER.SVME cannot be set */

#define DE_CFG_LFENCE_SERIALISES (UINT64_C(1) << 1)
