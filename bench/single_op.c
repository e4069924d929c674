/*
 * What one operation costs by itself, and with the first misses it causes.
 *
 * first: one operation against none, with a working set in the TLB, so that there is
 * something to drop.  marginal: 2U operations against U, back to back; later ones find
 * an empty TLB, which flatters a full flush, so the two are read together.  first-incl:
 * one operation from pages that are not global, and then the first accesses to code,
 * stack and data: the slope over the pages touched is the refill of a page.
 */
#include "bench/harness/experiment/bench.h"

#include "bench/variant.h"

static const uint32_t touched_points[] = { 0, 1, 2, 4, 8, 16 };
#define TOUCHED_POINTS (sizeof touched_points / sizeof touched_points[0])

static const uint32_t store_counts[] = { 16, 64 };

/* State of the processor and PCID aimed at, as variants name them. */
struct setting {
	bool pcide, names_another, tce;
};

struct target_variant {
	const char *name;
	enum target_kind kind;
	bool is_absent;
	bool has_marginal;
	bool with_pcide;    /* measured with CR4.PCIDE set as well */
	bool by_descriptor; /* makes sense for INVPCID, which keeps global pages */
};

static const struct target_variant targets[] = {
	{ "4k", TARGET_4K, false, true, true, true },
	{ "4k-absent", TARGET_4K, true, false, false, true },
	{ "4k-global", TARGET_4K_GLOBAL, false, false, true, false },
	{ "2m", TARGET_2M, false, true, false, true },
	{ "1g", TARGET_1G, false, true, false, false },
};
#define TARGETS (sizeof targets / sizeof targets[0])

static void name_variant(struct experiment_spec *spec, const char *phase,
                         const char *size, const char *more)
{
	const char *const parts[] = {
		phase,
		size,
		spec->pcide ? "pcide" : NULL,
		spec->names_another ? "otherpcid" : NULL,
		spec->tce ? "tce" : NULL,
		more,
	};

	for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
		variant_add(spec, parts[i]);
}

static struct experiment_spec spec_of(const struct plan *plan, const struct tlb_op *op,
                                      struct setting setting)
{
	return (struct experiment_spec){
		.op = op,
		.param = "pages",
		.value = plan_config(plan)->primed_pages,
		.copies_b = 1,
		.divisor = 1,
		.target_pages = op->takes_page ? 1 : 0,
		.working_pages = plan_config(plan)->primed_pages,
		.pcide = setting.pcide,
		.names_another = setting.names_another,
		.tce = setting.tce,
	};
}

/*
 * An operation that drops global entries drops the page the window runs from: its
 * next fetch is a walk and falls into the window.  The name says so.
 */
static const char *first_phase(const struct tlb_op *op)
{
	return op->drops_globals ? "first-fetch" : "first-bare";
}

static const char *size_of(const struct tlb_op *op, const struct target_variant *target)
{
	return op->takes_page ? target->name : NULL;
}

static void plan_first(struct plan *plan, const struct tlb_op *op,
                       struct setting setting, const struct target_variant *target)
{
	struct experiment_spec spec = spec_of(plan, op, setting);

	spec.target = target->kind;
	spec.target_is_absent = target->is_absent;
	name_variant(&spec, first_phase(op), size_of(op, target), NULL);
	plan_add(plan, &spec);
}

static void plan_marginal(struct plan *plan, const struct tlb_op *op,
                          struct setting setting, const struct target_variant *target,
                          enum clock clock)
{
	struct experiment_spec spec = spec_of(plan, op, setting);
	const uint32_t reach = workspace_reach(target->kind);
	uint32_t unroll = plan_unroll(plan);

	if (op->takes_page && 2 * unroll > reach)
		unroll = reach / 2;
	spec.copies_a = unroll;
	spec.copies_b = 2 * unroll;
	spec.divisor = unroll;
	spec.target = target->kind;
	spec.target_pages = op->takes_page ? 2 * unroll : 0;
	spec.clock = clock;
	name_variant(&spec, "marginal", size_of(op, target),
	             clock == CLOCK_PMC ? "cycles" : NULL);
	plan_add(plan, &spec);
}

/* Stores that are still on their way when the operation comes. */
static void plan_stores(struct plan *plan, const struct tlb_op *op,
                        struct setting setting, uint32_t stores)
{
	struct experiment_spec spec = spec_of(plan, op, setting);

	spec.stores = stores;
	name_variant(&spec, first_phase(op), size_of(op, &targets[0]), NULL);
	variant_add_number(&spec, "stores", stores);
	plan_add(plan, &spec);
}

enum touched { TOUCH_CODE, TOUCH_STACK, TOUCH_DATA, TOUCH_KINDS };

static void plan_touched(struct plan *plan, const struct tlb_op *op,
                         struct setting setting, enum touched touched, uint32_t pages)
{
	static const char *const names[TOUCH_KINDS] = { "code", "stack", "data" };
	struct experiment_spec spec = spec_of(plan, op, setting);

	spec.param = "touched";
	spec.value = pages;
	spec.alias = ALIAS_LOCAL;
	spec.touches = (struct touches){
		.code = touched == TOUCH_CODE ? pages : 0,
		.stack = touched == TOUCH_STACK ? pages : 0,
		.data = touched == TOUCH_DATA ? pages : 0,
	};
	name_variant(&spec, "first-incl", size_of(op, &targets[0]), names[touched]);
	plan_add(plan, &spec);
}

/* Every kind of page that op can aim at; once if it aims at none. */
static void plan_targets(struct plan *plan, const struct tlb_op *op,
                         struct setting setting)
{
	const bool all = !setting.pcide && !setting.tce;

	for (unsigned i = 0; i < (op->takes_page ? TARGETS : 1); i++) {
		const struct target_variant *const target = &targets[i];

		if ((op->takes_descriptor && !target->by_descriptor) ||
		    (!all && !target->with_pcide))
			continue;
		plan_first(plan, op, setting, target);
		if (target->has_marginal)
			plan_marginal(plan, op, setting, target, CLOCK_RDTSCP);
	}
}

/* What costs many rows is measured in one setting. */
static void plan_sweeps(struct plan *plan, const struct tlb_op *op,
                        struct setting setting)
{
	plan_marginal(plan, op, setting, &targets[0], CLOCK_PMC);
	for (unsigned i = 0; i < sizeof store_counts / sizeof store_counts[0]; i++)
		plan_stores(plan, op, setting, store_counts[i]);
	for (unsigned kind = 0; kind < TOUCH_KINDS; kind++)
		for (unsigned i = 0; i < TOUCHED_POINTS; i++)
			if (plan_has_point(plan, touched_points, TOUCHED_POINTS, i))
				plan_touched(plan, op, setting, (enum touched)kind,
				             touched_points[i]);
}

/* The current PCID, then another; nothing here names one without CR4.PCIDE. */
static void plan_pcids(struct plan *plan, const struct tlb_op *op, bool pcide)
{
	if (op->names != NAMES_ANOTHER)
		plan_targets(plan, op, (struct setting){ .pcide = pcide });
	if (op->names != NAMES_NONE && pcide) {
		const struct setting another = {
			.pcide = true,
			.names_another = true,
		};

		plan_first(plan, op, another, &targets[0]);
		plan_marginal(plan, op, another, &targets[0], CLOCK_RDTSCP);
	}
}

static void plan_op(struct plan *plan, const struct tlb_op *op)
{
	const bool without = tlb_op_exists(op, false);

	for (unsigned pcide = 0; pcide <= 1; pcide++)
		if (op != tlb_op_none && tlb_op_exists(op, pcide != 0))
			plan_pcids(plan, op, pcide != 0);
	if (op == tlb_op_none)
		plan_targets(plan, op, (struct setting){ 0 });
	/* Who names a page may leave other upper levels alone while EFER.TCE is set. */
	if (op->takes_page) {
		const struct setting with_tce = { .tce = true };

		plan_first(plan, op, with_tce, &targets[0]);
		plan_marginal(plan, op, with_tce, &targets[0], CLOCK_RDTSCP);
	}
	if (plan_is_swept(plan, op))
		plan_sweeps(plan, op,
		            (struct setting){
				    .pcide = !without,
				    .names_another = op->names == NAMES_ANOTHER,
			    });
}

static void plan_single_op(struct plan *plan)
{
	for (unsigned i = 0; i < TLB_OPS; i++)
		if (!tlb_ops[i].runs_flat)
			plan_op(plan, &tlb_ops[i]);
}

/* Their windows cannot be in other pages, so there is no first-incl. */
static void plan_paging_off(struct plan *plan)
{
	for (unsigned i = 0; i < TLB_OPS; i++)
		if (tlb_ops[i].runs_flat)
			plan_targets(plan, &tlb_ops[i], (struct setting){ 0 });
}

const struct bench bench_single_op = {
	.name = "single_op",
	.plan = plan_single_op,
	.each_core_type = true,
};

/* By itself, so that all other rows are delivered when it begins. */
const struct bench bench_paging_off = {
	.name = "single_op",
	.plan = plan_paging_off,
	.each_core_type = true,
};
