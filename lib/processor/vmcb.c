#include "lib/processor/vmcb.h"

#include <string.h>

/* An NMI has an intercept of its own: its vector's does nothing. */
#define NMI_VECTOR 2u

/* Not intercepted: the handler of the program, which the guest has too, ends the run.
 */
#define MC_VECTOR 18u

#define CR3_BIT (1u << 3)

#define DR6_RESET UINT64_C(0xffff0ff0)
#define DR7_RESET UINT64_C(0x400)
#define RFLAGS_RESET UINT64_C(2)

void vmcb_intercept(struct vmcb *vmcb, enum vmcb_intercept what, bool intercepted)
{
	const uint32_t bit = UINT32_C(1) << what % 32u;

	if (what == INTERCEPT_CR3_WRITE) {
		vmcb->cr_writes = intercepted ? CR3_BIT : 0;
		return;
	}

	uint32_t *const word = &vmcb->intercepts[what / 32u];

	*word = intercepted ? *word | bit : *word & ~bit;
}

static struct vmcb_segment flat(uint16_t selector, uint16_t attributes)
{
	return (struct vmcb_segment){
		.selector = selector,
		.attributes = attributes,
		.limit = UINT32_MAX,
	};
}

void vmcb_fill(struct vmcb *vmcb, const struct vmcb_setting *setting)
{
	static const enum vmcb_intercept intercepts[] = {
		INTERCEPT_INTR,     INTERCEPT_NMI,   INTERCEPT_INIT,
		INTERCEPT_SHUTDOWN, INTERCEPT_VMRUN, INTERCEPT_VMMCALL,
	};

	memset(vmcb, 0, sizeof *vmcb);
	for (unsigned i = 0; i < sizeof intercepts / sizeof intercepts[0]; i++)
		vmcb_intercept(vmcb, intercepts[i], true);
	vmcb->exceptions = ~(UINT32_C(1) << NMI_VECTOR | UINT32_C(1) << MC_VECTOR);
	vmcb->asid = setting->asid;
	vmcb->nested_paging = 1;
	vmcb->nested_cr3 = setting->nested_cr3;
	vmcb->cs = flat(setting->code, VMCB_CODE64);
	vmcb->ds = vmcb->es = vmcb->ss = flat(setting->data, VMCB_DATA);
	vmcb->gdtr.base = setting->gdt;
	vmcb->gdtr.limit = setting->gdt_limit;
	vmcb->idtr.base = setting->idt;
	vmcb->idtr.limit = setting->idt_limit;
	vmcb->efer = setting->efer;
	vmcb->cr0 = setting->cr0;
	vmcb->cr3 = setting->cr3;
	vmcb->cr4 = setting->cr4;
	vmcb->pat = setting->pat;
	vmcb->dr6 = DR6_RESET;
	vmcb->dr7 = DR7_RESET;
	vmcb->rflags = RFLAGS_RESET;
}

const char *vmcb_exit_text(uint64_t exit_code)
{
	const uint64_t vector = exit_code - VMEXIT_EXCEPTIONS;

	if (exit_code == VMEXIT_INVALID)
		return "VMRUN refused the guest (VMEXIT_INVALID)";
	if (exit_code == VMEXIT_NPF)
		return "the guest raised a nested page fault (VMEXIT_NPF)";
	if (exit_code == VMEXIT_SHUTDOWN)
		return "the guest shut down (VMEXIT_SHUTDOWN)";
	if (vector == 14)
		return "the guest raised a page fault";
	if (vector < 32)
		return "the guest raised an exception";
	return "the guest ended with an exit that was not asked for";
}
