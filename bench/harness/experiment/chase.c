#include "bench/harness/experiment/chase.h"

#include "bench/harness/experiment/plan.h"
#include "lib/x86/insn.h"

static bool is_code(const struct chase_spec *spec)
{
	return spec->chains.code;
}

/* Links the lines again if they hold the chains of another row. */
static void link_lines(struct workspace *workspace, const struct pointer_chains *chains)
{
	if (workspace->linked == chains)
		return;
	chase_arena_link(&workspace->arena, chains);
	workspace->linked = chains;
	/* Lines may be code, written through another mapping. */
	(void)cpuid(0, 0);
}

static enum chase_way way_of(const struct chase_spec *spec, unsigned arm)
{
	return arm == 0 && spec->way_a != CHASE_NONE ? spec->way_a : spec->way_b;
}

static void walk_chain(const struct workspace *workspace,
                       const struct pointer_chains *chains, enum chase_way way)
{
	const bool dense = way == CHASE_DENSE;
	const uint64_t base = dense ? VA_LINES_DENSE + sizeof(uint64_t)
	                            : chase_arena_base(chains->layout);
	uint64_t at = dense ? chase_arena_dense(chains->layout, chains->first)
	                    : chase_arena_spread(&workspace->arena, chains->layout,
	                                         chains->first);

	for (uint32_t i = 0; i < chains->pages; i++)
		at = load_word(base + at);
}

static void walk_chains(const struct workspace *workspace,
                        const struct pointer_chains *chains, enum chase_way way)
{
	for (uint32_t i = 0; i < chase_arena_chain_count(chains); i++) {
		const struct pointer_chains chain = chase_arena_chain(chains, i);

		walk_chain(workspace, &chain, way);
	}
}

/*
 * Every entry that a walk for a page of the chain reads; the lowest level of all pages
 * first, as finding an entry reads those above it, and none that is flushed already.
 */
static void flush_entries(const struct workspace *workspace,
                          const struct pointer_chains *chains)
{
	const uint64_t base = chase_arena_base(chains->layout);

	const enum level top = pool_root_level(workspace->pool);

	for (enum level level = chains->layout.page; level <= top; level++) {
		for (uint32_t i = 0; i < chains->pages; i++)
			clflush(walk_find(workspace->pool, workspace->space.root,
			                  base + chase_arena_page(chains->layout,
			                                          chains->first + i),
			                  level)
			                .entry);
		mfence();
	}
}

/*
 * In the arm's own way last.  Some caches know a line by the linear address it was last
 * read through, and miss it through another (AMD's since family 17h; "Software
 * Optimization Guide", L1 data cache, linear address utag).
 */
static void walk_ways(const struct chase_context *context)
{
	const struct chase_spec *const spec = context->spec;
	const enum chase_way own = way_of(spec, context->arm);
	const enum chase_way other = way_of(spec, 1 - context->arm);

	if (other != own)
		walk_chains(context->workspace, &spec->chains, other);
	walk_chains(context->workspace, &spec->chains, own);
}

/* The same of code: the arm's own window last. */
static void warm_up_code(const struct chase_context *context)
{
	for (unsigned i = 0; i < 2; i++) {
		const unsigned arm = i == 0 ? 1 - context->arm : context->arm;
		struct window_args args = *context->args;

		context->warm_up_windows[arm](&args);
	}
}

static void walk_before_window(const struct chase_context *context)
{
	const struct pointer_chains *const chains = &context->spec->chains;

	if (chains->pages == 0)
		return;
	link_lines(context->workspace, chains);
	touch(VA_LINES_DENSE);
	if (is_code(context->spec))
		warm_up_code(context);
	else
		walk_ways(context);
}

/*
 * The pages of a loop first, then the chain: so what a full flush of it loses is the
 * same however many pages the loop drops, and as it is where there is no loop. A single
 * target comes behind, as everywhere; descriptors last, but for what the window itself
 * chases before its operation (is_chased_before()).
 */
static void prime(const struct priming *priming)
{
	const struct chase_context *const context = priming->context;
	struct workspace *const workspace = context->workspace;
	const struct chase_spec *const spec = context->spec;

	workspace_prepare(priming);
	if (spec->churn.pcids != 0)
		pcid_churn_clear(workspace);
	for (uint32_t i = 0; spec->partner != NULL && i < spec->repeats; i++)
		touch(priming->target.base + i * priming->target.stride);
	if (spec->repeats != 0)
		workspace_touch(priming);
	walk_before_window(context);
	if (spec->repeats == 0)
		workspace_touch(priming);
	workspace_touch_descriptors(priming);
	if (spec->cold)
		flush_entries(workspace, &spec->chains);
	if (spec->churn.pcids != 0)
		pcid_churn_make(workspace, &context->churn);
}

static const char *reason_of(enum err err)
{
	switch (err) {
	case ERR_NONE:
		return NULL;
	case ERR_ABSENT:
		return "no own GiB of RAM";
	case ERR_TOO_LARGE:
		return "more pages than addresses";
	default:
		return NO_MEMORY;
	}
}

static const char *map_pages(struct workspace *workspace,
                             const struct experiment_spec *spec)
{
	const struct chase_spec *const chase = &spec->chase;
	enum err err = ERR_NONE;

	if (chase->chains.pages != 0)
		err = workspace_map_lines(workspace, chase->chains.layout,
		                          chase->chains.first + chase->chains.pages);
	if (err != ERR_NONE)
		return reason_of(err);
	err = pcid_churn_open(workspace, &chase->churn);
	if (err == ERR_NONE && spec->target_pages != 0)
		err = workspace_map_target(workspace, spec->target, spec->target_pages);
	return err == ERR_ABSENT ? "no whole GiB of RAM" : reason_of(err);
}

/* Offset of the first chain's first line in that way. */
static uint32_t start_of(const struct workspace *workspace,
                         const struct pointer_chains *chains, enum chase_way way)
{
	const bool dense = way == CHASE_DENSE || way == CHASE_CODE_DENSE;
	const uint32_t in_line = way == CHASE_CODE_DENSE    ? LINE_CODE_DENSE
	                         : way == CHASE_CODE_SPREAD ? LINE_CODE_SPREAD
	                                                    : 0;
	const uint32_t at =
		dense ? chase_arena_dense(chains->layout, chains->first)
		      : (uint32_t)chase_arena_spread(&workspace->arena, chains->layout,
	                                             chains->first);

	return at + in_line;
}

/* Of several chains a shorter one begins again, with lines that were read before. */
static struct chase chase_of(const struct workspace *workspace,
                             const struct chase_spec *spec, enum chase_way way)
{
	const struct pointer_chains *const chains = &spec->chains;
	const uint32_t count = chase_arena_chain_count(chains);
	struct chase chase = {
		.way = way,
		.accesses = (chains->pages + count - 1) / count,
		.start = start_of(workspace, chains, way),
		.interleaved = count > 1,
	};

	for (uint32_t i = 1; i < count; i++) {
		const struct pointer_chains chain = chase_arena_chain(chains, i);

		chase.others[i - 1] = start_of(workspace, &chain, way);
	}
	return chase;
}

/* Whether the TLB has every page of the chain for sure, as often as it is read. */
static bool is_surely_held(const struct plan *plan, const struct pointer_chains *chains)
{
	static const enum tlb_page pages[] = {
		[LEVEL_PT] = TLB_4K,
		[LEVEL_PD] = TLB_2M,
		[LEVEL_PDPT] = TLB_1G,
	};
	const uint32_t reach =
		tlb_reach(&plan->machine->tlb, TLB_DATA, pages[chains->layout.page]);

	return chains->pages <= reach / 2;
}

/*
 * Whether the window itself reads the pages once more before its operation.  Behind the
 * priming the harness reads pages of its own, and of a first level that the chain fills
 * each takes a way: a set that is full with one more misses at every page.  Not where
 * something has to stay between the priming and the window: PCIDs that were entered,
 * and flushed entries, unless no page needs a walk for it.
 */
static bool is_chased_before(const struct plan *plan, const struct chase_spec *spec)
{
	return spec->chains.pages != 0 && !is_code(spec) && spec->churn.pcids == 0 &&
	       (!spec->cold || is_surely_held(plan, &spec->chains));
}

/* Nothing, or no more of op than is not its own. */
static window_code *make_a(const struct plan *plan, const struct experiment_spec *spec)
{
	const struct chase_spec *const chase = &spec->chase;
	const bool has_baseline =
		spec->op->baseline.begin != NULL && !plan_is_broken(plan, spec->op);
	const struct window_spec window = {
		.body = &tlb_op_none->body,
		.baseline = has_baseline ? &spec->op->baseline : NULL,
		.baselines = has_baseline ? 1 : 0,
		.chase = chase_of(plan->workspace, chase, way_of(chase, 0)),
		.chased_before = is_chased_before(plan, chase),
	};

	return workspace_window(plan->workspace, &window, spec->alias);
}

static window_code *make_b(const struct plan *plan, const struct experiment_spec *spec)
{
	const struct chase_spec *const chase = &spec->chase;
	const struct aim aim = plan_aim(spec);
	const struct target target = workspace_target(spec->target);
	struct window_spec window = {
		.body = &tlb_op_none->body,
		.chase = chase_of(plan->workspace, chase, chase->way_b),
		.chased_before = is_chased_before(plan, chase),
	};

	if (plan_is_broken(plan, spec->op))
		return workspace_window(plan->workspace, &window, spec->alias);
	window.body = tlb_op_body(spec->op, &aim);
	window.copies = spec->copies_b;
	if (!spec->op->takes_descriptor)
		window.first = target.first;
	if (chase->repeats != 0)
		window.repeat = (struct repeat){
			.times = chase->repeats,
			.step = spec->op->takes_descriptor
			                ? (int32_t)sizeof(struct invpcid_descriptor)
			                : (int32_t)target.stride,
			.partner =
				chase->partner == NULL ? NULL : &chase->partner->body,
			.partner_first = target.base + (uint64_t)target.first,
			.partner_step = (int32_t)target.stride,
			.batch = spec->op->takes_page &&
			                         spec->op->batch.body.begin != NULL
			                 ? &spec->op->batch
			                 : NULL,
			.most = plan->machine->invlpgb_pages,
		};
	return workspace_window(plan->workspace, &window, spec->alias);
}

/* Arm A is primed like arm B, but for the visits and which way comes last. */
static void set_priming(const struct plan *plan, struct experiment *experiment)
{
	const struct chase_spec *const spec = &experiment->spec.chase;

	for (unsigned arm = 0; arm < 2; arm++)
		experiment->chase[arm] = (struct chase_context){
			.workspace = plan->workspace,
			.spec = spec,
			.arm = arm,
			.churn = spec->churn,
			.warm_up_windows = { experiment->pair.a, experiment->pair.b },
			.args = &experiment->pair.args,
		};
	experiment->chase[0].churn.pcids = 0;
	experiment->priming.prime = prime;
	experiment->priming.context = &experiment->chase[0];
	experiment->priming_b.prime = prime;
	experiment->priming_b.context = &experiment->chase[1];
}

static const char *equip_chase(const struct plan *plan, struct experiment *experiment)
{
	struct workspace *const workspace = plan->workspace;
	const struct experiment_spec *const spec = &experiment->spec;
	const struct aim aim = plan_aim(spec);
	const char *const reason = map_pages(workspace, spec);
	uint64_t descriptors = 0;

	if (reason != NULL)
		return reason;
	experiment->priming = plan_priming(plan, spec);
	if (spec->op->takes_descriptor) {
		descriptors = workspace_shared_descriptors(workspace, &aim);
		if (descriptors == 0)
			return NO_MEMORY;
		experiment->priming.descriptors = descriptors;
		experiment->priming.descriptor_count =
			spec->chase.repeats == 0 ? 1 : spec->chase.repeats;
	}
	experiment->pair = (struct pair){
		.a = make_a(plan, spec),
		.b = make_b(plan, spec),
		.args = workspace_args(workspace, spec->op, &aim, spec->pcide,
		                       descriptors),
		.priming = &experiment->priming,
		.priming_b = &experiment->priming_b,
		.span = spec->chase.span,
		.divisor = spec->divisor,
	};
	experiment->pair.args.data = chase_arena_base(spec->chase.chains.layout);
	experiment->pair.args.stores = VA_LINES_DENSE;
	experiment->priming_b = experiment->priming;
	plan_prime_undoing(plan, experiment);
	set_priming(plan, experiment);
	return experiment->pair.a == NULL || experiment->pair.b == NULL ? NO_MEMORY
	                                                                : NULL;
}

const struct shape shape_chase = { .equip = equip_chase };
