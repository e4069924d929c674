#include "lib/x86/svm/svm.h"

#include "lib/x86/cpu.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"

static struct cpuid_regs ask(const struct cpuid_source *source, uint32_t leaf,
                             uint32_t subleaf)
{
	(void)source;
	return cpuid_leaf(leaf, subleaf);
}

struct svm_leaf svm_leaf(void)
{
	return svm_leaf_of(&(struct cpuid_source){ .leaf = ask });
}

const char *svm_lacks(const struct svm_leaf *leaf)
{
	uint64_t vm_cr = 0;
	const char *const lacks = svm_leaf_lacks(leaf);

	if (lacks != NULL)
		return lacks;
	if (!rdmsr_safe(MSR_AMD_VM_CR, &vm_cr))
		return "SVM has no VM_CR";
	return (vm_cr & VM_CR_SVMDIS) != 0
	               ? "SVM is switched off in the firmware's setup"
	               : NULL;
}

bool svm_on(uint64_t host_save, struct svm_found *found)
{
	found->efer = rdmsr(MSR_EFER);
	if (!wrmsr_safe(MSR_EFER, found->efer | EFER_SVME) ||
	    (rdmsr(MSR_EFER) & EFER_SVME) == 0)
		return false;
	if (rdmsr_safe(MSR_AMD_VM_HSAVE_PA, &found->host_save) &&
	    wrmsr_safe(MSR_AMD_VM_HSAVE_PA, host_save))
		return true;
	wrmsr(MSR_EFER, found->efer);
	return false;
}

void svm_off(const struct svm_found *found)
{
	(void)wrmsr_safe(MSR_AMD_VM_HSAVE_PA, found->host_save);
	wrmsr(MSR_EFER, found->efer);
}
