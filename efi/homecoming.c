/*
 * The start after the one that has measured.  What it finds goes onto the stick;
 * what it does not find is not looked for again, and no other reset follows by itself.
 */
#include "efi/homecoming.h"

#include "efi/claim.h"
#include "efi/console.h"
#include "efi/deliver.h"

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

/* Behind the run's id: the ways that were taken, and what to do. */
static void put_loss(const struct program *program, struct line *line)
{
	const uint32_t ways = program->trail.transports;

	line_put(line, " is unfinished: its results did not come home (transport ");
	transport_names(ways & TRANSPORTS_HOME, line);
	line_put(line, ").\nThe machine was switched off or reset before the run was "
	               "done, or they do not survive a reset here:\n");
	if ((ways & TRANSPORT_RAM) != 0)
		line_put(line, "servers with ECC often clear their RAM.\n");
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
	deliver_note(program, "unfinished.txt", line.text, line.length);
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

static const struct seal *find_results(struct program *program, struct claim *claim,
                                       enum transport *way)
{
	const uint32_t ways = program->trail.transports;
	const struct seal *seal = NULL;

	*way = TRANSPORT_RAM;
	if ((ways & TRANSPORT_RAM) != 0)
		seal = find_in_ram(program, claim);
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

static struct homecoming bring_home(struct program *program, struct claim *claim)
{
	enum transport way = TRANSPORT_RAM;
	const struct seal *const seal = find_results(program, claim, &way);

	if (seal == NULL) {
		claim_release(claim);
		give_up(program);
		return (struct homecoming){ .status = RUN_NOT_FINISHED };
	}

	const struct delivery delivery = deliver(program, seal, way);

	if (!delivery.arrived)
		return (struct homecoming){ .status = RUN_NOT_FINISHED };
	claim_forget(claim);
	claim_release(claim);
	note_arrival(program);
	return (struct homecoming){ .arrived = true, .status = delivery.status };
}

struct homecoming homecoming(struct program *program)
{
	struct claim claim;
	struct homecoming home = { .status = RUN_NOT_FINISHED };

	if (program->trail.state != BREADCRUMB_PENDING)
		return home;
	claim_copies(&program->firmware, &program->map, &program->trail, &claim);
	if (deliver_is_done(program)) {
		claim_forget(&claim);
		claim_release(&claim);
		note_arrival(program);
		return home;
	}
	print(program, "tlbmark: looking for the results of run ");
	print(program, program->trail.run_id);
	print(program, "\n");
	home = bring_home(program, &claim);
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
