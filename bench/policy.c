/*
 * What a way to give out PCIDs costs a processor that runs many processes in turn.
 *
 * A reference string says who runs next; each touches 8 pages of its own.  Decisions
 * are made beforehand (schedule.h); the window loads and flushes what was
 * decided. The other arm makes the same accesses in the same order, through one large
 * page, and loads nothing: what is left is the switches and the translations they cost.
 */
#include "bench/harness/experiment/derived_row.h"
#include "bench/harness/experiment/plan.h"
#include "bench/harness/experiment/script_shape.h"
#include "bench/variant.h"

/* The last one takes 80 MiB of page tables: only where all points are measured. */
static const uint32_t process_counts[] = { 2, 4, 6, 8, 16, 64, 1024, 5000 };
#define PROCESS_COUNTS (sizeof process_counts / sizeof process_counts[0])

#define PAGES_EACH 8u

/* Processes this far apart have the same lines behind the same addresses. */
#define OWN_LINES (LINES / PAGES_EACH)

struct policy {
	struct shape shape; /* rows name it, and equip() finds the rest */
	enum reference_order order;
	const char *name;
	uint32_t slots;
};

static const char *equip(const struct plan *plan, struct experiment *experiment);

#define POLICIES(order)                                                                \
	{                                                                              \
		{ { .equip = equip }, order, "nopcid", 0 },                            \
			{ { .equip = equip }, order, "perprocess", PCID_SLOTS_MAX },   \
			{ { .equip = equip }, order, "lru4", 4 },                      \
			{ { .equip = equip }, order, "lru6", 6 },                      \
			{ { .equip = equip }, order, "lru8", 8 },                      \
			{ { .equip = equip }, order, "lru16", 16 },                    \
			{ { .equip = equip }, order, "lru64", 64 },                    \
	}
#define POLICY_COUNT 7u

static const struct policy at_random[POLICY_COUNT] = POLICIES(REFERENCES_RANDOM);
static const struct policy by_zipf[POLICY_COUNT] = POLICIES(REFERENCES_ZIPF);

static bool is_long(const struct config *config)
{
	return config->profile->sweep == SWEEP_ALL;
}

static unsigned points(const struct config *config)
{
	return is_long(config) ? PROCESS_COUNTS : PROCESS_COUNTS - 1;
}

/* Steps that are timed, and before them, so that the TLB is as it would be. */
static uint32_t step_count(const struct config *config)
{
	return config->profile->sweep == SWEEP_ENDS ? 64 : 512;
}

static uint32_t warm_count(const struct config *config)
{
	return config->profile->sweep == SWEEP_ENDS ? 16 : 256;
}

static struct spaces_spec spaces_of(uint32_t processes)
{
	return (struct spaces_spec){ .count = processes, .pages = PAGES_EACH };
}

static uint32_t first_page(uint32_t process)
{
	return process % OWN_LINES * PAGES_EACH;
}

static uint32_t pages_of(uint32_t processes)
{
	return (processes < OWN_LINES ? processes : OWN_LINES) * PAGES_EACH;
}

static enum err map_processes(const struct script_area *scripts,
                              const struct chase_arena *arena)
{
	for (uint32_t i = 0; i < scripts->processes.spec.count; i++) {
		const enum err err =
			spaces_map(&scripts->processes, i, arena, first_page(i));

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* As many as there will be, or as there is room for. */
static enum err open_processes(struct workspace *workspace, const struct config *config)
{
	struct script_area *const scripts = &workspace->script_area;
	enum err err = ERR_NONE;

	if (scripts->processes.tables != 0)
		return ERR_NONE;
	for (unsigned i = points(config); i-- != 0;) {
		const struct spaces_spec spec = spaces_of(process_counts[i]);

		err = spaces_open(&scripts->processes, &spec, workspace->pool,
		                  workspace->space.root);
		if (err == ERR_NONE)
			return map_processes(scripts, &workspace->arena);
	}
	return err;
}

/* Other benchmarks have had the lines meanwhile. */
static void link_lines(const struct chase_arena *arena, uint32_t processes)
{
	for (uint32_t page = 0; page < pages_of(processes); page += PAGES_EACH)
		chase_arena_link(arena, &(struct trail){
						.layout = spaces_layout(),
						.first = page,
						.pages = PAGES_EACH,
						.order = ORDER_RANDOM,
						.seed = page,
					});
}

/* For a schedule: context is the workspace. */
static void describe(const void *context, uint32_t process, struct script_step *step)
{
	const struct workspace *const workspace = context;
	const uint32_t page = first_page(process);

	step->cr3 = spaces_root(&workspace->script_area.processes, process);
	step->spread = chase_arena_base(spaces_layout());
	step->dense = VA_LINES_DENSE;
	step->spread_first =
		(uint32_t)chase_arena_spread(&workspace->arena, spaces_layout(), page);
	step->dense_first = chase_arena_dense(page);
}

static enum dropping dropping_by(const struct tlb_op *op)
{
	if (op->by == BY_INVPCID)
		return DROP_BY_INVPCID;
	return op->names == NAMES_ANOTHER ? DROP_BY_CR3 : DROP_BY_LOAD;
}

/* Enough references for the slots to be taken, by Zipf's order too. */
static uint32_t references_before(const struct policy *policy, uint32_t processes)
{
	return 16 * (processes < policy->slots ? processes : policy->slots);
}

static const char *play(const struct plan *plan, struct experiment *experiment,
                        const struct policy *policy)
{
	struct workspace *const workspace = plan->workspace;
	const uint32_t count = step_count(plan->config);
	const uint32_t warm = warm_count(plan->config);
	struct script_step *const steps =
		script_area_steps(&workspace->script_area, warm + count);
	const struct schedule schedule = {
		.processes = experiment->spec.value,
		.order = policy->order,
		.seed = plan->config->seed,
		.slots = policy->slots,
		.dropping = dropping_by(experiment->spec.op),
		.before = references_before(policy, experiment->spec.value),
		.accesses = PAGES_EACH,
		.describe = describe,
		.context = workspace,
		.descriptors = script_area_descriptors(),
	};

	if (steps == NULL)
		return NO_MEMORY;
	schedule_write(&schedule, script_area_scheduler(&workspace->script_area), steps,
	               warm, count);
	return script_shape_equip(plan, experiment,
	                          &(struct script_run){ steps, warm, count });
}

static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	const uint32_t processes = experiment->spec.value;
	struct workspace *const workspace = plan->workspace;

	if (workspace_open_scripts(workspace) != ERR_NONE ||
	    workspace_map_lines(workspace, spaces_layout(), pages_of(processes)) !=
	            ERR_NONE ||
	    open_processes(workspace, plan->config) != ERR_NONE ||
	    workspace->script_area.processes.spec.count < processes)
		return NO_MEMORY;
	link_lines(&workspace->arena, processes);
	return play(plan, experiment, (const struct policy *)experiment->spec.shape);
}

static void name_variant(struct experiment_spec *spec, const struct policy *policy,
                         const char *reading)
{
	spec->variant[0] = '\0';
	variant_add(spec, policy->order == REFERENCES_ZIPF ? "zipf" : "random");
	variant_add(spec, policy->name);
	variant_add(spec, reading);
}

/* One script in four readings. */
static void plan_script(struct plan *plan, const struct policy *policy,
                        const struct tlb_op *op, uint32_t processes)
{
	const uint32_t steps = step_count(plan_config(plan));
	struct experiment_spec spec = {
		.op = op,
		.shape = &policy->shape,
		.param = "processes",
		.value = processes,
		.divisor = steps,
		.pcide = policy->slots != 0,
	};

	name_variant(&spec, policy, NULL);
	plan_add(plan, &spec);
	spec.shape = &shape_derived;
	spec.back = 1;
	spec.divisor = steps * PAGES_EACH;
	name_variant(&spec, policy, "access");
	plan_add(plan, &spec);
	spec.shape = &shape_flushes;
	spec.back = 2;
	spec.divisor = steps;
	spec.unit = "count";
	name_variant(&spec, policy, "flushes");
	plan_add(plan, &spec);
	spec.shape = &shape_loads;
	spec.back = 3;
	name_variant(&spec, policy, "loads");
	plan_add(plan, &spec);
}

/* Where nothing has to be dropped it does not matter how it would be. */
static void plan_policy(struct plan *plan, const struct policy *policy,
                        uint32_t processes)
{
	if (policy->slots == 0) {
		plan_script(plan, policy, tlb_op_named("cr3_reload"), processes);
		return;
	}
	plan_script(plan, policy, tlb_op_named("cr3_pcid_flush"), processes);
	if (processes <= policy->slots)
		return;
	plan_script(plan, policy, tlb_op_named("invpcid_context"), processes);
	plan_script(plan, policy, tlb_op_named("invpcid_by_cr3"), processes);
}

static void plan_order(struct plan *plan, const struct policy *policies)
{
	const unsigned count = points(plan_config(plan));

	for (unsigned i = 0; i < count; i++)
		if (plan_has_point(plan, process_counts, count, i))
			for (unsigned k = 0; k < POLICY_COUNT; k++)
				plan_policy(plan, &policies[k], process_counts[i]);
}

static void plan_random(struct plan *plan)
{
	plan_order(plan, at_random);
}

static void plan_zipf(struct plan *plan)
{
	plan_order(plan, by_zipf);
}

static uint64_t frames(const struct config *config)
{
	const uint32_t processes = process_counts[points(config) - 1];
	const struct spaces_spec spec = spaces_of(processes);

	return SCRIPT_AREA_FRAMES + spaces_frames(&spec) +
	       chase_arena_frames(spaces_layout(), pages_of(processes));
}

const struct bench bench_policy_random = {
	.name = "policy",
	.plan = plan_random,
	.bends = true,
	.frames = frames,
};

/* By itself, since a plan has no room for both; its spaces are those of the other. */
const struct bench bench_policy_zipf = {
	.name = "policy",
	.plan = plan_zipf,
	.bends = true,
};
