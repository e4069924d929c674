#include "bench/harness/walk/walk_shape.h"

#include "lib/x86/cpu.h"
#include "lib/x86/insn.h"

#define PER 1000u

/* In a chunk; one more is no fault that an old entry in the TLB explains. */
#define RETRIES 1000000u

static uint64_t page_va(unsigned page)
{
	return VA_WALKS + page * WALK_STRIDE;
}

/* Some CPUs hold a page as dirty only since a store. */
static void touch_page(const struct walk_setting *setting, uint64_t va)
{
	if (setting->stores && (setting->held_lacks & (PTE_DIRTY | PTE_WRITABLE)) == 0)
		touch_by_store(va);
	else
		touch(va);
}

/*
 * INVLPG, since the entries change: what the TLB has of them from here on is what they
 * are now.  Their lines are brought to their level last.
 */
static void prime(const struct priming *priming)
{
	struct walk_context *const context = priming->context;
	struct walk_pages *const pages = context->pages;

	walk_pages_look(pages);
	walk_pages_set(pages, context->setting.held_lacks);
	for (unsigned page = 0; page < WALKED_PAGES; page++)
		invlpg(page_va(page));
	for (unsigned page = 0; page < WALKED_PAGES; page++)
		touch_page(&context->setting, page_va(page));
	walk_pages_set(pages, context->setting.lacks);
	walk_pages_place(pages, context->caches, context->setting.at);
	pages->must_have = context->must_have;
	pages->unset = &context->unset;
}

/* What the manual has an access set that finds no entry in the TLB, or a clean one. */
static uint64_t sets_of(const struct walk_setting *setting, bool flushes)
{
	const uint64_t held = flushes ? setting->lacks : setting->held_lacks;
	const uint64_t all = setting->stores ? PTE_ACCESSED | PTE_DIRTY : PTE_ACCESSED;

	return held & all;
}

static void set_contexts(const struct plan *plan, struct experiment *experiment)
{
	const struct walk_setting *const setting = experiment->spec.setting;

	for (unsigned arm = 0; arm < 2; arm++)
		experiment->walk[arm] = (struct walk_context){
			.pages = &plan->workspace->walk_pages,
			.caches = &plan->machine->caches,
			.setting = *setting,
		};
	experiment->walk[0].setting.held_lacks = experiment->walk[0].setting.lacks = 0;
	experiment->walk[1].must_have =
		sets_of(setting, experiment->spec.op != tlb_op_none);
	experiment->priming =
		(struct priming){ .prime = prime, .context = &experiment->walk[0] };
	experiment->priming_b =
		(struct priming){ .prime = prime, .context = &experiment->walk[1] };
}

/* The operation on every page, if it takes one. */
static window_code *make_window(const struct plan *plan,
                                const struct experiment_spec *spec,
                                const struct aim *aim, bool b)
{
	const struct walk_setting *const setting = spec->setting;
	const bool broken = plan_is_broken(plan, spec->op);
	const struct window_spec window = {
		.body = b && !broken ? tlb_op_body(spec->op, aim) : &tlb_op_none->body,
		.copies = b ? spec->copies_b : 0,
		.stride = (int64_t)WALK_STRIDE,
		.accesses = {
			.pages = WALKED_PAGES,
			.stride = (uint32_t)WALK_STRIDE,
			.stores = setting->stores,
		},
		.chased_before = true,
	};

	return workspace_window(plan->workspace, &window, ALIAS_GLOBAL);
}

/* Why the entries' lines cannot be brought there; NULL if they can. */
static const char *place_lacks(const struct plan *plan, enum walk_entry_at at)
{
	struct workspace *const workspace = plan->workspace;

	if (at == WALK_AT_MEMORY && (plan->machine->features & FEATURE_CLFLUSH) == 0)
		return feature_name(FEATURE_CLFLUSH);
	if (!walk_at_needs_others(at))
		return NULL;
	switch (walk_pages_others(&workspace->walk_pages, workspace->pool,
	                          &plan->machine->caches, at)) {
	case ERR_NONE:
		return NULL;
	case ERR_ABSENT:
		return plan->machine->caches.bytes[at] == 0
		               ? "CPUID tells of no such cache"
		               : "less than twice the cache above";
	case ERR_TOO_LARGE:
		return "the cache above is too large to be filled";
	default:
		return NO_MEMORY;
	}
}

static const char *equip_walk(const struct plan *plan, struct experiment *experiment)
{
	struct workspace *const workspace = plan->workspace;
	const struct experiment_spec *const spec = &experiment->spec;
	const struct walk_setting *const setting = spec->setting;
	const struct aim aim = { .va = VA_WALKS, .pcid = PCID_HOME };
	const char *lacks;

	if (walk_pages_open(&workspace->walk_pages, workspace->pool,
	                    workspace->space.root, workspace->nx) != ERR_NONE)
		return NO_MEMORY;
	lacks = place_lacks(plan, setting->at);
	if (lacks != NULL)
		return lacks;
	set_contexts(plan, experiment);
	experiment->pair = (struct pair){
		.a = make_window(plan, spec, &aim, false),
		.b = make_window(plan, spec, &aim, true),
		.args = workspace_args(workspace, spec->op, &aim, spec->pcide, 0),
		.priming = &experiment->priming,
		.priming_b = &experiment->priming_b,
		.span = SPAN_REFILL,
		.divisor = spec->divisor,
	};
	experiment->pair.args.data = VA_WALKS;
	return experiment->pair.a == NULL || experiment->pair.b == NULL ? NO_MEMORY
	                                                                : NULL;
}

static void begin(struct experiment *experiment)
{
	(void)experiment;
	this_cpu()->retries = (struct page_retries){
		.from = VA_WALKS,
		.to = page_va(WALKED_PAGES),
		.left = RETRIES,
	};
}

static void end(struct experiment *experiment)
{
	(void)experiment;
	this_cpu()->retries = (struct page_retries){ 0 };
}

static bool is_shown(const struct experiment *experiment)
{
	return experiment->walk[1].unset == 0;
}

/* Without an operation there is none to be disbelieved: the row has failed. */
static struct mishap mishap(const struct experiment *experiment)
{
	if (experiment->spec.op == tlb_op_none && !is_shown(experiment))
		return (struct mishap){
			ROW_FAILED, "an access left A or D clear that it has to set"
		};
	return (struct mishap){ ROW_OK, NULL };
}

const struct shape shape_walk = {
	.equip = equip_walk,
	.begin = begin,
	.end = end,
	.mishap = mishap,
	.is_shown = is_shown,
};

/* One more window of B, for what is looked at behind it. */
static const struct walk_context *run_b(const struct window_args *args)
{
	const struct experiment *const experiment = args->context;
	struct window_args own = experiment->pair.args;

	prime(&experiment->priming_b);
	experiment->pair.b(&own);
	return &experiment->walk[1];
}

static uint32_t count_faults(const struct window_args *args, bool b)
{
	const uint32_t before = this_cpu()->retries.taken;

	if (!b)
		return 0;
	(void)run_b(args);
	return (this_cpu()->retries.taken - before) * PER / WALKED_PAGES;
}

static uint32_t count_unset(const struct window_args *args, bool b)
{
	const struct walk_context *context;

	if (!b)
		return 0;
	context = run_b(args);
	return walk_pages_lacking(context->pages,
	                          context->setting.lacks | PTE_ACCESSED) *
	       PER / WALKED_PAGES;
}

static const char *equip_count(struct experiment *experiment, pair_count *counting)
{
	struct experiment *const before = experiment - experiment->spec.back;

	experiment->pair = (struct pair){
		.count = counting,
		.args = { .context = before },
		.divisor = experiment->spec.divisor,
	};
	return before->skip;
}

static const char *equip_faults(const struct plan *plan, struct experiment *experiment)
{
	(void)plan;
	return equip_count(experiment, count_faults);
}

static const char *equip_unset(const struct plan *plan, struct experiment *experiment)
{
	(void)plan;
	return equip_count(experiment, count_unset);
}

const struct shape shape_walk_faults = {
	.equip = equip_faults,
	.begin = begin,
	.end = end,
};
const struct shape shape_walk_unset = {
	.equip = equip_unset,
	.begin = begin,
	.end = end,
};
