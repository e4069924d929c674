/*
 * What an operation costs afterwards: the accesses behind it to a working set of W
 * pages, less the same accesses behind nothing.  A row of `none` says what translation
 * itself costs there: W pages one by one, less the same lines through one large page.
 */
#include "bench/harness/experiment/chase.h"
#include "bench/variant.h"

/*
 * Dependent, one chain: an access waits for the one before, and the figure is the
 * latency of a refill.  In CHASE_CHAINS chains as many may be on their way at once, as
 * far as the CPU has walkers for them: throughput.
 */
struct shape_of_set {
	const char *size, *order, *depth;
	enum tlb_page page;
	struct chase_arena_layout layout;
	enum chase_arena_order chain_order;
	bool cold;
	bool thorough; /* behind every operation; else behind those that stand for it */
	/* Working sets: so many pages, or so many times what the TLB holds. */
	uint32_t pages[2], times[3];
	uint32_t most; /* pages, for want of memory or addresses; 0: as many as there
	                  are */
};

#define LAYOUT(of, by)                                                                 \
	{                                                                              \
		.page = (of), .apart = (by)                                            \
	}

static const struct shape_of_set sets[] = {
	{ "4k",
	  "random",
	  "dense",
	  TLB_4K,
	  LAYOUT(LEVEL_PT, LEVEL_PT),
	  ORDER_RANDOM,
	  false,
	  true,
	  { 64, 512 },
	  { 1, 2, 4 },
	  0 },
	{ "4k",
	  "sequential",
	  "dense",
	  TLB_4K,
	  LAYOUT(LEVEL_PT, LEVEL_PT),
	  ORDER_SEQUENTIAL,
	  false,
	  false,
	  { 512 },
	  { 1 },
	  0 },
	{ "4k",
	  "strided",
	  "dense",
	  TLB_4K,
	  LAYOUT(LEVEL_PT, LEVEL_PT),
	  ORDER_STRIDED,
	  false,
	  false,
	  { 512 },
	  { 1 },
	  0 },
	{ "4k",
	  "random",
	  "dense",
	  TLB_4K,
	  LAYOUT(LEVEL_PT, LEVEL_PT),
	  ORDER_RANDOM,
	  true,
	  false,
	  { 64, 512 },
	  { 1 },
	  0 },
	{ "4k",
	  "random",
	  "by2m",
	  TLB_4K,
	  LAYOUT(LEVEL_PT, LEVEL_PD),
	  ORDER_RANDOM,
	  false,
	  false,
	  { 64, 512 },
	  { 0 },
	  512 },
	{ "4k",
	  "random",
	  "by1g",
	  TLB_4K,
	  LAYOUT(LEVEL_PT, LEVEL_PDPT),
	  ORDER_RANDOM,
	  false,
	  false,
	  { 64, 512 },
	  { 0 },
	  512 },
	{ "4k",
	  "random",
	  "by1g",
	  TLB_4K,
	  LAYOUT(LEVEL_PT, LEVEL_PDPT),
	  ORDER_RANDOM,
	  true,
	  false,
	  { 64 },
	  { 0 },
	  512 },
	{ "4k",
	  "random",
	  "by512g",
	  TLB_4K,
	  LAYOUT(LEVEL_PT, LEVEL_PML4),
	  ORDER_RANDOM,
	  false,
	  false,
	  { 64 },
	  { 0 },
	  128 },
	{ "4k",
	  "random",
	  "contiguous",
	  TLB_4K,
	  { .page = LEVEL_PT, .apart = LEVEL_PT, .contiguous = true },
	  ORDER_RANDOM,
	  false,
	  false,
	  { 64, 512 },
	  { 1, 2, 4 },
	  0 },
	{ "2m",
	  "random",
	  "dense",
	  TLB_2M,
	  LAYOUT(LEVEL_PD, LEVEL_PD),
	  ORDER_RANDOM,
	  false,
	  false,
	  { 32 },
	  { 1 },
	  0 },
	{ "1g",
	  "random",
	  "dense",
	  TLB_1G,
	  LAYOUT(LEVEL_PDPT, LEVEL_PDPT),
	  ORDER_RANDOM,
	  false,
	  false,
	  { 4 },
	  { 1 },
	  0 },
};
#define SETS (sizeof sets / sizeof sets[0])

#define SIZES_MAX 5u

/* In ascending order; returns how many.  The shortest profile has the least alone. */
static unsigned sizes_of(const struct plan *plan, const struct shape_of_set *set,
                         uint32_t *sizes)
{
	const uint32_t reach = plan_tlb_reach(plan, TLB_DATA, set->page);
	uint32_t last = 0;
	unsigned count = 0;

	for (unsigned i = 0; i < 2 && set->pages[i] != 0; i++)
		sizes[count++] = last = set->pages[i];
	if (plan_config(plan)->profile->sweep == SWEEP_ENDS)
		return 1;
	for (unsigned i = 0; i < 3 && set->times[i] != 0; i++) {
		const uint32_t size = reach * set->times[i];

		if (size > last && size <= chase_arena_reach(set->layout))
			sizes[count++] = last = size;
	}
	return count;
}

/* State of CR4.PCIDE, and whether the operation works on another PCID than the current.
 */
struct setting {
	bool pcide, names_another;
};

static struct experiment_spec spec_of(const struct plan *plan, const struct tlb_op *op,
                                      struct setting setting,
                                      const struct shape_of_set *set, uint32_t chains,
                                      uint32_t pages)
{
	struct experiment_spec spec = {
		.op = op,
		.shape = &shape_chase,
		.param = "pages",
		.value = pages,
		.copies_b = 1,
		.divisor = pages,
		.target_pages = op->takes_page ? 1 : 0,
		.pcide = setting.pcide,
		.names_another = setting.names_another,
		.chase = {
			.chains = {
				.layout = set->layout,
				.pages = pages,
				.count = chains,
				.order = set->chain_order,
				.seed = plan_config(plan)->seed,
			},
			.way_b = CHASE_SPREAD,
			.span = SPAN_REFILL,
			.cold = set->cold,
		},
	};

	variant_add(&spec, set->size);
	variant_add(&spec, setting.pcide ? "pcide" : NULL);
	variant_add(&spec, setting.names_another ? "otherpcid" : NULL);
	variant_add(&spec, set->order);
	variant_add(&spec, set->cold ? "cold" : "warm");
	variant_add(&spec, set->depth);
	if (chains != 1)
		variant_add_number(&spec, "chains", chains);
	return spec;
}

/* One for each way: reload, one page, globals too. */
static bool stands_for_others(const struct tlb_op *op, bool pcide)
{
	if (op->by == BY_CR3)
		return op->names != NAMES_ANOTHER && !op->home_keeps;
	return !pcide &&
	       (op->by == BY_INVLPG || (op->by == BY_CR4 && op->drops_globals));
}

struct sizes {
	unsigned count;
	uint32_t at[SIZES_MAX];
};

static void plan_op(struct plan *plan, const struct tlb_op *op, struct setting setting,
                    const struct shape_of_set *set, uint32_t chains,
                    const struct sizes *sizes)
{
	for (unsigned i = 0; i < sizes->count; i++) {
		struct experiment_spec spec =
			spec_of(plan, op, setting, set, chains, sizes->at[i]);

		if (op == tlb_op_none) {
			spec.copies_b = 0;
			spec.chase.way_a = CHASE_DENSE;
			variant_add(&spec, "large");
		}
		if (plan_has_point(plan, sizes->at, sizes->count, i))
			plan_add(plan, &spec);
	}
}

/*
 * The current PCID, then another, of which nothing but the page aimed at is touched:
 * what is dropped by the way is all that such a row contains.
 */
static void plan_pcids(struct plan *plan, const struct tlb_op *op, bool pcide,
                       const struct shape_of_set *set, uint32_t chains,
                       const struct sizes *sizes)
{
	if (op->names != NAMES_ANOTHER)
		plan_op(plan, op, (struct setting){ .pcide = pcide }, set, chains,
		        sizes);
	if (op->names != NAMES_NONE && pcide && set->thorough && chains == 1)
		plan_op(plan, op, (struct setting){ true, true }, set, chains, sizes);
}

/* Behind every operation, or those that stand for them. */
static void plan_ops(struct plan *plan, const struct shape_of_set *set, bool all,
                     uint32_t chains, const struct sizes *sizes)
{
	plan_op(plan, tlb_op_none, (struct setting){ 0 }, set, chains, sizes);
	for (unsigned i = 0; i < TLB_OPS; i++)
		for (unsigned pcide = 0; pcide <= 1; pcide++) {
			const struct tlb_op *const op = &tlb_ops[i];

			if (op == tlb_op_none || op->runs_flat ||
			    !tlb_op_exists(op, pcide != 0) || !plan_is_swept(plan, op))
				continue;
			if (all || stands_for_others(op, pcide != 0))
				plan_pcids(plan, op, pcide != 0, set, chains, sizes);
		}
}

/*
 * Whether frames in a row cost less is one row; but for the longest profile, and the
 * shortest, which has none.
 */
static void plan_contiguous_pages(struct plan *plan, const struct shape_of_set *set)
{
	const struct sizes sizes = { .count = 1, .at = { set->pages[1] } };

	if (plan_config(plan)->profile->sweep == SWEEP_ALL)
		plan_op(plan, tlb_op_none, (struct setting){ 0 }, set, 1, &sizes);
}

static void plan_set(struct plan *plan, const struct shape_of_set *set)
{
	struct sizes sizes = { 0 };

	if (set->layout.contiguous && !plan_is_longest(plan)) {
		plan_contiguous_pages(plan, set);
		return;
	}
	sizes.count = sizes_of(plan, set, sizes.at);
	plan_ops(plan, set, set->thorough, 1, &sizes);
	if (set->thorough)
		plan_ops(plan, set, false, CHASE_CHAINS, &sizes);
}

static void plan_refill(struct plan *plan)
{
	for (unsigned i = 0; i < SETS; i++)
		plan_set(plan, &sets[i]);
}

/* Of the largest working set there can be; what does not fit is skipped. */
static uint64_t frames(const struct config *config)
{
	uint64_t sum = 0;

	(void)config;
	for (unsigned i = 0; i < SETS; i++)
		sum += chase_arena_frames(sets[i].layout,
		                          sets[i].most == 0 ? LINES / 2 : sets[i].most);
	return sum;
}

const struct bench bench_refill = {
	.name = "refill",
	.plan = plan_refill,
	.each_core_type = true,
	.bends = true,
	.frames = frames,
};
