#include "efi/delivery/finish.h"

#include "efi/delivery/after.h"
#include "efi/delivery/nvram.h"
#include "efi/delivery/transports.h"
#include "efi/takeover/reset.h"
#include "lib/chipset/keyboard.h"
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
		cpu_relax();
	}
}

/* False if they are nowhere where the next start would find them. */
static bool leave_results(struct program *program)
{
	const uint32_t transports = program->machine.transports;

	if ((transports & TRANSPORT_RAM) != 0)
		ram_log_seal(&program->ram_log);
	if ((transports & TRANSPORT_NVRAM) != 0)
		nvram_write(program);
	return (transports & TRANSPORT_RAM) != 0 || program->nvram.written != 0;
}

/* What a boot menu calls what was started, and what is behind it. */
static void say_what_to_choose(struct program *program)
{
	const struct boot_next *const next = &program->next;
	struct line line;
	char text[160];

	line_clear(&line);
	line_put(&line, "tlbmark: ");
	if (next->name[0] != '\0')
		line_format(&line, "in the boot menu choose \"%s\", %s: ", next->name,
		            next->is_chained ? "and then tlbmark"
		                             : "as for this start");
	line_put(&line, "the results wait there.");
	line_to_string(&line, text, sizeof text);
	record_console(&program->record, text);
}

/*
 * Laptops have no reset button, and hold their power button's press against RAM.  True
 * if a key will do as well.
 */
static bool ask_for_reset(struct program *program)
{
	struct record *const record = &program->record;
	/* Where the machine could not be reset, a key does not do it either. */
	const bool by_key = !program->resets && keyboard_is_there();

	keyboard_drain();
	record_console(record, program->resets
	                               ? "tlbmark: this machine does not reset itself."
	                               : "tlbmark: no automatic reset here.");
	if (by_key)
		record_console(record, "tlbmark: press a key, if this keyboard still "
		                       "answers, or");
	record_console(record, "tlbmark: press the reset button, without switching "
	                       "off, and start tlbmark again:");
	say_what_to_choose(program);
	return by_key;
}

/*
 * The results stay in the machine, and the next start of the program takes them from
 * there.  It does what `after` says; this one only if it cannot reset.  True if a key
 * is to reset it.
 */
static bool go_home(struct program *program)
{
	struct record *const record = &program->record;

	drain(program);
	/* Somebody may press reset while the pages are shown, which takes minutes. */
	if ((program->machine.transports & TRANSPORT_RAM) != 0)
		ram_log_seal(&program->ram_log);
	show_pages(program);

	const bool are_left = leave_results(program);

	if (!are_left) {
		record_console(record, "tlbmark: the next start would find nothing: no "
		                       "reset.");
		drain(program);
		return false;
	}
	if (program->resets) {
		record_console(
			record,
			(program->machine.transports & TRANSPORT_HTTP) != 0
				? "tlbmark: resetting; the next start sends the "
				  "results to the server."
				: "tlbmark: resetting; the next start writes the "
				  "results to the stick.");
		drain(program);
		reset_machine(program, RESET_WARM);
	}

	const bool by_key = ask_for_reset(program);

	drain(program);
	return by_key;
}

static _Noreturn void stop(void)
{
	for (;;) {
		cli();
		hlt();
	}
}

/* The screen's pages, one after the other, until a key is pressed. */
static _Noreturn void rest(struct program *program, bool by_key)
{
	while (by_key || has_screen(program)) {
		if (has_screen(program))
			screen_turn(&program->screen);
		if (by_key && keyboard_pressed()) {
			by_key = false;
			reset_machine(program, RESET_WARM);
		}
		cpu_relax();
	}
	stop();
}

_Noreturn void finish_silently(struct program *program)
{
	program->record.sink_count = 0;
	program->machine.transports &= TRANSPORT_RAM;
	if (program->machine.transports != 0) {
		ram_log_seal(&program->ram_log);
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
	bool by_key = false;

	power_restore(&program->machine.pinned);
	transports_record_losses(program);
	record_done(&program->record, status);
	drain(program);
	if (waits)
		by_key = go_home(program);
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
	rest(program, by_key);
}
