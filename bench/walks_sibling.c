/*
 * Walks where the boot processor's core has another thread: what one costs while that
 * thread spins or walks, and how many of its translations an operation here drops.
 * Threads of a core may share TLBs, caches of upper levels and page walkers.
 */
#include "bench/harness/target/sibling_shape.h"
#include "bench/harness/walk/walk_shape.h"
#include "bench/remote_plan.h"
#include "bench/variant.h"

/* The other thread, or whoever is nearest: those rows are skipped. */
static struct remote_spec sibling(const struct plan *plan, enum target_work work)
{
	struct remote_place places[REMOTE_PLACES];

	(void)remote_places(plan, places);
	return (struct remote_spec){
		.mode = REMOTE_LOCAL,
		.state = work == TARGET_IDLE ? (uint8_t)remote_busy_state(plan)
		                             : (uint8_t)SMP_WORK,
		.work = (uint8_t)work,
		.first = places[0].member,
		.owners = 1,
	};
}

static void plan_beside(struct plan *plan, const struct walk_setting *setting,
                        enum target_work work)
{
	struct experiment_spec spec = {
		.op = tlb_op_named("cr3_reload"),
		.shape = &shape_walk_beside,
		.setting = setting,
		.copies_b = 1,
		.targets = 1,
		.divisor = WALKED_PAGES,
		.remote = sibling(plan, work),
	};

	variant_add(&spec, "load");
	variant_add(&spec, setting->at == WALK_AT_L1 ? "l1" : "memory");
	variant_add(&spec, "sibling");
	variant_add(&spec, target_work_name(work));
	plan_add(plan, &spec);
}

static void plan_lost(struct plan *plan, const char *op)
{
	struct experiment_spec spec = {
		.op = tlb_op_named(op),
		.shape = &shape_sibling_lost,
		.unit = "count",
		.targets = 1,
		.divisor = 1,
		.remote = sibling(plan, TARGET_IDLE),
	};

	spec.remote.pages = WALKED_PAGES;
	variant_add(&spec, "sibling");
	variant_add(&spec, "lost");
	plan_add(plan, &spec);
}

static void plan_siblings(struct plan *plan)
{
	static const struct walk_setting near = { .at = WALK_AT_L1 };
	static const struct walk_setting far = { .at = WALK_AT_MEMORY };
	static const char *const ops[] = { "invlpg", "cr3_reload", "cr4_pge_toggle",
		                           "invpcid_all_global" };
	const unsigned count = plan_is_longest(plan) ? 4 : 3;

	if (plan_config(plan)->profile->sweep == SWEEP_ENDS) {
		plan_lost(plan, ops[0]);
		return;
	}
	plan_beside(plan, &near, TARGET_SPIN);
	plan_beside(plan, &near, TARGET_WALKS);
	if (plan_is_longest(plan)) {
		plan_beside(plan, &far, TARGET_SPIN);
		plan_beside(plan, &far, TARGET_WALKS);
	}
	for (unsigned i = 0; i < count; i++)
		plan_lost(plan, ops[i]);
}

/* What walks has, what is changed for the other thread, and what it walks for. */
static uint64_t frames(const struct config *config)
{
	return walk_pages_frames(false) + remote_flush_frames(config) + 4;
}

const struct bench bench_walks_sibling = {
	.name = "walks",
	.plan = plan_siblings,
	.frames = frames,
};
