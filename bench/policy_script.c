#include "bench/policy_script.h"

/* Wide ones have as many pages as there are lines: no two share one. */
#define WIDE_PAGES 512u
#define WIDE_PROCESSES (LINES / WIDE_PAGES)

/* Processes this far apart have the same lines behind the same addresses. */
#define OWN_LINES (LINES / POLICY_PAGES)

/* Of the kernel: lines of a process that only comes where the kernel does not. */
#define KERNEL_PAGES 8u
#define KERNEL_FIRST (LINES / 2u)
#define KERNEL_TABLES 16u

uint32_t policy_processes_max(const struct config *config)
{
	return config->profile->sweep == SWEEP_ALL ? POLICY_PROCESSES_LONG
	                                           : POLICY_PROCESSES;
}

/* Fewer where each is longer, so that a window stays below a millisecond. */
uint32_t policy_references(const struct config *config, uint32_t pages)
{
	const uint32_t count = pages <= POLICY_PAGES ? 512
	                       : pages < WIDE_PAGES  ? 256
	                                             : 64;

	return config->profile->sweep == SWEEP_ENDS ? count / 8 : count;
}

/* Before them, so that the TLB is as it would be. */
static uint32_t warm_references(const struct config *config, uint32_t pages)
{
	const uint32_t count = policy_references(config, pages);

	return config->profile->sweep == SWEEP_ENDS ? count / 4 : count / 2;
}

static bool is_wide(const struct policy *policy)
{
	return policy->load.pages > POLICY_PAGES;
}

/* Pages from the beginning of one process to that of the next. */
static uint32_t pages_apart(const struct policy *policy)
{
	return is_wide(policy) ? WIDE_PAGES : POLICY_PAGES;
}

static uint32_t first_page(const struct policy *policy, uint32_t process)
{
	const uint32_t apart = pages_apart(policy);

	return process % (LINES / apart) * apart;
}

static uint32_t pages_of(const struct policy *policy, uint32_t processes)
{
	const uint32_t apart = pages_apart(policy);

	return (processes < LINES / apart ? processes : LINES / apart) * apart;
}

static struct spaces *spaces_for(const struct policy *policy,
                                 struct script_area *scripts)
{
	return is_wide(policy) ? &scripts->wide : &scripts->processes;
}

/* The kernel's pages, once global and once not: PTI has none that are. */
static uint64_t kernel_base(bool is_global)
{
	return VA_COMMON + (is_global ? level_span(LEVEL_PDPT) : 0);
}

static enum err map_kernel_as(struct workspace *workspace, bool is_global)
{
	const uint64_t flags =
		(is_global ? PTE_GLOBAL : 0) | PTE_ACCESSED | PTE_DIRTY | workspace->nx;

	for (uint32_t i = 0; i < KERNEL_PAGES; i++) {
		const uint32_t page = KERNEL_FIRST + i;
		const uint64_t line = workspace->arena.frame +
		                      chase_arena_dense(spaces_layout(), page);
		const enum err err =
			walk_map(workspace->pool, workspace->space.root,
		                 kernel_base(is_global) + page * PAGE_BYTES,
		                 line & PTE_FRAME, flags, LEVEL_PT);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Both ways, once. */
static enum err map_kernel(struct workspace *workspace)
{
	enum err err = ERR_NONE;

	if (workspace->script_area.has_kernel)
		return ERR_NONE;
	err = map_kernel_as(workspace, false);
	if (err == ERR_NONE)
		err = map_kernel_as(workspace, true);
	workspace->script_area.has_kernel = err == ERR_NONE;
	return err;
}

static enum err map_processes(struct workspace *workspace, const struct policy *policy)
{
	const struct spaces *const spaces = spaces_for(policy, &workspace->script_area);

	for (uint32_t i = 0; i < spaces->spec.count; i++) {
		const enum err err =
			spaces_map(spaces, i, &workspace->arena, first_page(policy, i));

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static struct spaces_spec spaces_of(uint32_t processes)
{
	return (struct spaces_spec){ .count = processes, .pages = POLICY_PAGES };
}

static const struct spaces_spec wide_spec = { .count = WIDE_PROCESSES,
	                                      .pages = WIDE_PAGES };

/* As many as there will be, or as there is room for. */
static enum err open_spaces(struct workspace *workspace, const struct policy *policy,
                            const struct config *config)
{
	struct spaces *const spaces = spaces_for(policy, &workspace->script_area);
	enum err err = ERR_NONE;

	if (is_wide(policy))
		return spaces_open(spaces, &wide_spec, workspace->pool,
		                   workspace->space.root);
	for (uint32_t count = policy_processes_max(config); count != 0; count /= 4) {
		const struct spaces_spec spec = spaces_of(count);

		err = spaces_open(spaces, &spec, workspace->pool,
		                  workspace->space.root);
		if (err == ERR_NONE)
			return err;
	}
	return err;
}

/* What is in common comes first, since all take it over as it is. */
static enum err open_processes(struct workspace *workspace, const struct policy *policy,
                               const struct config *config)
{
	enum err err;

	if (spaces_for(policy, &workspace->script_area)->tables != 0)
		return ERR_NONE;
	err = map_kernel(workspace);
	if (err == ERR_NONE)
		err = open_spaces(workspace, policy, config);
	return err == ERR_NONE ? map_processes(workspace, policy) : err;
}

static void link_chain(const struct chase_arena *arena, uint32_t first, uint32_t pages)
{
	chase_arena_link(arena, &(struct pointer_chains){
					.layout = spaces_layout(),
					.first = first,
					.pages = pages,
					.order = ORDER_RANDOM,
					.seed = first,
				});
}

/* Other benchmarks have had the lines meanwhile. */
static void link_lines(const struct chase_arena *arena, const struct policy *policy,
                       uint32_t processes)
{
	for (uint32_t page = 0; page < pages_of(policy, processes);
	     page += pages_apart(policy))
		link_chain(arena, page, policy->load.pages);
	if (policy->load.kernel != KERNEL_NONE)
		link_chain(arena, KERNEL_FIRST, KERNEL_PAGES);
}

static void aim_at_lines(const struct chase_arena *arena, uint64_t base, uint32_t page,
                         struct script_step *step)
{
	step->spread = base;
	step->dense = VA_LINES_DENSE;
	step->spread_first = (uint32_t)chase_arena_spread(arena, spaces_layout(), page);
	step->dense_first = chase_arena_dense(spaces_layout(), page);
}

struct players {
	struct workspace *workspace;
	const struct policy *policy;
};

/* For a schedule: context is a struct players. */
static void describe(const void *context, uint32_t process, struct script_step *step)
{
	const struct players *const players = context;

	step->cr3 = spaces_root(
		spaces_for(players->policy, &players->workspace->script_area), process);
	aim_at_lines(&players->workspace->arena, chase_arena_base(spaces_layout()),
	             first_page(players->policy, process), step);
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

static struct schedule schedule_of(const struct plan *plan,
                                   const struct experiment_spec *spec,
                                   const struct players *players)
{
	const struct policy *const policy = players->policy;
	struct schedule schedule = {
		.processes = spec->value,
		.order = policy->order,
		.seed = plan->config->seed,
		.replacement = policy->replacement,
		.slots = policy->slots,
		.changed_percent = policy->load.changed_percent,
		.kernel = policy->load.kernel,
		.init_mm = players->workspace->space.root,
		.dropping = dropping_by(spec->op),
		.before = references_before(policy, spec->value),
		.accesses = policy->load.pages,
		.describe = describe,
		.context = players,
		.descriptors = script_area_descriptors(),
	};

	schedule.kernel_chain.accesses = KERNEL_PAGES;
	aim_at_lines(&players->workspace->arena,
	             kernel_base(policy->load.kernel != KERNEL_ISOLATED), KERNEL_FIRST,
	             &schedule.kernel_chain);
	return schedule;
}

static const char *write_script(const struct plan *plan, struct experiment *experiment,
                                const struct players *players)
{
	struct script_area *const scripts = &players->workspace->script_area;
	const uint32_t pages = players->policy->load.pages;
	const uint32_t count = policy_references(plan->config, pages);
	const uint32_t warm = warm_references(plan->config, pages);
	const uint32_t each =
		players->policy->load.kernel == KERNEL_NONE ? 1 : SCHEDULE_STEPS;
	const struct schedule schedule = schedule_of(plan, &experiment->spec, players);
	struct script_step *const steps =
		script_area_steps(scripts, each * (warm + count));
	struct schedule_steps written;

	if (steps == NULL)
		return NO_MEMORY;
	written = schedule_write(&schedule, script_area_scheduler(scripts), steps, warm,
	                         count);
	return script_shape_equip(plan, experiment,
	                          &(struct script_run){ .steps = steps,
	                                                .warm = written.warm,
	                                                .count = written.count });
}

static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	const uint32_t processes = experiment->spec.value;
	const struct players players = {
		.workspace = plan->workspace,
		.policy = experiment->spec.setting,
	};
	struct workspace *const workspace = plan->workspace;

	if (workspace_open_scripts(workspace) != ERR_NONE ||
	    workspace_map_lines(workspace, spaces_layout(),
	                        pages_of(players.policy, processes)) != ERR_NONE ||
	    open_processes(workspace, players.policy, plan->config) != ERR_NONE ||
	    spaces_for(players.policy, &workspace->script_area)->spec.count < processes)
		return NO_MEMORY;
	link_lines(&workspace->arena, players.policy, processes);
	return write_script(plan, experiment, &players);
}

const struct shape shape_policy = { .equip = equip };

uint64_t policy_frames(const struct config *config)
{
	const struct spaces_spec spec = spaces_of(policy_processes_max(config));

	return SCRIPT_AREA_FRAMES + spaces_frames(&spec, true) + KERNEL_TABLES +
	       chase_arena_frames(spaces_layout(), LINES);
}

uint64_t policy_wide_frames(void)
{
	return spaces_frames(&wide_spec, true);
}
