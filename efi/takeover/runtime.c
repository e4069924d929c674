#include "efi/takeover/runtime.h"

#include "bench/harness/smp/smp_start.h"
#include "lib/x86/control.h"
#include "lib/x86/insn.h"
#include "lib/x86/start/la57.h"

/*
 * Before the processor is ours there is nothing to come back to, and the firmware's own
 * handlers are in force.
 */
bool runtime_call(struct program *program, void (*call)(void *), void *argument)
{
	if (!program->has_taken_over) {
		call(argument);
		return true;
	}
	/* With four levels it was found, and has tables for these alone. */
	if (program->machine.la57 && (program->machine.found.cr4 & CR4_LA57) == 0) {
		cli();
		smp_hold_nmi(&program->run.smp, true);
		la57_set(program->low, false);
	}
	control_give_back(&program->machine.found);
	return fault_expect(&program->cpu.slot, call, argument) == 0;
}
