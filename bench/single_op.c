/*
 * What one operation costs by itself, and with the first misses it causes.
 *
 * first: one operation against none, with a working set in the TLB, so that there is
 * something to drop.  marginal: 2U operations against U, back to back; later ones find
 * an empty TLB, which flatters a full flush, so the two are read together.  first-incl:
 * one operation from pages that are not global, and then the first accesses to code,
 * stack and data: the slope over the pages touched is the refill of a page.
 */
#include "bench/harness/bench.h"

#include "lib/line.h"

static const uint32_t touched_points[] = { 0, 1, 2, 4, 8, 16 };
#define TOUCHED_POINTS (sizeof touched_points / sizeof touched_points[0])

static const uint32_t store_counts[] = { 16, 64 };

struct target_variant {
	const char *name;
	enum target_kind kind;
	bool is_absent;
	bool has_marginal;
};

static const struct target_variant targets[] = {
	{ "4k", TARGET_4K, false, true },
	{ "4k-absent", TARGET_4K, true, false },
	{ "4k-global", TARGET_4K_GLOBAL, false, false },
	{ "2m", TARGET_2M, false, true },
	{ "1g", TARGET_1G, false, true },
};

static void name_variant(struct experiment_spec *spec, const char *phase,
                         const char *size, const char *more)
{
	const char *const parts[] = { phase, size, more };
	struct line line;

	line_clear(&line);
	for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (parts[i] == NULL)
			continue;
		if (line.length != 0)
			line_put_char(&line, '-');
		line_put(&line, parts[i]);
	}
	line_to_string(&line, spec->variant, sizeof spec->variant);
}

static struct experiment_spec spec_of(const struct plan *plan, const struct tlb_op *op)
{
	return (struct experiment_spec){
		.op = op,
		.param = "pages",
		.value = plan_config(plan)->primed_pages,
		.copies_b = 1,
		.divisor = 1,
		.working_pages = plan_config(plan)->primed_pages,
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

static void plan_first(struct plan *plan, const struct tlb_op *op,
                       const struct target_variant *target)
{
	struct experiment_spec spec = spec_of(plan, op);

	spec.target = target->kind;
	spec.target_is_absent = target->is_absent;
	spec.target_pages = op->takes_page ? 1 : 0;
	name_variant(&spec, first_phase(op), op->takes_page ? target->name : NULL,
	             NULL);
	plan_add(plan, &spec);
}

static void plan_marginal(struct plan *plan, const struct tlb_op *op,
                          const struct target_variant *target, enum clock clock)
{
	struct experiment_spec spec = spec_of(plan, op);
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
	name_variant(&spec, "marginal", op->takes_page ? target->name : NULL,
	             clock == CLOCK_PMC ? "cycles" : NULL);
	plan_add(plan, &spec);
}

/* Stores that are still on their way when the operation comes. */
static void plan_stores(struct plan *plan, const struct tlb_op *op, uint32_t stores)
{
	struct experiment_spec spec = spec_of(plan, op);
	struct line line;
	char name[16];

	line_clear(&line);
	line_put(&line, "stores");
	line_put_u64(&line, stores);
	line_to_string(&line, name, sizeof name);
	spec.stores = stores;
	spec.target_pages = op->takes_page ? 1 : 0;
	name_variant(&spec, first_phase(op), op->takes_page ? "4k" : NULL, name);
	plan_add(plan, &spec);
}

enum touched { TOUCH_CODE, TOUCH_STACK, TOUCH_DATA, TOUCH_KINDS };

static void plan_touched(struct plan *plan, const struct tlb_op *op,
                         enum touched touched, uint32_t pages)
{
	static const char *const names[TOUCH_KINDS] = { "code", "stack", "data" };
	struct experiment_spec spec = spec_of(plan, op);

	spec.param = "touched";
	spec.value = pages;
	spec.alias = ALIAS_LOCAL;
	spec.target_pages = op->takes_page ? 1 : 0;
	spec.touches = (struct touches){
		.code = touched == TOUCH_CODE ? pages : 0,
		.stack = touched == TOUCH_STACK ? pages : 0,
		.data = touched == TOUCH_DATA ? pages : 0,
	};
	name_variant(&spec, "first-incl", op->takes_page ? "4k" : NULL, names[touched]);
	plan_add(plan, &spec);
}

static void plan_op(struct plan *plan, const struct tlb_op *op)
{
	const unsigned kinds = op->takes_page ? sizeof targets / sizeof targets[0] : 1;

	for (unsigned i = 0; i < kinds; i++) {
		plan_first(plan, op, &targets[i]);
		if (targets[i].has_marginal)
			plan_marginal(plan, op, &targets[i], CLOCK_RDTSCP);
	}
	plan_marginal(plan, op, &targets[0], CLOCK_PMC);
	for (unsigned i = 0; i < sizeof store_counts / sizeof store_counts[0]; i++)
		plan_stores(plan, op, store_counts[i]);
	for (unsigned kind = 0; kind < TOUCH_KINDS; kind++)
		for (unsigned i = 0; i < TOUCHED_POINTS; i++)
			if (plan_has_point(plan, touched_points, TOUCHED_POINTS, i))
				plan_touched(plan, op, (enum touched)kind,
				             touched_points[i]);
}

static void plan_single_op(struct plan *plan)
{
	for (unsigned i = 0; i < tlb_op_count; i++)
		plan_op(plan, &tlb_ops[i]);
}

const struct bench bench_single_op = {
	.name = "single_op",
	.plan = plan_single_op,
};
