/*
 * What a page walk costs by what it meets: where in the caches the page's entry lies,
 * and whether the accessed or the dirty bit has to be set.  And what a store costs
 * whose page is in the TLB as clean, or as read-only and may be written by now.
 *
 * The other arm makes the same accesses to pages that the TLB has: the figure is what a
 * walk takes longer than a hit.
 */
#include "bench/harness/walk/walk_shape.h"
#include "bench/variant.h"

/* What is counted of it besides the ticks. */
enum counted { COUNT_NOTHING, COUNT_FAULTS, COUNT_UNSET };

/* The shortest profile that has it. */
enum since { SINCE_SMOKE, SINCE_QUICK, SINCE_FULL };

struct case_of_walk {
	const char *op;
	struct walk_setting setting;
	enum since since;
	enum counted counted;
};

#define A PTE_ACCESSED
#define D PTE_DIRTY
#define W PTE_WRITABLE

#define WALK(op, name, held_lacks, lacks, stores, at, since, counted)                  \
	{                                                                              \
		op, { name, held_lacks, lacks, stores, at }, since, counted            \
	}
#define LOAD(name, lacks, at, since)                                                   \
	WALK("cr3_reload", name, 0, lacks, false, at, since, COUNT_NOTHING)
#define STORE(name, lacks, at, since)                                                  \
	WALK("cr3_reload", name, 0, lacks, true, at, since, COUNT_NOTHING)
#define HELD(name, held_lacks, lacks, at, since, counted)                              \
	WALK("none", name, held_lacks, lacks, true, at, since, counted)

/*
 * `cleared` is what a kernel gets that clears D and does not flush: the TLB has the
 * page as dirty, and the store sets nothing.  With INVLPG it does, as in
 * ptep_clear_flush(); `clean` is in the TLB since a load.
 */
static const struct case_of_walk cases[] = {
	LOAD(NULL, 0, WALK_AT_L1, SINCE_SMOKE),
	LOAD(NULL, 0, WALK_AT_L2, SINCE_QUICK),
	LOAD(NULL, 0, WALK_AT_L3, SINCE_QUICK),
	LOAD(NULL, 0, WALK_AT_MEMORY, SINCE_SMOKE),
	LOAD("accessed", A, WALK_AT_L1, SINCE_QUICK),
	LOAD("accessed", A, WALK_AT_MEMORY, SINCE_FULL),
	STORE(NULL, 0, WALK_AT_L1, SINCE_QUICK),
	STORE(NULL, 0, WALK_AT_MEMORY, SINCE_FULL),
	STORE("dirty", D, WALK_AT_L1, SINCE_SMOKE),
	STORE("dirty", D, WALK_AT_MEMORY, SINCE_FULL),
	STORE("new", A | D, WALK_AT_L1, SINCE_QUICK),
	STORE("new", A | D, WALK_AT_MEMORY, SINCE_FULL),
	WALK("invlpg", "dirty", 0, D, true, WALK_AT_L1, SINCE_QUICK, COUNT_NOTHING),
	HELD("clean", D, D, WALK_AT_L1, SINCE_QUICK, COUNT_NOTHING),
	HELD("clean", D, D, WALK_AT_MEMORY, SINCE_FULL, COUNT_NOTHING),
	HELD("cleared", 0, D, WALK_AT_L1, SINCE_QUICK, COUNT_UNSET),
	HELD("upgrade", W, 0, WALK_AT_L1, SINCE_SMOKE, COUNT_FAULTS),
	HELD("upgrade", W, 0, WALK_AT_MEMORY, SINCE_FULL, COUNT_FAULTS),
};
#define CASES (sizeof cases / sizeof cases[0])

static bool has_case(const struct plan *plan, enum since since)
{
	if (since == SINCE_FULL)
		return plan_is_longest(plan);
	return since == SINCE_SMOKE || plan_config(plan)->profile->sweep != SWEEP_ENDS;
}

static struct experiment_spec spec_of(const struct case_of_walk *one)
{
	static const char *const places[] = {
		[WALK_AT_L1] = "l1",
		[WALK_AT_L2] = "l2",
		[WALK_AT_L3] = "l3",
		[WALK_AT_MEMORY] = "memory",
	};
	const struct tlb_op *const op = tlb_op_named(one->op);
	struct experiment_spec spec = {
		.op = op,
		.shape = &shape_walk,
		.setting = &one->setting,
		.divisor = WALKED_PAGES,
	};

	if (op != tlb_op_none)
		spec.copies_b = op->takes_page ? WALKED_PAGES : 1;
	variant_add(&spec, one->setting.stores ? "store" : "load");
	variant_add(&spec, one->setting.name);
	variant_add(&spec, places[one->setting.at]);
	return spec;
}

static void plan_case(struct plan *plan, const struct case_of_walk *one)
{
	struct experiment_spec spec = spec_of(one);

	plan_add(plan, &spec);
	if (one->counted == COUNT_NOTHING)
		return;
	spec.shape =
		one->counted == COUNT_FAULTS ? &shape_walk_faults : &shape_walk_unset;
	spec.back = 1;
	spec.unit = "count";
	spec.divisor = 1;
	variant_add(&spec, one->counted == COUNT_FAULTS ? "faults" : "unset");
	plan_add(plan, &spec);
}

static void plan_walks(struct plan *plan)
{
	for (unsigned i = 0; i < CASES; i++)
		if (has_case(plan, cases[i].since))
			plan_case(plan, &cases[i]);
}

static uint64_t frames(const struct config *config)
{
	return walk_pages_frames(config->profile->sweep != SWEEP_ENDS);
}

const struct bench bench_walks = {
	.name = "walks",
	.plan = plan_walks,
	.frames = frames,
};
