#include "bench/harness/remote/shapes.h"
#include "bench/harness/remote/shootdown.h"
#include "bench/harness/remote/shootdown_kinds.h"
#include "bench/harness/remote/shootdown_stores.h"
#include "lib/x86/control.h"
#include "lib/x86/insn.h"

static uint32_t look(const struct remote_context *remote)
{
	const struct flush_pages *const probe_pages = &remote->group->probe_pages;
	uint32_t wrong = 0;

	if (remote->spec->owners <= 1)
		return flush_pages_look(probe_pages, remote->spec->pages, load_word);
	for (unsigned i = 0; i < remote->spec->owners; i++)
		wrong += flush_pages_look_owned(probe_pages, i, load_word);
	return wrong;
}

/* Words whose entries the last window has changed. */
static uint32_t words_of(const struct remote_context *remote)
{
	if (remote->spec->owners <= 1)
		return remote->spec->pages;
	return remote->group->looking.control ? 1 : remote->spec->owners;
}

/* What the last window has left behind, on this processor; then the pages as they are.
 */
static void look_and_prime(struct smp_cpu *me, void *argument)
{
	const struct remote_context *const remote = argument;
	struct remote_group *const group = remote->group;
	const bool elsewhere = remote->pcid != PCID_HOME;

	(void)me;
	if (elsewhere)
		write_cr3(group->setup.root | remote->pcid | CR3_KEEP);
	if (group->looking.pending)
		group_note_look(group, words_of(remote), look(remote),
		                group->looking.control);
	control_drop_all();
	(void)atomic_fetch_add(&group->looking.unprepared, look(remote));
	if (elsewhere)
		write_cr3(group->setup.root | PCID_HOME | CR3_KEEP);
}

static void look_everywhere(struct remote_context *remote)
{
	(void)group_run(remote, look_and_prime, remote);
	look_and_prime(remote->group->members[0], remote);
	remote->group->looking.pending = false;
}

static void prime(const struct priming *priming)
{
	struct remote_context *const remote = priming->context;

	if (remote->gave_up)
		return;
	look_everywhere(remote);
	group_settle(remote->group);
}

static void note_window(struct remote_context *remote, bool control)
{
	remote->group->looking.pending = !remote->gave_up;
	remote->group->looking.control = control;
}

/* Of FIGURE_STOLEN the part of who begins is no figure. */
static void exchange(struct remote_context *remote, enum remote_mode mode,
                     struct window_args *args)
{
	if (mode == REMOTE_LOCAL)
		shootdown_broadcast(remote, args);
	else
		shootdown_alone(remote, mode, args);
}

static bool is_stolen(const struct remote_context *remote)
{
	return remote->spec->figure == FIGURE_STOLEN;
}

static void window_nothing(struct window_args *args)
{
	struct remote_context *const remote = args->context;

	if (remote->gave_up)
		return;
	if (is_stolen(remote))
		stolen_window(remote, REMOTE_DRY, exchange, args);
	else if (remote->spec->owners > 1)
		shootdown_nobody(remote, args);
	else
		shootdown_alone(remote, REMOTE_DRY, args);
	note_window(remote, true);
}

static void window_shootdown(struct window_args *args)
{
	struct remote_context *const remote = args->context;

	if (remote->gave_up)
		return;
	if (is_stolen(remote))
		stolen_window(remote, remote->spec->mode, exchange, args);
	else if (remote->spec->owners > 1)
		shootdown_together(remote, args);
	else if (remote->spec->each)
		shootdown_each(remote, args);
	else if (remote->drop_end != NULL)
		shootdown_broadcast(remote, args);
	else
		shootdown_alone(remote, remote->spec->mode, args);
	note_window(remote, false);
}

/* What a request means to one that has missed another, which is the row's second one.
 */
static const char *equip_drop_all(const struct plan *plan,
                                  struct remote_context *remote)
{
	const struct tlb_op *const op = remote->experiment->spec.chase.partner;
	const struct operation_call_spec bare = {
		.body = plan_is_broken(plan, op) ? &tlb_op_none->body : &op->body,
		.copies = 1,
	};

	remote->drop_all = workspace_operation_call(plan->workspace, &bare);
	return remote->drop_all == NULL ? NO_MEMORY : NULL;
}

/* The operation as often as there are pages, or once if it drops them all. */
static const char *equip_drop(const struct plan *plan, struct remote_context *remote)
{
	const struct experiment_spec *const spec = &remote->experiment->spec;
	const struct tlb_op *const op = spec->op;
	const struct aim aim = { .pcid = remote->pcid };
	const bool broken = plan_is_broken(plan, op);
	const bool in_batches = !broken && op->batch.body.begin != NULL;
	const struct operation_call_spec bare = {
		.body = broken ? &tlb_op_none->body : tlb_op_body(op, &aim),
		.copies = op->takes_page && !spec->remote.each ? spec->remote.pages : 1,
		.stride = (int64_t)PAGE_BYTES,
		.batch = in_batches ? &op->batch : NULL,
		.most = plan->machine->invlpgb_pages,
	};
	const struct operation_call_spec wait = { .body = &op->batch.end, .copies = 1 };

	remote->drop = workspace_operation_call(plan->workspace, &bare);
	remote->drop_end =
		in_batches ? workspace_operation_call(plan->workspace, &wait) : NULL;
	remote->drop_operands =
		workspace_args(plan->workspace, op, &aim, spec->pcide, 0).operands;
	remote->drop_by_descriptor = op->takes_descriptor;
	remote->drop_va_mask = op->takes_page ? UINT64_MAX : 0;
	return remote->drop == NULL || (in_batches && remote->drop_end == NULL)
	               ? NO_MEMORY
	               : NULL;
}

const char *shootdown_equip(const struct plan *plan, struct remote_context *remote)
{
	struct workspace *const workspace = plan->workspace;
	const char *const missing = group_lacks(remote->group, remote);

	if (missing != NULL)
		return missing;
	if ((plan->machine->features & FEATURE_PGE) == 0)
		return feature_name(FEATURE_PGE);
	if (flush_pages_open(&remote->group->probe_pages, workspace->pool,
	                     workspace->space.root, workspace->nx,
	                     remote->spec->owners) != ERR_NONE)
		return NO_MEMORY;

	const char *const refused =
		remote->spec->generations ? equip_drop_all(plan, remote) : NULL;

	return refused != NULL ? refused : equip_drop(plan, remote);
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
	struct remote_context *const remote = group_context(plan, experiment);

	remote->on_call = shootdown_serve;
	remote->on_nmi = shootdown_serve_nmi;
	remote->pcid = experiment->spec.names_another ? PCID_TARGET : PCID_HOME;

	const char *const missing = shootdown_equip(plan, remote);

	if (missing != NULL)
		return missing;

	const char *const no_rar =
		remote->spec->mode == REMOTE_RAR ? rar_equip(plan, remote) : NULL;

	if (no_rar != NULL)
		return no_rar;

	const char *const idle = group_equip_work(plan, remote);

	if (idle != NULL)
		return idle;
	shootdown_kinds_equip(plan, remote);
	experiment->priming = (struct priming){ .prime = prime, .context = remote };
	experiment->pair = (struct pair){
		.a = window_nothing,
		.b = window_shootdown,
		.args = { .context = remote },
		.priming = &experiment->priming,
		.span = span_of(remote->spec->figure),
		.divisor = 1,
		.block = group_block(remote),
		.gave_up = &remote->gave_up,
	};
	return NULL;
}

/* All are where the address space is. */
static void begin_generations(struct remote_group *group)
{
	atomic_store(&group->together.tlb_gen, 0);
	for (unsigned i = 0; i <= group->count; i++)
		group->together.generations[group->members[i]->number] =
			(struct flush_generation){ 0 };
}

static void end_generations(struct remote_group *group)
{
	for (unsigned i = 0; i <= group->count; i++) {
		const struct flush_generation *const one =
			&group->together.generations[group->members[i]->number];

		group->totals.gen_skipped += one->skipped;
		group->totals.gen_ranges += one->ranges;
		group->totals.gen_full += one->full;
	}
}

/* So often is an entry changed under a request before that is timed. */
#define RAR_TRIES 200u
#define RAR_TRIES_EMULATED 8u

static void tell_stale(struct remote_context *remote)
{
	const struct group_looking *const looking = &remote->group->looking;
	char text[sizeof remote->reason];

	group_give_up(remote, ROW_FAILED,
	              format_text(text, sizeof text,
	                          "RAR done but %u of %u words stale",
	                          atomic_load(&looking->stale),
	                          atomic_load(&looking->looked)));
}

/*
 * The existence test: whether a target that says that it is done has dropped what it
 * must.  Half of the windows ask nobody, as in a chunk.
 */
static void try_rar(struct experiment *experiment)
{
	struct remote_context *const remote = experiment->remote;
	struct remote_group *const group = remote->group;
	const unsigned tries = group->emulated ? RAR_TRIES_EMULATED : RAR_TRIES;

	for (unsigned i = 0; i < 2 * tries && !remote->gave_up; i++) {
		prime(&experiment->priming);
		if (i % 2 == 0)
			window_nothing(&experiment->pair.args);
		else
			window_shootdown(&experiment->pair.args);
	}
	if (remote->gave_up)
		return;
	look_everywhere(remote);
	remote->is_tried = true;
	if (atomic_load(&group->looking.stale) != 0)
		tell_stale(remote);
}

/* Mailboxes are empty, whatever another experiment has left in them. */
static void begin(struct experiment *experiment)
{
	struct remote_context *const remote = experiment->remote;
	struct remote_group *const group = remote->group;

	for (unsigned i = 0; i <= group->count; i++)
		for (unsigned word = 0; word < 8; word++)
			group->members[i]->request.word[word] = 0;
	group_clear_queues(group);
	begin_generations(group);
	flush_pages_level(&group->probe_pages);
	if (remote->spec->mode == REMOTE_RAR)
		rar_begin(remote);
	group_begin(remote);
	if (remote->spec->mode == REMOTE_RAR && !remote->is_tried)
		try_rar(experiment);
	if (is_stolen(remote))
		stolen_choose_length(remote, remote->spec->mode, exchange);
}

static void end(struct experiment *experiment)
{
	struct remote_context *const remote = experiment->remote;

	if (!remote->gave_up && remote->group->looking.pending)
		look_everywhere(remote);

	const bool late = shootdown_check_stores(remote);
	const char *const kept = shootdown_check_kinds(remote);

	if (!remote->gave_up)
		group_end_looks(remote, &remote->group->totals.shootdown_looks);
	if (late)
		group_give_up(remote, ROW_FAILED, "a late store");
	if (kept != NULL)
		group_give_up(remote, ROW_FAILED, kept);
	end_generations(remote->group);
	group_end(remote);
	if (remote->spec->mode == REMOTE_RAR)
		rar_end(remote);
	if (remote->status == ROW_SKIPPED)
		experiment->samples.n = 0;
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
