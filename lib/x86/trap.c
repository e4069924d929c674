/* What every vector does: count, come back to a probe, or end the run. */
#include "lib/x86/cpu.h"
#include "lib/x86/insn.h"

static void resume_probe(struct fault_slot *slot, struct trap_frame *frame)
{
	slot->armed = 0;
	slot->vector = (uint32_t)frame->vector;
	slot->error = frame->error;
	frame->rdi = (uintptr_t)slot;
	frame->rip = (uintptr_t)fault_resume;
}

struct trap_state trap_state_of(const struct trap_frame *frame)
{
	return (struct trap_state){
		.frame = *frame,
		.cr0 = read_cr0(),
		.cr2 = read_cr2(),
		.cr3 = read_cr3(),
		.cr4 = read_cr4(),
	};
}

void trap_dispatch(struct trap_frame *frame)
{
	struct cpu *const cpu = this_cpu();

	cpu->interrupts++;
	if (frame->rip == (uintptr_t)halt_hlt)
		frame->rip = (uintptr_t)halt_return;
	if (frame->vector == VECTOR_NMI) {
		cpu->nmis++;
		if (cpu->on_nmi != NULL)
			cpu->on_nmi(cpu);
		return;
	}
	if (frame->vector >= VECTOR_FIRST_INTERRUPT) {
		if (cpu->on_interrupt != NULL)
			cpu->on_interrupt(cpu, frame->vector);
		return;
	}
	if (cpu->slot.armed != 0 && frame->vector != VECTOR_MACHINE_CHECK) {
		resume_probe(&cpu->slot, frame);
		return;
	}
	cpu->on_fatal(cpu, frame);
}
