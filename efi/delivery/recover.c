/*
 * The start after the one that has measured.  What it finds goes onto the stick; for
 * what it does not find no other reset follows by itself.
 */
#include "efi/delivery/recover.h"

#include "efi/delivery/deliver.h"
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
	struct line line;
	char text[120];

	line_clear(&line);
	line_put(&line, "tlbmark: copy ");
	line_put_u64(&line, copy + 1);
	line_put(&line, " of the results in RAM at 0x");
	line_put_hex(&line, program->trail.copies[copy], 1);
	line_put(&line, ": ");
	line_put(&line, fault);
	line_put_char(&line, '\n');
	line_to_string(&line, text, sizeof text);
	print(program, text);
}

/* The first that is whole, and what is wrong with those before it. */
static const struct seal *find_in_ram(const struct program *program,
                                      struct claim *claim)
{
	enum seal_fault faults[KEEP_COPIES];
	const struct seal *const found = claim_find(claim, faults);

	for (unsigned i = 0; i < KEEP_COPIES && faults[i] != SEAL_WHOLE; i++)
		print_fault(program, i,
		            claim->copies[i] == 0 ? "its place is in use"
		                                  : seal_fault_text(faults[i]));
	return found;
}

static void put_why_ram_is_lost(const struct program *program, struct line *line)
{
	const struct machine *const machine = &program->machine;
	const char *const problem = survival_problem(machine);

	if (problem != NULL) {
		line_put(line, problem);
		line_put(line, ".\n");
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
	const uint32_t ways = program->trail.transports;

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
	line_put(&line, "Run ");
	line_put(&line, program->trail.run_id);
	put_loss(program, &line);
	deliver_note(program, DELIVER_UNFINISHED, line.text, line.length);
}

static void give_up(struct program *program)
{
	struct line line;
	char text[LINE_CAPACITY + 1];

	line_clear(&line);
	put_loss(program, &line);
	line_to_string(&line, text, sizeof text);
	print(program, "tlbmark: run ");
	print(program, program->trail.run_id);
	print(program, text);
	nvram_forget(program);
	program->trail.state = BREADCRUMB_UNFINISHED;
	(void)trail_write(&program->volumes, &program->trail);
	write_unfinished(program);
}

/*
 * Whoever reads memory that is in use may fault, at every start.  So the stick knows of
 * each look before it, and if one has not ended, there is no other.
 */
static void look_at_what_is_in_use(struct program *program, struct claim *claim)
{
	struct breadcrumb *const trail = &program->trail;

	if (!claim_is_partial(claim))
		return;
	if (trail->looks != 0) {
		print(program,
		      "tlbmark: an earlier start has not come through its look "
		      "at results in memory that is in\n         use: no other "
		      "look is taken\n");
		return;
	}
	trail->looks = 1;
	if (!EFI_ERROR(trail_write(&program->volumes, trail))) {
		claim_look(claim, &program->map);
		return;
	}
	trail->looks = 0;
	print(program,
	      "tlbmark: the stick cannot be told of a look at results in memory "
	      "that is in use,\n         so none is taken\n");
}

/* What was read could be read.  What it is for is noted later, if it arrives. */
static void end_look(struct program *program, bool was_begun)
{
	if (was_begun || program->trail.looks == 0)
		return;
	program->trail.looks = 0;
	(void)trail_write(&program->volumes, &program->trail);
}

static const struct seal *find_copies(struct program *program, struct claim *claim)
{
	const bool was_begun = program->trail.looks != 0;
	const struct seal *found;

	claim_copies(&program->firmware, &program->map, &program->trail, claim);
	look_at_what_is_in_use(program, claim);
	found = find_in_ram(program, claim);
	end_look(program, was_begun);
	return found;
}

static const struct seal *find_results(struct program *program, struct claim *claim,
                                       enum transport *way)
{
	const uint32_t ways = program->trail.transports;
	const struct seal *seal = NULL;

	*way = TRANSPORT_RAM;
	if ((ways & TRANSPORT_RAM) != 0)
		seal = find_copies(program, claim);
	if (seal == NULL && (ways & TRANSPORT_NVRAM) != 0) {
		*way = TRANSPORT_NVRAM;
		seal = nvram_find(program);
	}
	return seal;
}

static void note_arrival(struct program *program)
{
	nvram_forget(program);
	program->trail.state = BREADCRUMB_DELIVERED;
	if (EFI_ERROR(trail_write(&program->volumes, &program->trail)))
		print(program, "tlbmark: the stick cannot be told that these results "
		               "have arrived\n");
}

static struct homecoming bring_home(struct program *program, struct claim *claim,
                                    const struct seal *seal, enum transport way)
{
	const struct delivery delivery = deliver(program, seal, way);

	if (!delivery.arrived)
		return (struct homecoming){ .was_due = true,
			                    .status = RUN_NOT_FINISHED };
	claim_forget(claim);
	claim_release(claim);
	note_arrival(program);
	return (struct homecoming){
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
struct homecoming homecoming(struct program *program)
{
	struct breadcrumb *const trail = &program->trail;
	const bool was_given_up = trail->state == BREADCRUMB_UNFINISHED;
	struct claim claim = { .firmware = &program->firmware, .trail = trail };
	struct homecoming home = { .status = RUN_NOT_FINISHED };
	enum transport way = TRANSPORT_RAM;
	const struct seal *seal;

	if (trail->state != BREADCRUMB_PENDING && !was_given_up)
		return home;
	if (deliver_is_done(program)) {
		claim_copies(&program->firmware, &program->map, trail, &claim);
		claim_forget(&claim);
		claim_release(&claim);
		note_arrival(program);
		return home;
	}
	print(program, was_given_up
	                       ? "tlbmark: looking once more for the results of run "
	                       : "tlbmark: looking for the results of run ");
	print(program, trail->run_id);
	print(program, "\n");
	seal = find_results(program, &claim, &way);
	if (seal != NULL)
		return bring_home(program, &claim, seal, way);
	claim_release(&claim);
	if (was_given_up)
		return home;
	give_up(program);
	home.was_due = true;
	return home;
}

bool homecoming_follows_reboot(const struct program *program)
{
	const struct breadcrumb *const trail = &program->trail;
	const struct config *const config = &program->config;

	if (config->after != AFTER_REBOOT ||
	    (trail->state != BREADCRUMB_DELIVERED && trail->state != BREADCRUMB_SENT))
		return false;
	if (config->run_id[0] != '\0' && !text_equal(config->run_id, trail->run_id))
		return false;
	print(program, "tlbmark: run ");
	print(program, trail->run_id);
	if (trail->state == BREADCRUMB_DELIVERED) {
		print(program, " is home: its results are in \\results\\");
		print(program, trail->folder);
	} else {
		print(program, " was sent, not kept on this stick");
	}
	print(program, "\ntlbmark: after = reboot: no other run begins by itself\n");
	return true;
}
