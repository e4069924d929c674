#pragma once
/*
 * Bits of registers and of paging-structure entries, from the manual and not from the
 * program: a wrong one there is to be seen.
 */
#include <stdint.h>

#define BIT(n) (UINT64_C(1) << (n))

#define CR0_BIT_PE BIT(0)
#define CR0_BIT_WP BIT(16)
#define CR0_BIT_PG BIT(31)

#define CR3_BIT_KEEP BIT(63)
#define CR3_PCID UINT64_C(0xfff)
#define CR3_PWT_PCD UINT64_C(0x18)
#define CR3_RESERVED UINT64_C(0x7ff0000000000000)

#define CR4_BIT_PAE BIT(5)
#define CR4_BIT_PGE BIT(7)
#define CR4_BIT_LA57 BIT(12)
#define CR4_BIT_PCIDE BIT(17)
#define CR4_BIT_SMEP BIT(20)

#define EFER_BIT_LME BIT(8)
#define EFER_BIT_LMA BIT(10)
#define EFER_BIT_NXE BIT(11)
#define EFER_BIT_TCE BIT(15)

#define ENTRY_P BIT(0)
#define ENTRY_RW BIT(1)
#define ENTRY_US BIT(2)
#define ENTRY_A BIT(5)
#define ENTRY_D BIT(6)
#define ENTRY_PS BIT(7)
#define ENTRY_G BIT(8)
#define ENTRY_NX BIT(63)
#define ENTRY_ADDRESS UINT64_C(0x000ffffffffff000)

#define VECTOR_IS_UD 6u
#define VECTOR_IS_GP 13u
#define VECTOR_IS_PF 14u
#define VECTOR_IS_MC 18u

/* Error code of a page fault. */
#define FAULT_P 1u
#define FAULT_W 2u
#define FAULT_U 4u
#define FAULT_RSVD 8u
#define FAULT_ID 16u

#define MSR_IS_TSC 0x10u
#define MSR_IS_TSC_ADJUST 0x3bu
#define MSR_IS_MPERF 0xe7u
#define MSR_IS_APERF 0xe8u
#define MSR_IS_EFER 0xc0000080u
