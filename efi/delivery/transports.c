#include "efi/delivery/transports.h"

#include "bench/harness/runner/runner.h"
#include "efi/delivery/after.h"
#include "efi/delivery/arm_recovery.h"
#include "efi/delivery/nvram.h"
#include "efi/delivery/upload.h"
#include "efi/firmware/console.h"
#include "efi/firmware/own_image.h"
#include "efi/firmware/survival.h"
#include "lib/boot/console_path.h"
#include "lib/x86/insn.h"

/* More than the paths of a console on two screens and all its ports. */
#define CONSOLE_BYTES 2048u

static EFI_GUID global_guid = EFI_GLOBAL_VARIABLE;

static void print(const struct program *program, const char *text)
{
	console_print(&program->firmware, text);
}

static bool is_wanted(const struct program *program, enum transport transport)
{
	return transport_is_wanted(program->config.transports, transport);
}

/* Ports that ConOut names, beside the one that the SPCR table names. */
static void add_console_ports(struct program *program)
{
	uint16_t *const ports = program->ports;
	uint16_t named[SERIALS] = { 0 };
	UINT8 paths[CONSOLE_BYTES];
	CHAR16 name[] = L"ConOut";
	UINTN bytes = sizeof paths;
	unsigned count = ports[0] != 0;

	if (EFI_ERROR(program->firmware.table->RuntimeServices->GetVariable(
		    name, &global_guid, NULL, &bytes, paths)))
		return;

	const unsigned found = console_path_ports(paths, bytes, named, SERIALS);

	for (unsigned i = 0; i < found && count < SERIALS; i++)
		if (named[i] != ports[0])
			ports[count++] = named[i];
}

/*
 * By the option.  No other port is touched unless it is named: opening one raises DTR
 * and RTS, and some uninterruptible power supplies take that for the order to switch
 * off.  A console's are raised already.
 */
static void choose_ports(struct program *program)
{
	const struct config *const config = &program->config;

	if (!is_wanted(program, TRANSPORT_SERIAL) || config->serial == SERIAL_NONE)
		return;
	if (config->serial == SERIAL_PORT) {
		program->ports[0] = config->serial_port;
		return;
	}
	program->ports[0] = program->machine.console_port;
	add_console_ports(program);
	if (program->ports[0] == 0)
		print(program, "tlbmark: the firmware has no console on a serial port: "
		               "none is used; serial = com1\n"
		               "         (or com2, 0xPORT) names one\n");
}

static bool plan_serial(const struct program *program)
{
	bool answers = false;

	for (unsigned i = 0; i < SERIALS; i++) {
		const uint16_t port = program->ports[i];

		if (port == 0 || !serial_answers(port))
			continue;
		answers = true;
		console_format(&program->firmware,
		               "tlbmark: results go to the serial line at port 0x%03x, "
		               "115200 8N1\n",
		               port);
	}
	return answers;
}

/* What the next start brings home. */
static bool comes_home_later(const struct program *program)
{
	return is_wanted(program, TRANSPORT_RAM) ||
	       is_wanted(program, TRANSPORT_NVRAM) ||
	       is_wanted(program, TRANSPORT_HTTP);
}

static bool is_uploaded(const struct program *program)
{
	return (program->machine.transports & (uint32_t)TRANSPORT_HTTP) != 0;
}

void transports_alloc(struct program *program)
{
	/* What goes into variables, or to a server, is collected in RAM, too. */
	if (comes_home_later(program))
		(void)ram_log_alloc(
			&program->firmware, &program->map,
			runner_stream_bytes(&program->config, &program->machine),
			program->marker.nonce, &program->ram_log);
}

/* Each way that is left was said before, with what it needs. */
static void say_what_is_left(const struct program *program)
{
	const uint32_t ways = program->machine.transports;
	struct line names;

	line_clear(&names);
	transport_names(ways, &names);
	print(program, "         None wait in RAM.\n         ");
	if (ways == 0)
		print(program, "Start from a stick that can be written, or connect a "
		               "serial line\n");
	else
		console_format(&program->firmware,
		               "They leave this machine by %.*s alone\n",
		               (int)names.length, names.text);
}

/* One that can be written is enough. */
static bool is_read_only(const struct volumes *volumes)
{
	for (unsigned i = 0; i < volumes->count; i++)
		if (!volumes->list[i].is_read_only)
			return false;
	return true;
}

/* What the next start would not see again; NULL: the volumes stay as they are. */
static const char *what_is_lost(const struct program *program)
{
	struct own_image own;

	if (program->volumes.count == 0 || !program->volumes.list[0].is_own)
		return NULL;
	own_image_read(&program->firmware, &own);
	return device_path_lost_at_reset(own.device);
}

/* Why it does not is said. */
static bool has_volume(const struct program *program)
{
	const char *lost = NULL;

	if (program->volumes.count == 0) {
		print(program, "tlbmark: not started from a file system: it takes no "
		               "results\n");
		return false;
	}
	lost = what_is_lost(program);
	if (lost != NULL) {
		print(program, "tlbmark: started from ");
		print(program, lost);
		print(program, ": a reset empties that, so no results are\n"
		               "         written there\n");
		return false;
	}
	if (is_read_only(&program->volumes)) {
		print(program,
		      "tlbmark: this medium is read-only: it takes no results\n");
		return false;
	}
	/* Without a server the run marker's refusal is what is said. */
	return !is_uploaded(program) || !volumes_are_kept_out_of(&program->volumes);
}

static bool can_come_home(struct program *program)
{
	program->marker_is_variable = !has_volume(program);
	if (program->marker_is_variable && !is_uploaded(program)) {
		say_what_is_left(program);
		return false;
	}
	if (program->ram_log.room == 0) {
		print(program, "tlbmark: not enough memory to keep results in RAM\n");
		return false;
	}
	return true;
}

static void say_why_it_stays(const struct program *program)
{
	if (program->next.stays == NULL)
		return;
	print(program, "tlbmark: no automatic reset: ");
	print(program, program->next.stays);
	print(program, "\n");
}

/* It is in the firmware's variables until the next start. */
static void say_what_is_next(const struct program *program)
{
	if (program->next.is_own)
		console_format(&program->firmware,
		               "tlbmark: the reset comes back by Boot%04x, our own, "
		               "which the next start deletes\n",
		               program->next.number);
}

static void say_how_it_comes_home(const struct program *program)
{
	static const char *const places[] = {
		[TRANSPORT_RAM] = "RAM",
		[TRANSPORT_NVRAM] = "the firmware's variables",
		[TRANSPORTS_HOME] = "RAM and the firmware's variables",
	};

	print(program, "tlbmark: results stay in ");
	print(program, places[program->machine.transports & TRANSPORTS_HOME]);
	if (is_uploaded(program))
		print(program,
		      program->resets
		              ? "; the machine resets\n"
		                "         itself once, and the next start sends them "
		                "to "
		                "the server.  Do not switch it off\n"
		              : "; when it is done, press\n"
		                "         reset and choose tlbmark again, and they are "
		                "sent to the server\n");
	else
		print(program,
		      program->resets
		              ? "; the machine resets\n"
		                "         itself once, and the next start writes "
		                "them to the stick.  Do not switch it off\n"
		              : "; when it is done, press\n"
		                "         reset and choose tlbmark again, and they "
		                "are written to the stick\n");
	print(program, "tlbmark: virtual media of a BMC must stay connected for that "
	               "start, too\n");
	if (!program->resets || program->machine.watchdog.name == NULL)
		return;
	print(program, "tlbmark: if the firmware hangs in that reset, a watchdog of "
	               "the chipset (");
	print(program, program->machine.watchdog.name);
	print(program, ")\n         is meant to end it\n");
}

/*
 * Where RAM comes back with other content, a reset would take away the other ways and
 * bring nothing home.  It is used then if it was asked for by name, or is all there is.
 */
static bool plan_ram(const struct program *program)
{
	const uint32_t others =
		program->machine.transports &
		((uint32_t)TRANSPORT_SERIAL | (uint32_t)TRANSPORT_SCREEN);
	const char *const problem = survival_problem(&program->machine);
	const bool is_named =
		(program->config.transports &
	         ((uint32_t)TRANSPORT_RAM | (uint32_t)TRANSPORT_HTTP)) != 0;

	if (problem == NULL) {
		if (physical_may_be_encrypted(&program->machine.physical))
			print(program,
			      "tlbmark: if this firmware encrypts RAM by itself (TSME, "
			      "Memory Guard), which no program\n         can see, "
			      "results in RAM are lost: switch that off, or take "
			      "another way\n");
		return true;
	}
	print(program, "tlbmark: results in RAM would not survive a reset here:\n"
	               "         ");
	print(program, problem);
	print(program, "\n");
	if (!is_named && others != 0) {
		print(program, "tlbmark: so RAM is not used, and nothing is reset\n");
		return false;
	}
	print(program, is_named ? "tlbmark: it is used, because transport names it\n"
	                        : "tlbmark: it is used, for want of another way\n");
	return true;
}

/* Into the stick, or into a variable, goes what the next start has to know. */
static bool plan_marker(struct program *program)
{
	const EFI_STATUS status = arm_recovery(program, RUN_MARKER_PENDING);

	if (!EFI_ERROR(status))
		return true;
	if (program->marker_is_variable) {
		print(program,
		      "tlbmark: the firmware's variables have no room for what "
		      "the next start has to know\n");
	} else {
		print(program, "tlbmark: the stick ");
		print(program, volume_problem(status));
		print(program, ": results cannot be written to it\n");
	}
	program->resets = false;
	return false;
}

/* The ways that a later start ends, and the run marker they need. */
static bool plan_later(struct program *program)
{
	uint32_t *const transports = &program->machine.transports;

	if (!can_come_home(program))
		return false;
	if ((is_wanted(program, TRANSPORT_RAM) || is_uploaded(program)) &&
	    plan_ram(program))
		*transports |= TRANSPORT_RAM;
	if (is_wanted(program, TRANSPORT_NVRAM) && nvram_plan(program))
		*transports |= TRANSPORT_NVRAM;
	return (*transports & TRANSPORTS_HOME) != 0 && plan_marker(program);
}

static void plan_home(struct program *program)
{
	if (!plan_later(program)) {
		program->machine.transports &=
			~(TRANSPORTS_HOME | (uint32_t)TRANSPORT_HTTP);
		return;
	}
	say_why_it_stays(program);
	say_what_is_next(program);
	say_how_it_comes_home(program);
}

/*
 * What the screen alone has is gone when the machine is; and without a word of this run
 * on the stick, the start that follows a reboot would measure again.
 */
static void plan_after(struct program *program)
{
	enum config_after *const after = &program->config.after;

	if (program->machine.transports == TRANSPORT_SCREEN &&
	    after_ends_machine(*after)) {
		*after = AFTER_WAIT;
		print(program, "tlbmark: only the screen will show the results: this "
		               "machine is left on\n");
	}
	if (*after != AFTER_REBOOT ||
	    (program->machine.transports & TRANSPORTS_HOME) != 0 ||
	    (what_is_lost(program) == NULL &&
	     !EFI_ERROR(arm_recovery(program, RUN_MARKER_SENT))))
		return;
	*after = AFTER_WAIT;
	print(program, "tlbmark: the stick cannot be written: no reboot after the run, "
	               "lest that goes on\n         for ever\n");
}

static bool plan_screen(struct program *program)
{
	if (display_find(&program->firmware, &program->video)) {
		print(program,
		      "tlbmark: when it is done, the screen shows a summary and "
		      "QR codes\n");
		return true;
	}
	program->video = (struct video_mode){ 0 };
	if ((program->config.transports & TRANSPORT_SCREEN) != 0)
		print(program, "tlbmark: this screen has no pixels to draw to\n");
	return false;
}

EFI_STATUS transports_plan(struct program *program)
{
	uint32_t *const transports = &program->machine.transports;

	choose_ports(program);
	if (plan_serial(program))
		*transports |= TRANSPORT_SERIAL;
	else if ((program->config.transports & TRANSPORT_SERIAL) != 0)
		print(program,
		      "tlbmark: no serial port answers; name one with serial = "
		      "0xPORT\n");
	if (program->config.lava && (*transports & TRANSPORT_SERIAL) == 0)
		print(program, "tlbmark: lava = 1 is of a serial line, and none is "
		               "used: there are no signals\n");
	if (is_wanted(program, TRANSPORT_SCREEN) && plan_screen(program))
		*transports |= TRANSPORT_SCREEN;
	if (is_wanted(program, TRANSPORT_HTTP) && upload_plan(program))
		*transports |= TRANSPORT_HTTP;
	if (comes_home_later(program))
		plan_home(program);
	if (*transports == 0) {
		print(program, "tlbmark: there is no way out for results\n");
		return EFI_NOT_FOUND;
	}
	plan_after(program);
	print(program,
	      (*transports & TRANSPORT_SCREEN) != 0
	              ? "tlbmark: leaving the firmware\n"
	              : "tlbmark: leaving the firmware; this screen stays as it "
	                "is\n");
	return EFI_SUCCESS;
}

static uint64_t ticks(void *context)
{
	(void)context;
	return rdtsc_ordered();
}

static const char *where_results_are(const struct program *program)
{
	const uint32_t transports = program->machine.transports;

	if (is_uploaded(program))
		return program->resets
		               ? "Your results are in RAM; the next start sends them "
		                 "to "
		                 "the server."
		               : "Your results are in RAM: press reset, and start "
		                 "tlbmark again.";
	if ((transports & TRANSPORT_RAM) != 0)
		return program->resets
		               ? "Your results are in RAM; the next start writes them "
		                 "to "
		                 "the stick."
		               : "Your results are in RAM: press reset, and start this "
		                 "stick again.";
	if ((transports & TRANSPORT_NVRAM) != 0)
		return program->resets
		               ? "The next start writes your results from the "
		                 "firmware's variables to the stick."
		               : "Press reset, and start this stick again: it writes "
		                 "your results to itself.";
	if ((transports & TRANSPORT_SERIAL) != 0)
		return "Your results were sent over the serial line.";
	return NULL;
}

static void open_screen(struct program *program)
{
	struct framebuffer framebuffer;

	if (framebuffer_open(&framebuffer, &program->video) != ERR_NONE)
		return;
	screen_open(&program->screen, &framebuffer,
	            &(struct screen_clock){
			    .now = ticks,
			    .hz = program->machine.tsc_rate.best,
		    });
	program->screen.where = where_results_are(program);
	record_add_sink(&program->record, &program->screen.sink);
}

void transports_open(struct program *program)
{
	lava_open(&program->lava);
	for (unsigned i = 0; i < SERIALS; i++) {
		struct serial *const serial = &program->serials[i];
		const uint16_t port = program->ports[i];

		if (port == 0 || !serial_open(serial, port))
			continue;
		record_add_sink(&program->record, &serial->sink);
		lava_add_sink(&program->lava, &serial->sink);
	}
	if (program->config.lava && program->lava.sink_count != 0) {
		program->record.listener = &program->lava.listener;
		program->run.lava = &program->lava;
	}
	if ((program->machine.transports & TRANSPORTS_HOME) != 0) {
		ram_log_open(&program->ram_log, &program->marker);
		record_add_sink(&program->record, &program->ram_log.sink.sink);
	}
	if ((program->machine.transports & TRANSPORT_SCREEN) != 0)
		open_screen(program);
}

/* Its key has the port, its value how many bytes. */
static void record_loss(struct record *record, const struct serial *serial)
{
	char key[40];

	format_text(key, sizeof key, "serial_lost_0x%03x", serial->port);
	record_begin(record, FILE_MACHINE);
	record_fact(record, key, "%u", serial->loss.bytes);
	record_end(record);
}

void transports_record_losses(struct program *program)
{
	for (unsigned i = 0; i < SERIALS; i++) {
		const struct serial *const serial = &program->serials[i];

		const char *const words = line_loss_words(&serial->loss);

		if (words == NULL)
			continue;
		record_loss(&program->record, serial);
		record_console(&program->record, words);
	}
}
