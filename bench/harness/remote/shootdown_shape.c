#include "bench/harness/remote/shootdown_shape.h"

#include "bench/harness/remote/ipi_shape.h"
#include "bench/harness/remote/shootdown.h"
#include "bench/harness/remote/shootdown_stores.h"
#include "lib/x86/insn.h"

static uint64_t read_word(uint64_t va)
{
	return *(const volatile uint64_t *)va;
}

static uint32_t look(const struct party_row *row)
{
	const struct flush_ground *const ground = &row->party->ground;
	uint32_t wrong = 0;

	if (row->remote->owners <= 1)
		return flush_ground_look(ground, row->remote->pages, read_word);
	for (unsigned i = 0; i < row->remote->owners; i++)
		wrong += flush_ground_look_owned(ground, i, read_word);
	return wrong;
}

/* Words whose entries the last window has changed. */
static uint32_t words_of(const struct party_row *row)
{
	if (row->remote->owners <= 1)
		return row->remote->pages;
	return row->party->control ? 1 : row->remote->owners;
}

/* What the last window has left behind, on this processor; then the pages as they are.
 */
static void look_and_prime(struct crew_member *me, void *argument)
{
	const struct party_row *const row = argument;
	struct party *const party = row->party;
	const bool elsewhere = row->pcid != PCID_HOME;

	(void)me;
	if (elsewhere)
		write_cr3(party->root | row->pcid | CR3_KEEP);
	if (party->looks)
		party_note_look(party, words_of(row), look(row), party->control);
	shootdown_forget();
	(void)atomic_fetch_add(&party->unprepared, look(row));
	if (elsewhere)
		write_cr3(party->root | PCID_HOME | CR3_KEEP);
}

static void look_everywhere(struct party_row *row)
{
	(void)party_run(row, look_and_prime, row);
	look_and_prime(row->party->members[0], row);
	row->party->looks = false;
}

static void prime(const struct priming *priming)
{
	struct party_row *const row = priming->context;

	if (row->gave_up)
		return;
	look_everywhere(row);
	party_settle(row->party);
}

static void note_window(struct party_row *row, bool control)
{
	row->party->looks = !row->gave_up;
	row->party->control = control;
}

static void window_nothing(struct window_args *args)
{
	struct party_row *const row = args->context;

	if (row->gave_up)
		return;
	if (row->remote->owners > 1)
		shootdown_nobody(row, args);
	else
		shootdown_alone(row, REMOTE_DRY, args);
	note_window(row, true);
}

static void window_shootdown(struct window_args *args)
{
	struct party_row *const row = args->context;

	if (row->gave_up)
		return;
	if (row->remote->owners > 1)
		shootdown_together(row, args);
	else if (row->drop_end != NULL)
		shootdown_broadcast(row, args);
	else
		shootdown_alone(row, row->remote->mode, args);
	note_window(row, false);
}

/* The operation as often as there are pages, or once if it drops them all. */
static const char *equip_drop(const struct plan *plan, struct party_row *row)
{
	const struct experiment_spec *const spec = &row->experiment->spec;
	const struct tlb_op *const op = spec->op;
	const struct aim aim = { .pcid = row->pcid };
	const bool broken = plan_is_broken(plan, op);
	const bool in_batches = !broken && op->batch.body.begin != NULL;
	const struct bare_spec bare = {
		.body = broken ? &tlb_op_none->body : tlb_op_body(op, &aim),
		.copies = op->takes_page ? spec->remote.pages : 1,
		.stride = (int64_t)PAGE_BYTES,
		.batch = in_batches ? &op->batch : NULL,
		.most = plan->machine->invlpgb_pages,
	};
	const struct bare_spec wait = { .body = &op->batch.end, .copies = 1 };

	row->drop = workspace_bare(plan->workspace, &bare);
	row->drop_end = in_batches ? workspace_bare(plan->workspace, &wait) : NULL;
	row->drop_operands =
		workspace_args(plan->workspace, op, &aim, spec->pcide, 0).operands;
	row->drop_by_descriptor = op->takes_descriptor;
	return row->drop == NULL || (in_batches && row->drop_end == NULL) ? "memory"
	                                                                  : NULL;
}

const char *shootdown_equip(const struct plan *plan, struct party_row *row)
{
	struct workspace *const workspace = plan->workspace;
	const char *const missing = party_lacks(row->party, row);

	if (missing != NULL)
		return missing;
	if ((plan->machine->features & FEATURE_PGE) == 0)
		return feature_name(FEATURE_PGE);
	if (flush_ground_open(&row->party->ground, workspace->pool,
	                      workspace->space.root, workspace->nx,
	                      row->remote->owners) != ERR_NONE)
		return "memory";
	return equip_drop(plan, row);
}

static enum span span_of(enum remote_figure figure)
{
	switch (figure) {
	case FIGURE_SEND:
		return SPAN_OPERATION;
	case FIGURE_WAIT:
		return SPAN_REFILL;
	default:
		return SPAN_TOTAL;
	}
}

static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	struct party_row *const row = party_row(plan, experiment);

	row->on_call = shootdown_serve;
	row->on_nmi = shootdown_serve_nmi;
	row->pcid = experiment->spec.names_another ? PCID_TARGET : PCID_HOME;

	const char *const missing = shootdown_equip(plan, row);

	if (missing != NULL)
		return missing;
	experiment->priming = (struct priming){ .prime = prime, .context = row };
	experiment->pair = (struct pair){
		.a = window_nothing,
		.b = window_shootdown,
		.args = { .context = row },
		.priming = &experiment->priming,
		.span = span_of(row->remote->figure),
		.divisor = 1,
		.block = party_block(row),
		.gave_up = &row->gave_up,
	};
	return NULL;
}

/* Mailboxes are empty, whatever another row had in these lines. */
static void begin(struct experiment *experiment)
{
	struct party_row *const row = experiment->pair.args.context;
	struct party *const party = row->party;

	for (unsigned i = 0; i <= party->count; i++)
		for (unsigned word = 0; word < 8; word++)
			party->members[i]->request.word[word] = 0;
	flush_ground_level(&party->ground);
	party_begin(row);
}

static void end(struct experiment *experiment)
{
	struct party_row *const row = experiment->pair.args.context;

	if (!row->gave_up && row->party->looks)
		look_everywhere(row);

	const bool late = shootdown_check_stores(row);

	if (!row->gave_up)
		party_end_looks(row, &row->party->shootdown_looks);
	if (late)
		party_give_up(row, ROW_FAILED, "a late store");
	party_end(row);
}

const struct shape shape_shootdown = {
	.equip = equip,
	.begin = begin,
	.end = end,
	.mishap = party_mishap,
	.kinds = party_kinds,
	.tell = party_tell,
	.is_shown = party_is_shown,
};
