#pragma once
/*
 * Bits of the control registers, written down a second time: a wrong one in the program
 * is to be seen.
 */
#include <stdint.h>

#define BIT_CR0_PE (UINT64_C(1) << 0)
#define BIT_CR0_PG (UINT64_C(1) << 31)

#define BIT_CR3_PWT (UINT64_C(1) << 3)
#define BIT_CR3_PCD (UINT64_C(1) << 4)
#define BIT_CR3_NO_DROP (UINT64_C(1) << 63)

#define BIT_CR4_PAE (UINT64_C(1) << 5)
#define BIT_CR4_PGE (UINT64_C(1) << 7)
#define BIT_CR4_LA57 (UINT64_C(1) << 12)
#define BIT_CR4_PCIDE (UINT64_C(1) << 17)
#define BIT_CR4_SMEP (UINT64_C(1) << 20)

#define BIT_EFER_LME (UINT64_C(1) << 8)
#define BIT_EFER_LMA (UINT64_C(1) << 10)
#define BIT_EFER_NXE (UINT64_C(1) << 11)
#define BIT_EFER_TCE (UINT64_C(1) << 15)

#define BIT_FLAGS_IF (UINT64_C(1) << 9)
