#include "bench/harness/remote/shootdown_shape.h"

#include "bench/harness/remote/ipi_shape.h"
#include "bench/harness/remote/shootdown.h"
#include "bench/harness/remote/shootdown_stores.h"
#include "lib/x86/insn.h"

static uint64_t read_word(uint64_t va)
{
	return *(const volatile uint64_t *)va;
}

static uint32_t look(const struct group_row *row)
{
	const struct flush_pages *const probe_pages = &row->group->probe_pages;
	uint32_t wrong = 0;

	if (row->remote->owners <= 1)
		return flush_pages_look(probe_pages, row->remote->pages, read_word);
	for (unsigned i = 0; i < row->remote->owners; i++)
		wrong += flush_pages_look_owned(probe_pages, i, read_word);
	return wrong;
}

/* Words whose entries the last window has changed. */
static uint32_t words_of(const struct group_row *row)
{
	if (row->remote->owners <= 1)
		return row->remote->pages;
	return row->group->control ? 1 : row->remote->owners;
}

/* What the last window has left behind, on this processor; then the pages as they are.
 */
static void look_and_prime(struct smp_cpu *me, void *argument)
{
	const struct group_row *const row = argument;
	struct remote_group *const group = row->group;
	const bool elsewhere = row->pcid != PCID_HOME;

	(void)me;
	if (elsewhere)
		write_cr3(group->root | row->pcid | CR3_KEEP);
	if (group->looks)
		group_note_look(group, words_of(row), look(row), group->control);
	shootdown_forget();
	(void)atomic_fetch_add(&group->unprepared, look(row));
	if (elsewhere)
		write_cr3(group->root | PCID_HOME | CR3_KEEP);
}

static void look_everywhere(struct group_row *row)
{
	(void)group_run(row, look_and_prime, row);
	look_and_prime(row->group->members[0], row);
	row->group->looks = false;
}

static void prime(const struct priming *priming)
{
	struct group_row *const row = priming->context;

	if (row->gave_up)
		return;
	look_everywhere(row);
	group_settle(row->group);
}

static void note_window(struct group_row *row, bool control)
{
	row->group->looks = !row->gave_up;
	row->group->control = control;
}

static void window_nothing(struct window_args *args)
{
	struct group_row *const row = args->context;

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
	struct group_row *const row = args->context;

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
static const char *equip_drop(const struct plan *plan, struct group_row *row)
{
	const struct experiment_spec *const spec = &row->experiment->spec;
	const struct tlb_op *const op = spec->op;
	const struct aim aim = { .pcid = row->pcid };
	const bool broken = plan_is_broken(plan, op);
	const bool in_batches = !broken && op->batch.body.begin != NULL;
	const struct operation_call_spec bare = {
		.body = broken ? &tlb_op_none->body : tlb_op_body(op, &aim),
		.copies = op->takes_page ? spec->remote.pages : 1,
		.stride = (int64_t)PAGE_BYTES,
		.batch = in_batches ? &op->batch : NULL,
		.most = plan->machine->invlpgb_pages,
	};
	const struct operation_call_spec wait = { .body = &op->batch.end, .copies = 1 };

	row->drop = workspace_operation_call(plan->workspace, &bare);
	row->drop_end =
		in_batches ? workspace_operation_call(plan->workspace, &wait) : NULL;
	row->drop_operands =
		workspace_args(plan->workspace, op, &aim, spec->pcide, 0).operands;
	row->drop_by_descriptor = op->takes_descriptor;
	return row->drop == NULL || (in_batches && row->drop_end == NULL) ? "memory"
	                                                                  : NULL;
}

const char *shootdown_equip(const struct plan *plan, struct group_row *row)
{
	struct workspace *const workspace = plan->workspace;
	const char *const missing = group_lacks(row->group, row);

	if (missing != NULL)
		return missing;
	if ((plan->machine->features & FEATURE_PGE) == 0)
		return feature_name(FEATURE_PGE);
	if (flush_pages_open(&row->group->probe_pages, workspace->pool,
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
	struct group_row *const row = group_row(plan, experiment);

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
		.block = group_block(row),
		.gave_up = &row->gave_up,
	};
	return NULL;
}

/* Mailboxes are empty, whatever another row had in these arena. */
static void begin(struct experiment *experiment)
{
	struct group_row *const row = experiment->pair.args.context;
	struct remote_group *const group = row->group;

	for (unsigned i = 0; i <= group->count; i++)
		for (unsigned word = 0; word < 8; word++)
			group->members[i]->request.word[word] = 0;
	flush_pages_level(&group->probe_pages);
	group_begin(row);
}

static void end(struct experiment *experiment)
{
	struct group_row *const row = experiment->pair.args.context;

	if (!row->gave_up && row->group->looks)
		look_everywhere(row);

	const bool late = shootdown_check_stores(row);

	if (!row->gave_up)
		group_end_looks(row, &row->group->shootdown_looks);
	if (late)
		group_give_up(row, ROW_FAILED, "a late store");
	group_end(row);
}

const struct shape shape_shootdown = {
	.equip = equip,
	.begin = begin,
	.end = end,
	.mishap = group_mishap,
	.kinds = group_kinds,
	.tell = group_tell,
	.is_shown = group_is_shown,
};
