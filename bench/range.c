/*
 * What to do when N pages of an address space change: invalidate them one by one, or
 * drop everything?  Each row is the whole cost, the operations and then the accesses to
 * a working set of W other pages, less those accesses behind nothing.  Where the row of
 * N pages crosses that of a full flush is N*(W).
 *
 * What is lost is fetched again by accesses that wait for each other, or by some in
 * which CHASE_CHAINS may overlap: a full flush is dearer in the first way, and real
 * work is between the two.
 */
#include "bench/harness/experiment/chase.h"
#include "bench/variant.h"

static const uint32_t counts[] = { 1,  2,   4,   8,   16,  24,  32,   33,   48,  64,
	                           96, 128, 192, 256, 384, 512, 1024, 2048, 4096 };
#define COUNTS (sizeof counts / sizeof counts[0])
/* The last of them that profiles but the longest measure. */
#define COUNTS_SHORT (COUNTS - 2)

#define WORKING_SETS 5u

/* One by one: which operation, on which pages, in which state. */
struct scope {
	const char *name, *size, *op;
	const char *partner;
	enum target_kind kind;
	bool pcide;
	uint32_t most; /* pages */
	bool coarse;   /* powers of four alone, with the first and last working set */
	bool has_both; /* in chains as well */
};

/* Global pages, and those behind them are, too: a kernel's own. */
static bool is_kernel(const struct scope *scope)
{
	return scope->kind == TARGET_4K_GLOBAL;
}

static const struct scope scopes[] = {
	{ "range", "4k", "invlpg", NULL, TARGET_4K, false, 4096, false, true },
	/* What a kernel does for its own PCID, although it has INVPCID. */
	{ "range", "4k", "invlpg", NULL, TARGET_4K, true, 4096, false, true },
	/* What no kernel does. */
	{ "range", "4k", "invpcid_address", NULL, TARGET_4K, true, 4096, true, false },
	{ "pti", "4k", "invpcid_address", "invlpg", TARGET_4K, true, 4096, false,
	  false },
	{ "kernel", "4k", "invlpg", NULL, TARGET_4K_GLOBAL, false, 4096, true, false },
	{ "kernel", "4k", "invlpg", NULL, TARGET_4K_GLOBAL, true, 4096, true, false },
	{ "range", "2m", "invlpg", NULL, TARGET_2M, false, 1024, true, false },
	/* Of a process, whose PCID it names, and of the kernel, without one. */
	{ "range", "4k", "invlpgb_tlbsync", NULL, TARGET_4K, true, 4096, false, false },
	{ "kernel", "4k", "invlpgb_tlbsync", NULL, TARGET_4K_GLOBAL, false, 4096, true,
	  false },
};
#define SCOPES (sizeof scopes / sizeof scopes[0])

/*
 * All at once: an address space, both halves of one with page-table isolation, or
 * everything there is.
 */
struct flush {
	const char *name, *size, *op;
	const char *partner; /* drops the current PCID, where op drops the other */
	bool pcide, both, kernel;
	bool in_full; /* only in the longest profile */
};

static const struct flush flushes[] = {
	{ .name = "space", .op = "cr3_reload" },
	{ .name = "space", .op = "cr3_pcid_flush", .pcide = true },
	{ .name = "space", .op = "invpcid_context", .pcide = true },
	{ .name = "space", .op = "invlpgb_context", .pcide = true },
	{ .name = "pti-space",
	  .size = "4k",
	  .op = "cr3_pcid_flush",
	  .pcide = true,
	  .both = true },
	{ .name = "pti-space",
	  .size = "4k",
	  .op = "invpcid_context",
	  .partner = "cr3_pcid_flush",
	  .pcide = true,
	  .both = true,
	  .in_full = true },
	/* As kernels do it, where the working set is the user's. */
	{ .name = "pti-deferred",
	  .size = "4k",
	  .op = "cr3_pti_deferred",
	  .pcide = true,
	  .both = true },
	{ .name = "all", .op = "cr4_pge_toggle" },
	{ .name = "all", .op = "cr4_pge_toggle", .pcide = true },
	{ .name = "all", .op = "invpcid_all_global" },
	{ .name = "all", .op = "invpcid_all_global", .pcide = true },
	{ .name = "all", .op = "invpcid_all_non_global", .pcide = true },
	{ .name = "all", .op = "invlpgb_all_global", .pcide = true },
	{ .name = "kernel-all", .op = "cr4_pge_toggle", .kernel = true },
	{ .name = "kernel-all", .op = "cr4_pge_toggle", .pcide = true, .kernel = true },
	{ .name = "kernel-all", .op = "invpcid_all_global", .kernel = true },
	{ .name = "kernel-all",
	  .op = "invpcid_all_global",
	  .pcide = true,
	  .kernel = true },
	{ .name = "kernel-all", .op = "invlpgb_all_global", .kernel = true },
};
#define FLUSHES (sizeof flushes / sizeof flushes[0])

static bool has_set(const uint32_t *sets, unsigned count, uint32_t pages)
{
	while (count > 0 && sets[count - 1] != pages)
		count--;
	return count != 0;
}

/*
 * The smallest profile has the first two, the next one every second.  The largest can
 * be one of the others.
 */
static unsigned working_sets(const struct plan *plan, uint32_t *sets)
{
	const uint32_t reach = plan_tlb_reach(plan, TLB_DATA, TLB_4K);
	const uint32_t largest = reach > LINES / 8 ? LINES / 2 : 4 * reach;
	const uint32_t all[WORKING_SETS] = { 0, 64, 512, 1536, largest };
	const enum sweep sweep = plan_config(plan)->profile->sweep;
	const unsigned step = sweep == SWEEP_POWERS ? 2 : 1;
	const unsigned end = sweep == SWEEP_ENDS ? 2 : WORKING_SETS;
	unsigned count = 0;

	for (unsigned i = 0; i < end; i += step)
		if (!has_set(sets, count, all[i]))
			sets[count++] = all[i];
	return count;
}

/* The pages that are fetched again, and in how many chains. */
struct working_set {
	uint32_t pages, chains;
};

static struct experiment_spec spec_of(const struct plan *plan, const char *op,
                                      bool pcide, struct working_set set)
{
	return (struct experiment_spec){
		.op = tlb_op_named(op),
		.shape = &shape_chase,
		.copies_b = 1,
		.divisor = 1,
		.pcide = pcide,
		.chase = {
			.chains = {
				.layout = chase_arena_in_a_row(LEVEL_PT),
				.pages = set.pages,
				.count = set.chains,
				.seed = plan_config(plan)->seed,
			},
			.way_b = CHASE_SPREAD,
			.span = SPAN_TOTAL,
		},
	};
}

static void name(struct experiment_spec *spec, const char *scope, const char *size)
{
	variant_add(spec, scope);
	variant_add(spec, size);
	variant_add(spec, spec->pcide ? "pcide" : NULL);
	if (spec->chase.chains.count != 1)
		variant_add_number(spec, "chains", spec->chase.chains.count);
	variant_add_number(spec, "w", spec->chase.chains.pages);
}

static void plan_flush(struct plan *plan, const struct flush *flush,
                       struct working_set set)
{
	struct experiment_spec spec = spec_of(plan, flush->op, flush->pcide, set);

	if (flush->in_full && !plan_is_longest(plan))
		return;
	spec.names_another = flush->both;
	spec.chase.chains.layout.global = flush->kernel;
	if (flush->partner != NULL) {
		spec.target_pages = 1;
		spec.chase.repeats = 1;
		spec.chase.partner = tlb_op_named(flush->partner);
	}
	name(&spec, flush->name, flush->size);
	plan_add(plan, &spec);
}

/* So many global pages as a kernel may use between two flushes of its own. */
static bool is_kernel_set(uint32_t pages)
{
	return pages == 64 || pages == 512;
}

static void plan_flushes(struct plan *plan, struct working_set set)
{
	for (unsigned i = 0; i < FLUSHES; i++)
		if (!flushes[i].kernel || is_kernel_set(set.pages))
			plan_flush(plan, &flushes[i], set);
}

/* One operation without a loop around it. */
static void plan_page(struct plan *plan, struct working_set set)
{
	struct experiment_spec spec = spec_of(plan, "invlpg", false, set);

	spec.target_pages = 1;
	name(&spec, "page", "4k");
	plan_add(plan, &spec);
}

static void plan_range(struct plan *plan, const struct scope *scope,
                       struct working_set set, uint32_t pages)
{
	struct experiment_spec spec = spec_of(plan, scope->op, scope->pcide, set);

	spec.param = "pages";
	spec.value = pages;
	spec.target = scope->kind;
	spec.chase.chains.layout.global = is_kernel(scope);
	spec.target_pages = pages;
	spec.chase.repeats = pages;
	if (scope->partner != NULL) {
		/* The user's half of a process has a PCID of its own. */
		spec.chase.partner = tlb_op_named(scope->partner);
		spec.names_another = true;
	}
	name(&spec, scope->name, scope->size);
	plan_add(plan, &spec);
}

static bool is_measured(const struct plan *plan, const struct scope *scope, unsigned i)
{
	const bool full = plan_is_longest(plan);
	const unsigned end = full ? COUNTS : COUNTS_SHORT;
	const bool power_of_four =
		(counts[i] & (counts[i] - 1)) == 0 && (counts[i] & 0x55555555) != 0;

	return i < end && counts[i] <= scope->most &&
	       (!scope->coarse || power_of_four) &&
	       plan_has_point(plan, counts, end, i);
}

static bool has_working_set(const struct scope *scope, const uint32_t *sets,
                            unsigned set_count, unsigned set)
{
	if (is_kernel(scope))
		return is_kernel_set(sets[set]);
	return !scope->coarse || set == 0 || set == set_count - 1;
}

static void plan_scope(struct plan *plan, const struct scope *scope,
                       const uint32_t *sets, unsigned set_count)
{
	for (unsigned set = 0; set < set_count; set++)
		for (unsigned i = 0; i < COUNTS; i++)
			if (is_measured(plan, scope, i) &&
			    has_working_set(scope, sets, set_count, set))
				plan_range(plan, scope,
				           (struct working_set){ sets[set], 1 },
				           counts[i]);
}

/* In chains INVLPGB has no row of pages that such a flush could be held against. */
static bool has_both_ways(const struct flush *flush)
{
	return !flush->both && !flush->kernel &&
	       !tlb_op_is_broadcast_flush(tlb_op_named(flush->op));
}

/*
 * What kernels do page by page, and the flushes of one address space or of everything.
 * The cost is straight in N, so that powers of four are enough.
 */
static void plan_interleaved(struct plan *plan, uint32_t pages)
{
	const struct working_set set = { pages, CHASE_CHAINS };

	for (unsigned i = 0; i < FLUSHES; i++)
		if (has_both_ways(&flushes[i]))
			plan_flush(plan, &flushes[i], set);
	for (unsigned scope = 0; scope < SCOPES; scope++)
		for (unsigned i = 0; i < COUNTS; i++) {
			struct scope coarse = scopes[scope];

			coarse.coarse = true;
			if (scopes[scope].has_both && is_measured(plan, &coarse, i))
				plan_range(plan, &coarse, set, counts[i]);
		}
}

static void plan_ranges(struct plan *plan)
{
	uint32_t sets[WORKING_SETS];
	const unsigned set_count = working_sets(plan, sets);

	for (unsigned i = 0; i < set_count; i++) {
		const struct working_set set = { sets[i], 1 };

		plan_page(plan, set);
		plan_flushes(plan, set);
		if (sets[i] != 0)
			plan_interleaved(plan, sets[i]);
	}
	for (unsigned i = 0; i < SCOPES; i++)
		plan_scope(plan, &scopes[i], sets, set_count);
}

/* Tables for the working set and the pages that are invalidated. */
static uint64_t frames(const struct config *config)
{
	const struct chase_arena_layout small = chase_arena_in_a_row(LEVEL_PT);

	(void)config;
	return 2 * chase_arena_frames(small, LINES / 2);
}

const struct bench bench_range = {
	.name = "range",
	.plan = plan_ranges,
	.each_core_type = true,
	.frames = frames,
};
