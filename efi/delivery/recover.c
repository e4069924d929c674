/*
 * The start after the one that has measured.  What it finds goes onto the stick; for
 * what it does not find no other reset follows by itself.
 */
#include "efi/delivery/recover.h"

#include "efi/delivery/deliver.h"
#include "efi/delivery/keep_marker.h"
#include "efi/delivery/nvram.h"
#include "efi/firmware/console.h"
#include "efi/firmware/survival.h"
#include "efi/ram_log/reclaim.h"

#include <string.h>

static void print(const struct program *program, const char *text)
{
	console_print(&program->firmware, text);
}

static void print_fault(const struct program *program, unsigned copy, const char *fault)
{
	console_format(&program->firmware,
	               "tlbmark: copy %u of the results in RAM at 0x%lx: %s\n",
	               copy + 1, program->marker.copies[copy], fault);
}

/* The first that is whole, and what is wrong with those before it. */
static const struct log_header *find_in_ram(const struct program *program,
                                            struct reclaim *reclaim)
{
	enum log_header_fault faults[RAM_LOG_COPIES];
	const struct log_header *const found = reclaim_find(reclaim, faults);

	for (unsigned i = 0; i < RAM_LOG_COPIES && faults[i] != LOG_HEADER_WHOLE; i++)
		print_fault(program, i,
		            reclaim->copies[i] == 0 ? "its place is in use"
		                                    : log_header_fault_text(faults[i]));
	return found;
}

static void put_why_ram_is_lost(const struct program *program, struct line *line)
{
	const struct machine *const machine = &program->machine;
	const char *const problem = survival_problem(machine);

	if (problem != NULL) {
		line_format(line, "%s.\n", problem);
		return;
	}
	line_put(line, "servers with ECC often clear their RAM.\n");
	if (physical_may_be_encrypted(&machine->physical))
		line_put(line,
		         "Firmware that encrypts it by itself (TSME, Memory Guard) "
		         "gives it a new key.\n");
}

/* Behind the run's id: the ways that were taken, and what to do. */
static void put_loss(const struct program *program, struct line *line)
{
	const uint32_t ways = program->marker.transports;

	line_put(line, " is unfinished: its results did not come home (transport ");
	transport_names(ways & TRANSPORTS_HOME, line);
	line_put(line, ").\nThe machine was switched off or reset before the run was "
	               "done, or they do not survive a reset here:\n");
	if ((ways & TRANSPORT_RAM) != 0)
		put_why_ram_is_lost(program, line);
	if ((ways & TRANSPORT_NVRAM) != 0)
		line_put(line, "this firmware took variables and has not kept them.\n");
	line_put(line, "If that happens again, connect a serial line and set transport "
	               "= serial in tlbmark.cfg.\n");
}

static void write_unfinished(struct program *program)
{
	struct line line;

	line_clear(&line);
	line_format(&line, "Run %s", program->marker.run_id);
	put_loss(program, &line);
	deliver_note(program, DELIVER_UNFINISHED, line.text, line.length);
}

static void give_up(struct program *program)
{
	struct line line;

	line_clear(&line);
	put_loss(program, &line);
	console_format(&program->firmware, "tlbmark: run %s%.*s",
	               program->marker.run_id, (int)line.length, line.text);
	nvram_forget(program);
	program->marker.state = RUN_MARKER_UNFINISHED;
	(void)keep_marker_write(program);
	write_unfinished(program);
}

/*
 * Whoever reads memory that is in use may fault, at every start.  So the stick knows of
 * each look before it, and if one has not ended, there is no other.
 */
static void look_at_what_is_in_use(struct program *program, struct reclaim *reclaim)
{
	struct run_marker *const marker = &program->marker;

	if (!reclaim_is_partial(reclaim))
		return;
	if (marker->looks != 0) {
		print(program,
		      "tlbmark: an earlier start has not come through its look "
		      "at results in memory that is in\n         use: no other "
		      "look is taken\n");
		return;
	}
	marker->looks = 1;
	if (!EFI_ERROR(keep_marker_write(program))) {
		reclaim_look(reclaim, &program->map);
		return;
	}
	marker->looks = 0;
	print(program,
	      "tlbmark: the stick cannot be told of a look at results in memory "
	      "that is in use,\n         so none is taken\n");
}

/* What was read could be read.  What it is for is noted later, if it arrives. */
static void end_look(struct program *program, bool was_begun)
{
	if (was_begun || program->marker.looks == 0)
		return;
	program->marker.looks = 0;
	(void)keep_marker_write(program);
}

static const struct log_header *find_copies(struct program *program,
                                            struct reclaim *reclaim)
{
	const bool was_begun = program->marker.looks != 0;
	const struct log_header *found;

	reclaim_copies(&program->firmware, &program->map, &program->marker, reclaim);
	look_at_what_is_in_use(program, reclaim);
	found = find_in_ram(program, reclaim);
	end_look(program, was_begun);
	return found;
}

static const struct log_header *
find_results(struct program *program, struct reclaim *reclaim, enum transport *way)
{
	const uint32_t ways = program->marker.transports;
	const struct log_header *header = NULL;

	*way = TRANSPORT_RAM;
	if ((ways & TRANSPORT_RAM) != 0)
		header = find_copies(program, reclaim);
	if (header == NULL && (ways & TRANSPORT_NVRAM) != 0) {
		*way = TRANSPORT_NVRAM;
		header = nvram_find(program);
	}
	return header;
}

static void note_recovery(struct program *program, enum run_marker_state state)
{
	nvram_forget(program);
	program->marker.state = state;
	if (EFI_ERROR(keep_marker_write(program)))
		print(program, "tlbmark: the stick cannot be told that these results "
		               "have arrived\n");
}

/* Behind the line that says where the results are, the stick may be pulled out. */
static struct recover bring_home(struct program *program, struct reclaim *reclaim,
                                 const struct log_header *header, enum transport way)
{
	const struct delivery delivery = deliver(program, header, way);

	if (!delivery.is_on_volume && !delivery.is_uploaded)
		return (struct recover){ .was_due = true, .status = RUN_NOT_FINISHED };
	reclaim_forget(reclaim);
	reclaim_release(reclaim);
	note_recovery(program,
	              delivery.is_on_volume ? RUN_MARKER_DELIVERED : RUN_MARKER_SENT);
	console_format(&program->firmware, "%.*s", (int)delivery.places.length,
	               delivery.places.text);
	return (struct recover){
		.was_due = true,
		.arrived = true,
		.status = delivery.status,
	};
}

/*
 * A run that was given up is looked for once more: another machine may have done that,
 * of the same make and without a number of its own, or memory was in use only then.
 * Nonce and checksums see to it that nothing else is taken for it.
 */
struct recover recover(struct program *program)
{
	struct run_marker *const marker = &program->marker;
	const bool was_given_up = marker->state == RUN_MARKER_UNFINISHED;
	struct reclaim reclaim = { .firmware = &program->firmware, .marker = marker };
	struct recover home = { .status = RUN_NOT_FINISHED };
	enum transport way = TRANSPORT_RAM;
	const struct log_header *header;

	if (marker->state != RUN_MARKER_PENDING && !was_given_up)
		return home;
	if (deliver_is_done(program)) {
		reclaim_copies(&program->firmware, &program->map, marker, &reclaim);
		reclaim_forget(&reclaim);
		reclaim_release(&reclaim);
		note_recovery(program, RUN_MARKER_DELIVERED);
		return home;
	}
	console_format(&program->firmware,
	               "tlbmark: looking %sfor the results of run %s\n",
	               was_given_up ? "once more " : "", marker->run_id);
	header = find_results(program, &reclaim, &way);
	if (header != NULL)
		return bring_home(program, &reclaim, header, way);
	reclaim_release(&reclaim);
	if (was_given_up)
		return home;
	give_up(program);
	home.was_due = true;
	return home;
}

bool recovery_follows_reboot(const struct program *program)
{
	const struct run_marker *const marker = &program->marker;
	const struct config *const config = &program->config;

	if (config->after != AFTER_REBOOT ||
	    (marker->state != RUN_MARKER_DELIVERED && marker->state != RUN_MARKER_SENT))
		return false;
	if (config->run_id[0] != '\0' && !text_equal(config->run_id, marker->run_id))
		return false;
	if (marker->state == RUN_MARKER_DELIVERED)
		console_format(&program->firmware,
		               "tlbmark: run %s is home: its results are in "
		               "\\results\\%s\n",
		               marker->run_id, marker->folder);
	else
		console_format(&program->firmware,
		               "tlbmark: run %s was sent, not kept on this stick\n",
		               marker->run_id);
	print(program, "tlbmark: after = reboot: no other run begins by itself\n");
	return true;
}
