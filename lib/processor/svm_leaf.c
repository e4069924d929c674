#include "lib/processor/svm_leaf.h"

#include <stddef.h>

#define LEAF_SVM 0x8000000au

/* The host's own, a guest's, and another that the guest's is told from. */
#define ASIDS_LEAST 3u

struct svm_leaf svm_leaf_of(const struct cpuid_source *source)
{
	const struct cpuid_regs basic = source->leaf(source, 1, 0);
	const struct cpuid_regs extended = source->leaf(source, 0x80000001u, 0);
	struct svm_leaf leaf = {
		.has_svm = (extended.ecx >> 2 & 1) != 0,
		.has_vmx = (basic.ecx >> 5 & 1) != 0,
		.under_hypervisor = (basic.ecx >> 31 & 1) != 0,
		.giant_pages = (extended.edx >> 26 & 1) != 0,
	};

	if (leaf.has_svm) {
		const struct cpuid_regs svm = source->leaf(source, LEAF_SVM, 0);

		leaf.nested_paging = (svm.edx & 1) != 0;
		leaf.flushes_by_asid = (svm.edx >> 6 & 1) != 0;
		leaf.asids = svm.ebx;
	}
	return leaf;
}

const char *svm_leaf_lacks(const struct svm_leaf *leaf)
{
	if (leaf->has_vmx)
		return "guests of VMX are not measured yet";
	if (!leaf->has_svm)
		return leaf->under_hypervisor ? "the hypervisor offers no SVM"
		                              : "the processor has no SVM";
	if (!leaf->nested_paging)
		return "SVM without nested paging";
	if (leaf->asids < ASIDS_LEAST)
		return "SVM with too few ASIDs";
	return leaf->giant_pages ? NULL : "no pages of 1 GiB";
}
