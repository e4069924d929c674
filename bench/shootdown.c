/*
 * What it costs to change entries that other processors have in their TLBs, done as
 * kernels do it: change, ask, wait until everybody has dropped the old translations.
 *
 * One shape is the baseline, and what Linux does (flush_tlb_multi, smp_call_function):
 * INVLPG, one send for each target, answers behind the operation, the own translations
 * dropped while the others work, a line for each target.  Each dimension is varied from
 * there: targets, pages, operation, how they are asked, when they answer, how many
 * begin at once.  Every row counts the whole, from before the request is written to the
 * last answer.
 */
#include "bench/harness/remote/shootdown.h"
#include "bench/harness/remote/shapes.h"
#include "bench/harness/target/refill_shape.h"
#include "bench/remote_plan.h"

#include "lib/base/text.h"

static const uint32_t page_counts[] = { 1, 8, 33, 512 };
#define PAGE_COUNTS (sizeof page_counts / sizeof page_counts[0])

/* The one that stands for all: what kernels flush page by page. */
#define SOME_PAGES 2u

static struct experiment_spec baseline(const struct plan *plan, const char *op,
                                       unsigned targets, uint32_t pages)
{
	return (struct experiment_spec){
		.op = tlb_op_named(op),
		.shape = &shape_shootdown,
		.param = "pages",
		.value = pages,
		.targets = targets,
		.divisor = 1,
		.remote = {
			.mode = REMOTE_UNICAST,
			.state = (uint8_t)remote_busy_state(plan),
			.first = 1,
			.pages = pages,
			.alongside = true,
			.owners = 1,
		},
	};
}

/* Where requests are, and answers. */
static const char *line_name(const struct remote_spec *remote)
{
	if (remote->queued)
		return "csd";
	return remote->shared ? "shared" : "own";
}

static void add(struct plan *plan, struct experiment_spec *spec)
{
	const struct remote_spec *const remote = &spec->remote;

	REMOTE_NAME(spec, remote_mode_name(remote->mode),
	            remote->early ? "early" : "late",
	            remote->alongside ? "alongside" : "before", line_name(remote),
	            remote_waits_name(remote), spec->pcide ? "pcide" : NULL,
	            spec->names_another ? "otherpcid" : NULL);
	plan_add(plan, spec);
}

static void plan_cluster(struct plan *plan, unsigned targets)
{
	struct experiment_spec spec = baseline(plan, "invlpg", targets, 1);

	spec.remote.mode = REMOTE_CLUSTER;
	add(plan, &spec);
}

/* By a shorthand only everybody can be asked. */
static void plan_modes(struct plan *plan, unsigned targets, bool all)
{
	static const enum remote_mode modes[] = { REMOTE_UNICAST, REMOTE_NMI,
		                                  REMOTE_POLL, REMOTE_SHORTHAND };
	struct experiment_spec spec = baseline(plan, "invlpg", targets, 1);

	for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		spec.remote.mode = modes[i];
		if (modes[i] == REMOTE_POLL)
			spec.remote.state = SMP_POLL;
		else
			spec.remote.state = (uint8_t)remote_busy_state(plan);
		if (modes[i] != REMOTE_SHORTHAND || all)
			add(plan, &spec);
	}
}

/* The same without asking: what of it is the own processor's. */
static void plan_local(struct plan *plan, struct experiment_spec spec)
{
	spec.targets = 0;
	spec.remote.mode = REMOTE_LOCAL;
	REMOTE_NAME(&spec, "local", spec.pcide ? "pcide" : NULL,
	            spec.names_another ? "otherpcid" : NULL);
	plan_add(plan, &spec);
}

/* Operations that take no page cost the same for any number of them, but the entries.
 */
static void plan_op(struct plan *plan, const char *op, bool pcide, bool otherpcid)
{
	for (unsigned i = 0; i < PAGE_COUNTS; i++) {
		struct experiment_spec spec =
			baseline(plan, op, remote_others(plan), page_counts[i]);

		if (!plan_has_point(plan, page_counts, PAGE_COUNTS, i))
			continue;
		spec.pcide = pcide;
		spec.names_another = otherpcid;
		/* The baseline itself is among the modes. */
		if (page_counts[i] != 1 || !text_equal(op, "invlpg"))
			add(plan, &spec);
		plan_local(plan, spec);
	}
}

/*
 * One processor tells all others, without any of them being interrupted: the whole, or
 * a part of it.
 */
static void add_broadcast(struct plan *plan, struct experiment_spec *spec,
                          const char *part)
{
	REMOTE_NAME(spec, "broadcast", part,
	            remote_state_name((enum smp_state)spec->remote.state),
	            spec->pcide ? "pcide" : NULL);
	plan_add(plan, spec);
}

static void plan_broadcast(struct plan *plan, const char *op, bool pcide,
                           const char *part, enum remote_figure figure)
{
	for (unsigned i = 0; i < PAGE_COUNTS; i++) {
		struct experiment_spec spec =
			baseline(plan, op, remote_others(plan), page_counts[i]);

		spec.pcide = pcide;
		spec.remote.mode = REMOTE_LOCAL;
		spec.remote.figure = figure;
		if (plan_has_point(plan, page_counts, PAGE_COUNTS, i))
			add_broadcast(plan, &spec, part);
	}
}

/*
 * A broadcast does not reach those who walk tables that are given away: all others are
 * interrupted behind it.  A table that is freed alone, and khugepaged's whole range.
 */
static void plan_freed_tables(struct plan *plan, const char *op, uint32_t pages,
                              bool pcide)
{
	struct experiment_spec spec = baseline(plan, op, remote_others(plan), pages);

	spec.pcide = pcide;
	spec.remote.tables = true;
	/* Behind the broadcast, wherever the interrupt is sent. */
	spec.remote.alongside = false;
	add_broadcast(plan, &spec, "tables");
}

/*
 * Of pages also until all is issued, and until it is done everywhere; with PCIDs as
 * Linux names a process's.  In place of pages the whole PCID, or everything.
 */
static void plan_broadcasts(struct plan *plan)
{
	const char *const pages = "invlpgb_tlbsync";

	plan_broadcast(plan, pages, false, NULL, FIGURE_ROUND_TRIP);
	plan_broadcast(plan, pages, false, "issue", FIGURE_SEND);
	plan_broadcast(plan, pages, false, "tlbsync", FIGURE_WAIT);
	plan_broadcast(plan, pages, true, NULL, FIGURE_ROUND_TRIP);
	plan_broadcast(plan, "invlpgb_context", true, NULL, FIGURE_ROUND_TRIP);
	plan_broadcast(plan, "invlpgb_all_global", false, NULL, FIGURE_ROUND_TRIP);
	plan_freed_tables(plan, pages, page_counts[0], false);
	plan_freed_tables(plan, "invlpgb_context", page_counts[PAGE_COUNTS - 1], true);
}

/* A payload takes 63 pages: the last needs two. */
static const uint32_t rar_page_counts[] = { 1, 8, 33, 64 };
#define RAR_PAGE_COUNTS (sizeof rar_page_counts / sizeof rar_page_counts[0])

static void add_rar(struct plan *plan, const struct rar_action *action,
                    unsigned targets, uint32_t pages, bool to_self)
{
	struct experiment_spec spec = baseline(plan, action->op, targets, pages);

	spec.pcide = action->pcide;
	spec.remote.mode = REMOTE_RAR;
	spec.remote.rar = action;
	spec.remote.to_self = to_self;
	REMOTE_NAME(&spec, "rar", action->name, to_self ? "self" : NULL,
	            remote_state_name((enum smp_state)spec.remote.state),
	            spec.pcide ? "pcide" : NULL);
	plan_add(plan, &spec);
}

/*
 * Each type and subtype; the first of them, which asks for no CR3 and no PCID, by
 * pages, by targets, and with the own processor among them.
 */
static void plan_rar(struct plan *plan)
{
	const struct rar_action *const usual = &rar_actions[0];
	const unsigned others = remote_others(plan);
	unsigned counts[REMOTE_COUNTS];
	const unsigned count = remote_counts(plan, counts);

	for (unsigned i = 0; i < rar_action_count; i++)
		add_rar(plan, &rar_actions[i], others, 1, false);
	add_rar(plan, usual, others, 1, true);
	for (unsigned i = 1; i < RAR_PAGE_COUNTS; i++)
		if (plan_has_point(plan, rar_page_counts, RAR_PAGE_COUNTS, i))
			add_rar(plan, usual, others, rar_page_counts[i], false);
	for (unsigned i = 0; i + 1 < count; i++)
		add_rar(plan, usual, counts[i], 1, false);
}

static void plan_variation(struct plan *plan, unsigned targets)
{
	struct experiment_spec spec =
		baseline(plan, "invlpg", targets, page_counts[SOME_PAGES]);
	const struct remote_spec usual = spec.remote;
	const bool is_planned =
		targets == remote_others(plan) &&
		plan_has_point(plan, page_counts, PAGE_COUNTS, SOME_PAGES);

	/* Of all others it is among the rows of the operation. */
	if (!is_planned)
		add(plan, &spec);
	spec.remote.early = true;
	add(plan, &spec);
	spec.remote = usual;
	spec.remote.alongside = false;
	add(plan, &spec);
	spec.remote = usual;
	spec.remote.shared = true;
	add(plan, &spec);
	spec.remote.early = true;
	add(plan, &spec);
}

/* Linux's smp_call_function_many_cond(): what the baseline leaves of it out. */
static void plan_queues(struct plan *plan, unsigned targets)
{
	struct experiment_spec spec = baseline(plan, "invlpg", targets, 1);

	spec.remote.queued = true;
	add(plan, &spec);
}

/* A shootdown for each page; with INVLPGB one flush of all processes for all of them.
 */
static void plan_batch(struct plan *plan, uint32_t pages)
{
	struct experiment_spec spec =
		baseline(plan, "invlpg", remote_others(plan), pages);

	spec.remote.each = true;
	REMOTE_NAME(&spec, "each",
	            remote_state_name((enum smp_state)spec.remote.state));
	plan_add(plan, &spec);
	spec = baseline(plan, "invlpgb_all_non_global", remote_others(plan), pages);
	spec.remote.mode = REMOTE_LOCAL;
	add_broadcast(plan, &spec, NULL);
}

/*
 * As many as Linux's reclaim puts off, and fewer.  One full flush by interrupts is
 * among the rows of its operation.
 */
static void plan_batches(struct plan *plan)
{
	for (unsigned i = 1; i <= SOME_PAGES; i++)
		if (plan_has_point(plan, page_counts, SOME_PAGES + 1, i))
			plan_batch(plan, page_counts[i]);
}

/* Pages whose entries change before a working set of others is read again. */
#define REFILL_CHANGED 33u

/* By how it is asked to drop what. */
struct refilling {
	const char *op;
	bool broadcast, pcide;
};

static void plan_refilled(struct plan *plan, const struct refilling *how,
                          uint32_t pages)
{
	struct experiment_spec spec = baseline(plan, how->op, 1, REFILL_CHANGED);

	spec.shape = &shape_refill;
	spec.param = "touched";
	spec.value = pages;
	spec.divisor = pages;
	spec.pcide = how->pcide;
	spec.remote.figure = FIGURE_REFILL;
	if (how->broadcast)
		spec.remote.mode = REMOTE_LOCAL;
	REMOTE_NAME(&spec, "refill",
	            how->broadcast ? "broadcast" : remote_mode_name(spec.remote.mode),
	            remote_state_name((enum smp_state)spec.remote.state),
	            how->pcide ? "pcide" : NULL);
	plan_add(plan, &spec);
}

/*
 * What the nearest target then pays: page by page it has lost nothing of the working
 * set but upper levels, behind one full flush all of it.
 */
static void plan_refills(struct plan *plan)
{
	static const struct refilling ways[] = {
		{ .op = "invlpg" },
		{ .op = "cr3_reload" },
		{ .op = "invpcid_all_global" },
		{ .op = "cr3_pcid_flush", .pcide = true },
		{ .op = "invlpgb_tlbsync", .broadcast = true, .pcide = true },
		{ .op = "invlpgb_context", .broadcast = true, .pcide = true },
	};
	const bool all = plan_is_longest(plan);
	const uint32_t *const sets = all ? refill_pages : refill_pages + 1;
	const unsigned count = all ? REFILL_SETS : REFILL_SETS - 2;

	for (unsigned way = 0; way < sizeof ways / sizeof ways[0]; way++)
		for (unsigned i = 0; i < count; i++)
			if (plan_has_point(plan, sets, count, i))
				plan_refilled(plan, &ways[way], sets[i]);
}

/* How those that begin at once do not get in each other's way. */
struct together {
	const char *name, *op;
	bool locked;
	bool interrupts; /* are on while they wait, as in kernels */
	bool generations;
	bool pcide;   /* and the operation works on another PCID */
	bool in_full; /* only in the longest profile */
};

static const struct together togethers[] = {
	/* Of as many address spaces; under one lock, as Xen's; of one, as Linux's. */
	{ .name = "free", .op = "invlpg", .interrupts = true },
	{ .name = "lock", .op = "invlpg", .interrupts = true, .locked = true },
	{ .name = "gen", .op = "invlpg", .interrupts = true, .generations = true },
	/* No kernel waits with interrupts off; a published protocol does. */
	{ .name = "free", .op = "invlpg", .in_full = true },
	{ .name = "lock", .op = "invlpg", .locked = true, .in_full = true },
	{ .name = "free", .op = "invpcid_context", .pcide = true },
	{ .name = "lock", .op = "invpcid_context", .pcide = true, .locked = true },
};

/* All begin at once: each for a page of its own, and all others are asked. */
static void plan_together(struct plan *plan, const struct together *how,
                          unsigned owners)
{
	struct experiment_spec spec = baseline(plan, how->op, remote_others(plan), 1);

	spec.param = "initiators";
	spec.value = owners;
	spec.pcide = how->pcide;
	spec.names_another = how->pcide;
	spec.remote.owners = owners;
	spec.remote.locked = how->locked;
	spec.remote.interrupts = how->interrupts;
	spec.remote.generations = how->generations;
	if (how->generations)
		spec.chase.partner = tlb_op_named("cr3_reload");
	REMOTE_NAME(&spec, "together", how->name, how->interrupts ? "irqson" : NULL,
	            remote_state_name((enum smp_state)spec.remote.state),
	            how->pcide ? "pcide-otherpcid" : NULL);
	if (!how->in_full || plan_is_longest(plan))
		plan_add(plan, &spec);
}

static void plan_owners(struct plan *plan, const struct together *how)
{
	const unsigned others = remote_others(plan);
	const unsigned all = others < FLUSH_OWNERS ? others + 1 : FLUSH_OWNERS;

	for (unsigned owners = 2; owners <= 4 && owners < all; owners *= 2)
		plan_together(plan, how, owners);
	plan_together(plan, how, all);
}

/* Of one page, on one target that does something else meanwhile. */
static void plan_work(struct plan *plan, enum target_work work,
                      struct remote_place place)
{
	struct experiment_spec spec = baseline(plan, "invlpg", 1, 1);

	spec.remote.state = SMP_WORK;
	spec.remote.work = (uint8_t)work;
	spec.remote.first = place.member;
	/* Without PCIDs each interruption of ring 3 drops everything anyway. */
	spec.pcide = work == TARGET_RING3;
	add(plan, &spec);
}

static void plan_works(struct plan *plan)
{
	static const enum target_work works[] = { TARGET_MISSES, TARGET_STORES,
		                                  TARGET_RING3, TARGET_CLI };
	struct experiment_spec spec = baseline(plan, "invlpg", 1, 1);
	struct remote_place places[REMOTE_PLACES];

	(void)remote_work_places(plan, places);
	for (unsigned i = 0; i < sizeof works / sizeof works[0]; i++)
		plan_work(plan, works[i], places[0]);
	spec.remote.state = SMP_PAUSE;
	spec.remote.sibling = true;
	spec.remote.first = remote_sibling_place(plan).member;
	add(plan, &spec);
}

/* In the mode the APICs were found in: clusters are behind the switch, else. */
static bool found_x2apic(const struct plan *plan)
{
	const struct remote_group *const group = plan_group(plan);

	return group != NULL && !group->x2apic_entered &&
	       smp_apic(group->smp)->mode == APIC_X2APIC;
}

static void plan_clusters(struct plan *plan)
{
	unsigned counts[REMOTE_COUNTS];
	const unsigned count = remote_counts(plan, counts);

	for (unsigned i = 0; i < count; i++)
		plan_cluster(plan, counts[i]);
}

static void plan_shootdown(struct plan *plan)
{
	unsigned counts[REMOTE_COUNTS];
	const unsigned count = remote_counts(plan, counts);

	for (unsigned i = 0; i < count; i++)
		plan_modes(plan, counts[i], i == count - 1);
	if (found_x2apic(plan))
		plan_clusters(plan);
	plan_op(plan, "invlpg", false, false);
	plan_op(plan, "cr3_reload", false, false);
	plan_op(plan, "cr3_pcid_flush", true, false);
	plan_op(plan, "invpcid_context", true, false);
	plan_op(plan, "invpcid_context", true, true);
	plan_op(plan, "invpcid_all_global", false, false);
	plan_broadcasts(plan);
	plan_rar(plan);
	plan_variation(plan, 1);
	plan_queues(plan, 1);
	if (remote_others(plan) > 1) {
		plan_variation(plan, remote_others(plan));
		plan_queues(plan, remote_others(plan));
	}
	plan_batches(plan);
	plan_refills(plan);
	plan_works(plan);
	for (unsigned i = 0; i < sizeof togethers / sizeof togethers[0]; i++)
		plan_owners(plan, &togethers[i]);
}

/* And tables and lines for the working sets that are read behind a flush. */
static uint64_t frames(const struct config *config)
{
	return chase_arena_frames(chase_arena_in_a_row(LEVEL_PT), REFILL_PAGES_ALL) +
	       remote_flush_frames(config) + RAR_FRAMES;
}

const struct bench bench_shootdown = {
	.name = "shootdown",
	.plan = plan_shootdown,
	.frames = frames,
};

static void plan_shootdown_x2apic(struct plan *plan)
{
	if (!found_x2apic(plan))
		plan_clusters(plan);
}

const struct bench bench_shootdown_x2apic = {
	.name = "shootdown",
	.plan = plan_shootdown_x2apic,
	.prepare = group_enter_x2apic,
};
