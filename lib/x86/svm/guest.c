#include "lib/x86/svm/guest.h"

#include "lib/x86/cpu.h"
#include "lib/x86/svm/svm.h"

#include <string.h>

/* Of one call: a guest that goes on and on ends with a reason. */
#define EXITS_MOST 65536u

/* INVLPG disp32(RSI): where the displacement is, and all of it.  MOV CR3, RBX. */
#define INVLPG_DISPLACEMENT 3u
#define INVLPG_BYTES 7u
#define MOV_CR3_BYTES 3u

/* As SGDT and SIDT store it. */
struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

void svm_guest_open(struct svm_guest *guest, const struct svm_frames *frames)
{
	struct table_register gdt, idt;

	__asm__ volatile("sgdt %0" : "=m"(gdt));
	__asm__ volatile("sidt %0" : "=m"(idt));
	*guest = (struct svm_guest){
		.vmcb = (struct vmcb *)frames->vmcb,
		.stack = frames->stack,
		.flushes_by_asid = frames->flushes_by_asid,
	};
	vmcb_fill(guest->vmcb, &(struct vmcb_setting){
				       .cr0 = read_cr0(),
				       .cr3 = read_cr3(),
				       .cr4 = read_cr4(),
				       .efer = rdmsr(MSR_EFER),
				       .pat = rdmsr(MSR_PAT),
				       .gdt = gdt.base,
				       .gdt_limit = gdt.limit,
				       .idt = idt.base,
				       .idt_limit = idt.limit,
				       .code = SELECTOR_CODE64,
				       .data = SELECTOR_DATA,
				       .asid = frames->asid,
				       .nested_cr3 = frames->nested_cr3,
			       });
}

static void emulate_invlpg(struct svm_guest *guest)
{
	int32_t displacement;

	memcpy(&displacement, (const uint8_t *)guest->vmcb->rip + INVLPG_DISPLACEMENT,
	       sizeof displacement);
	if (!guest->only_exits)
		invlpga(guest->registers.rsi + (uint64_t)(int64_t)displacement,
		        guest->vmcb->asid);
	guest->vmcb->rip += INVLPG_BYTES;
}

/* The guest's own MOV CR3 drops what is not global; without FlushByAsid all goes. */
static void emulate_mov_cr3(struct svm_guest *guest)
{
	guest->vmcb->cr3 = guest->registers.rbx;
	if (!guest->only_exits)
		guest->vmcb->tlb_control = guest->flushes_by_asid
		                                   ? TLB_CONTROL_NON_GLOBAL
		                                   : TLB_CONTROL_ALL;
	guest->vmcb->rip += MOV_CR3_BYTES;
}

/* True: the guest is to go on. */
static bool handle(struct svm_guest *guest)
{
	switch (guest->vmcb->exit_code) {
	case VMEXIT_VMMCALL:
		return false;
	case VMEXIT_INTR:
	case VMEXIT_NMI:
	case VMEXIT_INIT:
		return true; /* taken here, behind STGI */
	case VMEXIT_INVLPG:
		emulate_invlpg(guest);
		break;
	case VMEXIT_CR3_WRITE:
		emulate_mov_cr3(guest);
		break;
	default:
		guest->fault = vmcb_exit_text(guest->vmcb->exit_code);
		return false;
	}
	guest->exits++;
	return true;
}

static void go(void *argument)
{
	struct svm_guest *const guest = argument;

	for (unsigned i = 0; i < EXITS_MOST; i++) {
		svm_enter((uint64_t)guest->vmcb, &guest->registers);
		guest->vmcb->tlb_control = TLB_CONTROL_NOTHING;
		if (!handle(guest))
			return;
	}
	guest->fault = "the guest made 65536 exits and did not end";
}

bool svm_guest_run(struct svm_guest *guest, void (*function)(void *), void *argument,
                   enum vmcb_tlb_control tlb_control)
{
	struct vmcb *const vmcb = guest->vmcb;

	if (guest->fault != NULL)
		return false;
	vmcb->rip = (uint64_t)svm_guest_call;
	vmcb->rsp = guest->stack;
	vmcb->tlb_control = (uint8_t)tlb_control;
	guest->registers.rbx = (uint64_t)function;
	guest->registers.rdi = (uint64_t)argument;
	if (fault_expect(&this_cpu()->slot, go, guest) != 0) {
		guest->fault = "VMRUN raised an exception";
		stgi();
	}
	return guest->fault == NULL;
}
