#pragma once
/*
 * What CPUID says of virtual machines: 8000_0001H ECX[2] and leaf 8000_000AH (APM 3,
 * appendix E "Obtaining Processor Information Via the CPUID Instruction").  Pure:
 * decodes what was read.
 */
#include "lib/processor/cpuid_source.h"

#include <stdbool.h>

struct svm_leaf {
	bool has_svm;
	bool has_vmx; /* Intel's: leaf 1 ECX[5] */
	bool under_hypervisor;
	bool nested_paging;
	bool flushes_by_asid; /* VMRUN can drop one ASID */
	bool giant_pages;     /* 1 GiB, in nested page tables too */
	uint32_t asids;       /* 0 to this less one; 0 is the host's */
};

struct svm_leaf svm_leaf_of(const struct cpuid_source *source);

/* Why no guest of `nested` can be run; NULL if CPUID speaks for it. */
const char *svm_leaf_lacks(const struct svm_leaf *leaf);
