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

void trap_dispatch(struct trap_frame *frame)
{
	struct cpu *const cpu = this_cpu();

	cpu->interrupts++;
	if (frame->vector == VECTOR_NMI) {
		cpu->nmis++;
		return;
	}
	if (frame->vector >= VECTOR_FIRST_INTERRUPT)
		return;
	if (cpu->slot.armed != 0 && frame->vector != VECTOR_MACHINE_CHECK) {
		resume_probe(&cpu->slot, frame);
		return;
	}
	cpu->on_fatal(cpu, frame);
}
