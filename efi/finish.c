#include "efi/finish.h"

#include "lib/x86/insn.h"
#include "lib/x86/power.h"

/* QEMU's isa-debug-exit, where run.sh puts it; it ends with status << 1 | 1. */
#define DEBUG_EXIT_PORT 0xf4u

_Noreturn void finish(struct program *program, enum run_status status)
{
	power_restore(&program->machine);
	record_done(&program->record, status);
	for (unsigned i = 0; i < SERIALS; i++)
		if (program->serials[i].port != 0)
			serial_drain(&program->serials[i]);
	if (program->config.after == AFTER_DEBUG_EXIT)
		outl(DEBUG_EXIT_PORT, status);
	record_console(
		&program->record,
		status == RUN_NOT_FINISHED
			? "tlbmark: INCOMPLETE.  What there is was sent."
			: "tlbmark: finished.  The machine may be switched off.");
	for (;;) {
		cli();
		hlt();
	}
}
