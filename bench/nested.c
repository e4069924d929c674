/*
 * Nested paging on AMD SVM: what a guest's own invalidations cost it, with exits and
 * without; what the host pays to go into a guest and to drop its translations; and what
 * a walk costs that is made in two dimensions.
 */
#include "bench/harness/nested/nested.h"
#include "bench/harness/nested/nested_shape.h"
#include "bench/variant.h"

/* In a row: a stamp costs as much as some. */
#define TRIPS 16u

/* The shortest profile that has it. */
enum since { SINCE_SMOKE, SINCE_QUICK, SINCE_FULL };

struct case_of_nested {
	const char *op, *name;
	struct nested_setting setting;
	enum since since;
};

#define TRIP(name, flush, since)                                                       \
	{                                                                              \
		"none", name,                                                          \
			{ .how = NESTED_TRIPS,                                         \
			  .control = (flush),                                          \
			  .act = NESTED_ACTS },                                        \
			since                                                          \
	}
#define GUEST(op, name, does, exits, since)                                            \
	{                                                                              \
		op, name,                                                              \
			{ .how = NESTED_REPEAT,                                        \
			  .intercepted = (exits),                                      \
			  .act = (does) },                                             \
			since                                                          \
	}
#define WALK(name, does, size, since)                                                  \
	{                                                                              \
		"cr3_reload", name,                                                    \
			{ .how = NESTED_WALK, .page = (size), .act = (does) }, since   \
	}

static const struct case_of_nested cases[] = {
	TRIP("trip", TLB_CONTROL_NOTHING, SINCE_SMOKE),
	TRIP("trip-flushasid", TLB_CONTROL_ASID, SINCE_FULL),
	TRIP("trip-flushall", TLB_CONTROL_ALL, SINCE_QUICK),
	GUEST("invlpg", "marginal-guest", ACT_GUEST_INVLPG, false, SINCE_SMOKE),
	GUEST("invlpg", "marginal-exit", ACT_EXIT_INVLPG, true, SINCE_QUICK),
	GUEST("cr3_reload", "marginal-guest", ACT_GUEST_CR3, false, SINCE_QUICK),
	GUEST("cr3_reload", "marginal-exit", ACT_EXIT_CR3, true, SINCE_SMOKE),
	{ "cr3_reload",
	  "load-l1-host",
	  { .how = NESTED_WALK_HOST, .act = NESTED_ACTS },
	  SINCE_QUICK },
	WALK("load-l1-nested1g", ACT_GUEST_CR3, LEVEL_PDPT, SINCE_FULL),
	WALK("load-l1-nested2m", ACT_GUEST_CR3, LEVEL_PD, SINCE_QUICK),
	WALK("load-l1-nested4k", ACT_GUEST_CR3, LEVEL_PT, SINCE_SMOKE),
};
#define CASES (sizeof cases / sizeof cases[0])

/* 33: one more than Linux drops one by one. */
static const uint32_t page_points[] = { 1, 2, 4, 8, 16, 33 };
#define PAGE_POINTS (sizeof page_points / sizeof page_points[0])

static bool has_case(const struct plan *plan, enum since since)
{
	if (since == SINCE_FULL)
		return plan_is_longest(plan);
	return since == SINCE_SMOKE || plan_config(plan)->profile->sweep != SWEEP_ENDS;
}

static void count_copies(const struct plan *plan, struct experiment_spec *spec,
                         enum nested_how how)
{
	switch (how) {
	case NESTED_TRIPS:
		spec->copies_b = spec->divisor = TRIPS;
		break;
	case NESTED_REPEAT:
		spec->divisor = spec->copies_a = plan_unroll(plan);
		spec->copies_b = 2 * spec->copies_a;
		spec->target_pages = spec->op->takes_page ? spec->copies_b : 0;
		break;
	default:
		spec->copies_b = 1;
		spec->divisor = WALKED_PAGES;
	}
}

static void plan_case(struct plan *plan, const struct case_of_nested *one)
{
	struct experiment_spec spec = {
		.op = tlb_op_named(one->op),
		.shape = &shape_nested,
		.setting = &one->setting,
	};

	count_copies(plan, &spec, one->setting.how);
	variant_add(&spec, one->name);
	plan_add(plan, &spec);
}

/* Of pages that the guest has read, each by an INVLPGA of its own. */
static void plan_invlpga(struct plan *plan, uint32_t pages)
{
	static const struct nested_setting setting = {
		.how = NESTED_INVLPGA,
		.act = ACT_INVLPGA,
	};
	struct experiment_spec spec = {
		.op = tlb_op_none,
		.shape = &shape_nested,
		.setting = &setting,
		.param = "pages",
		.value = pages,
		.copies_b = pages,
		.divisor = 1,
		.target_pages = pages,
	};

	variant_add(&spec, "invlpga");
	plan_add(plan, &spec);
}

static void plan_nested(struct plan *plan)
{
	for (unsigned i = 0; i < CASES; i++)
		if (has_case(plan, cases[i].since))
			plan_case(plan, &cases[i]);
	for (unsigned i = 0; i < PAGE_POINTS; i++)
		if (plan_has_point(plan, page_points, PAGE_POINTS, i))
			plan_invlpga(plan, page_points[i]);
}

static uint64_t frames(const struct config *config)
{
	(void)config;
	return nested_shape_frames();
}

const struct bench bench_nested = {
	.name = "nested",
	.plan = plan_nested,
	.frames = frames,
};
