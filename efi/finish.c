#include "efi/finish.h"

#include "efi/after.h"
#include "efi/reset.h"
#include "efi/transports.h"
#include "lib/x86/insn.h"
#include "lib/x86/power.h"

static void drain(const struct program *program)
{
	for (unsigned i = 0; i < SERIALS; i++)
		if (program->serials[i].port != 0)
			serial_drain(&program->serials[i]);
}

static bool has_screen(const struct program *program)
{
	return (program->machine.transports & TRANSPORT_SCREEN) != 0;
}

/*
 * All pages once, since nobody knows yet whether RAM survives the reset.  A serial port
 * that answers tells nothing of somebody who listens; one that was asked for does.
 */
static void show_pages(struct program *program)
{
	if (!has_screen(program) ||
	    (program->config.transports & TRANSPORT_SERIAL) != 0)
		return;
	while (!screen_has_turned(&program->screen)) {
		screen_turn(&program->screen);
		pause();
	}
}

/* False if they are nowhere where the next start would find them. */
static bool leave_results(struct program *program)
{
	const uint32_t transports = program->machine.transports;

	if ((transports & TRANSPORT_RAM) != 0)
		keep_seal(&program->keep);
	if ((transports & TRANSPORT_NVRAM) != 0)
		nvram_write(program);
	return (transports & TRANSPORT_RAM) != 0 || program->nvram.written != 0;
}

/*
 * The results stay in the machine, and the next start of the program takes them from
 * there.  It does what `after` says; this one only if it cannot reset.
 */
static void go_home(struct program *program)
{
	struct record *const record = &program->record;

	drain(program);
	/* Somebody may press reset while the pages are shown, which takes minutes. */
	if ((program->machine.transports & TRANSPORT_RAM) != 0)
		keep_seal(&program->keep);
	show_pages(program);

	const bool are_left = leave_results(program);

	if (!are_left) {
		record_console(record, "tlbmark: the next start would find nothing: no "
		                       "reset.");
		drain(program);
		return;
	}
	if (program->resets) {
		record_console(record, "tlbmark: resetting; the next start writes the "
		                       "results to the stick.");
		drain(program);
		reset_machine(program, RESET_WARM);
	}
	record_console(record, program->resets
	                               ? "tlbmark: this machine does not reset itself."
	                               : "tlbmark: no automatic reset here.");
	record_console(record, "tlbmark: press the reset button, without switching "
	                       "off, and start from this stick again:");
	record_console(record, "tlbmark: the results wait there.");
	drain(program);
}

static _Noreturn void stop(void)
{
	for (;;) {
		cli();
		hlt();
	}
}

_Noreturn void finish_silently(struct program *program)
{
	program->record.sink_count = 0;
	program->machine.transports &= TRANSPORT_RAM;
	if (program->machine.transports != 0) {
		keep_seal(&program->keep);
		if (program->resets)
			reset_machine(program, RESET_WARM);
	}
	if (program->machine.transports == 0 ||
	    program->config.after == AFTER_DEBUG_EXIT)
		after_alone(program, RUN_NOT_FINISHED);
	stop();
}

_Noreturn void finish(struct program *program, enum run_status status)
{
	const bool waits = (program->machine.transports & TRANSPORTS_HOME) != 0;

	power_restore(&program->machine);
	transports_record_losses(program);
	record_done(&program->record, status);
	drain(program);
	if (waits)
		go_home(program);
	else
		show_pages(program);
	/* Whatever ends the machine by itself would lose what waits in RAM. */
	if (!waits || program->config.after == AFTER_DEBUG_EXIT)
		after_alone(program, status);
	record_console(
		&program->record,
		status == RUN_NOT_FINISHED
			? "tlbmark: INCOMPLETE.  What there is was sent."
		: waits ? "tlbmark: finished."
			: "tlbmark: finished.  The machine may be switched off.");
	while (has_screen(program)) {
		screen_turn(&program->screen);
		pause();
	}
	stop();
}
