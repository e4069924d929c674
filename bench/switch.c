/*
 * What a switch between two address spaces costs, there and back: by what is loaded,
 * and by what both had in the TLB.
 *
 * Each of the two touches W pages of its own after each switch, and the kernel eight of
 * its own before it, which are global or not.  The other arm makes the same accesses
 * through one large page and loads nothing.
 */
#include "bench/harness/experiment/plan.h"
#include "bench/harness/experiment/script_shape.h"
#include "bench/variant.h"

static const uint32_t page_counts[] = { 0, 8, 64, 512 };
#define PAGE_COUNTS (sizeof page_counts / sizeof page_counts[0])

/* By one switcher, both ways; a quarter as many before them. */
#define SWITCHES 16u
#define WARM_SWITCHES 4u

/* Entry and exit of the kernel, and the switch between. */
#define STEPS_MAX 3u

/*
 * A set of pages for each W, one behind the other; those of two sides have no PT in
 * common.  Both address spaces have both, in tables of their own.
 */
#define SET_PAGES (8u + 64u + 512u)
#define SETS_APART 1024u
#define KERNEL_THREAD 2u
#define KERNEL_FIRST (KERNEL_THREAD * SETS_APART + SET_PAGES)
#define KERNEL_PAGES 8u
#define ALL_PAGES (KERNEL_FIRST + KERNEL_PAGES)

enum between {
	BETWEEN_THREADS,   /* of one process: the tables are shared */
	BETWEEN_PROCESSES, /* each has its own */
	BETWEEN_KERNEL,    /* a process and a kernel thread, which has none */
};

struct scenario {
	enum between between;
	bool is_global; /* kernel pages */
	bool isolated;  /* CR3 is loaded at entry and exit */
	/*
	 * At entry nothing is dropped; the kernel drops its own half, and what the exit
	 * loads drops the user's, which was put off until then.
	 */
	bool deferred;
	/*
	 * Entry and switch keep, but that the entry drops everything behind its load:
	 * what other processors did not interrupt this one for while it was in user
	 * mode.  (LKML, "context_tracking,x86: Defer some IPIs until a user->kernel
	 * transition", 2025; not merged.)
	 */
	bool entry_flushes;
};

/* What loads nothing, and what loads. */
static const struct scenario unloading[] = {
	{ .between = BETWEEN_THREADS },
	{ .between = BETWEEN_THREADS, .is_global = true },
	{ .between = BETWEEN_KERNEL },
	{ .between = BETWEEN_KERNEL, .is_global = true },
};
static const struct scenario loading[] = {
	{ .between = BETWEEN_PROCESSES },
	{ .between = BETWEEN_PROCESSES, .is_global = true },
	{ .between = BETWEEN_PROCESSES, .isolated = true },
	{ .between = BETWEEN_PROCESSES, .is_global = true, .isolated = true },
	{ .between = BETWEEN_THREADS, .isolated = true },
	{ .between = BETWEEN_THREADS, .is_global = true, .isolated = true },
	{ .between = BETWEEN_KERNEL, .isolated = true },
	{ .between = BETWEEN_KERNEL, .is_global = true, .isolated = true },
};
/* Of the load that flushes. */
static const struct scenario deferring[] = {
	{ .between = BETWEEN_PROCESSES, .isolated = true, .deferred = true },
	{ .between = BETWEEN_THREADS, .isolated = true, .deferred = true },
};
/* Of the load that flushes at the entry alone, and of what flushes all behind one. */
static const struct scenario entering[] = {
	{ .between = BETWEEN_THREADS, .isolated = true, .entry_flushes = true },
	{ .between = BETWEEN_PROCESSES, .isolated = true, .entry_flushes = true },
};
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static uint64_t kernel_base(const struct scenario *scenario)
{
	return VA_COMMON + (scenario->is_global ? level_span(LEVEL_PDPT) : 0);
}

/* The kernel's, and its thread's, in both ways. */
static enum err map_kernel(struct workspace *workspace, const struct scenario *scenario)
{
	const uint64_t global = scenario->is_global ? PTE_GLOBAL : 0;
	const uint64_t flags = global | PTE_ACCESSED | PTE_DIRTY | workspace->nx;

	for (uint32_t page = KERNEL_THREAD * SETS_APART; page < ALL_PAGES; page++) {
		const uint64_t line = workspace->arena.frame +
		                      chase_arena_dense(spaces_layout(), page);
		const enum err err = walk_map(workspace->pool, workspace->space.root,
		                              kernel_base(scenario) + page * PAGE_BYTES,
		                              line & PTE_FRAME, flags, LEVEL_PT);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static const struct spaces_spec pair_spec = {
	.count = 2,
	.pages = SETS_APART + SET_PAGES,
	.isolated = true,
};

/* What is in common comes first, since the two take it over as it is. */
static enum err open_pair(struct workspace *workspace)
{
	struct spaces *const pair = &workspace->script_area.pair;
	enum err err = ERR_NONE;

	if (pair->tables != 0)
		return ERR_NONE;
	for (unsigned i = 0; i < 2 && err == ERR_NONE; i++)
		err = map_kernel(workspace, &unloading[i]);
	if (err == ERR_NONE)
		err = spaces_open(pair, &pair_spec, workspace->pool,
		                  workspace->space.root);
	for (uint32_t side = 0; side < 2 && err == ERR_NONE; side++)
		err = spaces_map(pair, side, &workspace->arena, 0);
	return err;
}

/* First page of the set of so many. */
static uint32_t set_at(uint32_t pages)
{
	uint32_t at = 0;

	for (unsigned i = 0; page_counts[i] != pages; i++)
		at += page_counts[i];
	return at;
}

static void link_set(const struct chase_arena *arena, uint32_t first, uint32_t pages)
{
	if (pages != 0)
		chase_arena_link(arena, &(struct pointer_chains){
						.layout = spaces_layout(),
						.first = first,
						.pages = pages,
						.order = ORDER_RANDOM,
						.seed = first,
					});
}

/* A script as it is written. */
struct writer {
	const struct plan *plan;
	const struct experiment_spec *spec;
	const struct scenario *scenario;
	struct script_step *next;
};

static struct script_step *put_step(struct writer *writer, uint64_t cr3, uint64_t base,
                                    uint32_t first, uint32_t pages)
{
	const struct chase_arena *const arena = &writer->plan->workspace->arena;

	*writer->next = (struct script_step){
		.cr3 = cr3,
		.kind = cr3 == 0 ? STEP_STAY : STEP_LOAD,
		.spread = base,
		.spread_first =
			(uint32_t)chase_arena_spread(arena, spaces_layout(), first),
		.dense = VA_LINES_DENSE,
		.dense_first = chase_arena_dense(spaces_layout(), first),
		.accesses = pages,
	};
	return writer->next++;
}

static uint64_t cr3_of(const struct writer *writer, uint64_t root, uint16_t pcid)
{
	const struct tlb_op *const op = writer->spec->op;

	if (op == tlb_op_none)
		return 0;
	if (!writer->spec->pcide)
		return root;
	return root | pcid |
	       (op->home_keeps || writer->scenario->entry_flushes ? CR3_KEEP : 0);
}

/* The tables of a side in the kernel, and in user mode where they are not the same. */
static uint64_t kernel_cr3(const struct writer *writer, uint32_t side)
{
	return cr3_of(writer,
	              spaces_root(&writer->plan->workspace->script_area.pair, side),
	              (uint16_t)(1 + side));
}

static uint64_t user_cr3(const struct writer *writer, uint32_t side)
{
	return cr3_of(
		writer,
		spaces_user_root(&writer->plan->workspace->script_area.pair, side),
		(uint16_t)(3 + side));
}

static struct script_step *put_kernel(struct writer *writer, uint64_t cr3)
{
	return put_step(writer, cr3, kernel_base(writer->scenario), KERNEL_FIRST,
	                writer->spec->value == 0 ? 0 : KERNEL_PAGES);
}

static bool is_load(const struct tlb_op *op)
{
	return op->by == BY_CR3;
}

/*
 * Into the kernel of a side: with what it has, if the dropping comes behind.  What is
 * no load takes a step of its own kind for that, and a descriptor.
 */
static void put_entry(struct writer *writer, uint32_t side)
{
	const struct scenario *const scenario = writer->scenario;
	const uint64_t cr3 = kernel_cr3(writer, side);

	if (!scenario->entry_flushes) {
		(void)put_kernel(writer, cr3 | (scenario->deferred ? CR3_KEEP : 0));
	} else if (is_load(writer->spec->op)) {
		(void)put_kernel(writer, cr3 & ~CR3_KEEP);
	} else {
		struct script_step *const step = put_kernel(writer, cr3);

		step->kind = STEP_FLUSH;
		step->operand = script_area_descriptors();
	}
}

static void put_user(struct writer *writer, uint64_t cr3, uint32_t side)
{
	const uint32_t pages = writer->spec->value;

	(void)put_step(writer, cr3, chase_arena_base(spaces_layout()),
	               side * SETS_APART + set_at(pages), pages);
}

/* Threads have the tables of side 0, and working sets of their own. */
static void put_thread_switch(struct writer *writer, uint32_t to)
{
	const bool isolated = writer->scenario->isolated;

	if (isolated)
		put_entry(writer, 0);
	else
		(void)put_kernel(writer, 0);
	if (writer->scenario->deferred)
		(void)put_step(writer, kernel_cr3(writer, 0), VA_COMMON, KERNEL_FIRST,
		               0);
	put_user(writer, isolated ? user_cr3(writer, 0) : 0, to);
}

static void put_process_switch(struct writer *writer, uint32_t to)
{
	if (!writer->scenario->isolated) {
		(void)put_kernel(writer, 0);
		put_user(writer, kernel_cr3(writer, to), to);
		return;
	}
	put_entry(writer, 1 - to);
	(void)put_step(writer, kernel_cr3(writer, to), VA_COMMON, KERNEL_FIRST, 0);
	put_user(writer, user_cr3(writer, to), to);
}

/* To the thread, which stays in the process's tables, and back to the process. */
static void put_kernel_switch(struct writer *writer, uint32_t to)
{
	const bool isolated = writer->scenario->isolated;
	const uint32_t pages = writer->spec->value;

	if (to == 0) {
		(void)put_kernel(writer, 0);
		put_user(writer, isolated ? user_cr3(writer, 0) : 0, 0);
		return;
	}
	(void)put_kernel(writer, isolated ? kernel_cr3(writer, 0) : 0);
	(void)put_step(writer, 0, kernel_base(writer->scenario),
	               KERNEL_THREAD * SETS_APART + set_at(pages), pages);
}

static uint32_t put_switches(struct writer *writer, uint32_t switches)
{
	const struct script_step *const begin = writer->next;

	for (uint32_t i = 0; i < switches; i++) {
		if (writer->scenario->between == BETWEEN_THREADS)
			put_thread_switch(writer, i % 2);
		else if (writer->scenario->between == BETWEEN_PROCESSES)
			put_process_switch(writer, i % 2);
		else
			put_kernel_switch(writer, i % 2);
	}
	return (uint32_t)(writer->next - begin);
}

static void link_lines(const struct chase_arena *arena, uint32_t pages)
{
	for (uint32_t set = 0; set <= KERNEL_THREAD; set++)
		link_set(arena, set * SETS_APART + set_at(pages), pages);
	link_set(arena, KERNEL_FIRST, KERNEL_PAGES);
}

static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	struct workspace *const workspace = plan->workspace;
	const uint32_t pages = experiment->spec.value;
	struct writer writer = {
		.plan = plan,
		.spec = &experiment->spec,
		.scenario = experiment->spec.setting,
	};
	struct script_run run = { .flushes_behind = writer.scenario->entry_flushes };

	if (workspace_open_scripts(workspace) != ERR_NONE ||
	    workspace_map_lines(workspace, spaces_layout(), ALL_PAGES) != ERR_NONE ||
	    open_pair(workspace) != ERR_NONE)
		return NO_MEMORY;
	link_lines(&workspace->arena, pages);
	writer.next = script_area_steps(&workspace->script_area,
	                                STEPS_MAX * (WARM_SWITCHES + SWITCHES));
	run.steps = writer.next;
	if (run.steps == NULL)
		return NO_MEMORY;
	run.warm = put_switches(&writer, WARM_SWITCHES);
	run.count = put_switches(&writer, SWITCHES);
	return script_shape_equip(plan, experiment, &run);
}

static const struct shape shape_switch = { .equip = equip };

static void name_variant(struct experiment_spec *spec, const struct scenario *scenario)
{
	static const char *const names[] = {
		[BETWEEN_THREADS] = "shared",
		[BETWEEN_PROCESSES] = "different",
		[BETWEEN_KERNEL] = "kernelthread",
	};

	variant_add(spec, spec->pcide ? "pcide" : NULL);
	variant_add(spec, names[scenario->between]);
	variant_add(spec, scenario->is_global ? "global" : NULL);
	variant_add(spec, scenario->isolated ? "pti" : NULL);
	variant_add(spec, scenario->deferred ? "deferred" : NULL);
	variant_add(spec, scenario->entry_flushes ? "entryflush" : NULL);
}

/* Without a working set no page of the kernel is touched. */
static void plan_scenario(struct plan *plan, const struct tlb_op *op,
                          const struct scenario *scenario)
{
	for (unsigned i = 0; i < PAGE_COUNTS; i++) {
		struct experiment_spec spec = {
			.op = op,
			.shape = &shape_switch,
			.setting = scenario,
			.param = "pages",
			.value = page_counts[i],
			.divisor = SWITCHES,
			.pcide = scenario->entry_flushes || !tlb_op_exists(op, false),
		};

		if (!plan_has_point(plan, page_counts, PAGE_COUNTS, i) ||
		    (scenario->is_global && page_counts[i] == 0))
			continue;
		name_variant(&spec, scenario);
		plan_add(plan, &spec);
	}
}

static void plan_entering(struct plan *plan, const struct scenario *scenario)
{
	static const char *const flushes[] = { "cr3_pcid_flush", "invpcid_all_global",
		                               "cr4_pge_toggle" };

	for (unsigned i = 0; i < COUNT_OF(flushes); i++)
		plan_scenario(plan, tlb_op_named(flushes[i]), scenario);
}

static void plan_switch(struct plan *plan)
{
	static const char *const loads[] = { "cr3_reload", "cr3_pcid_flush",
		                             "cr3_pcid_noflush" };

	for (unsigned i = 0; i < COUNT_OF(unloading); i++)
		plan_scenario(plan, tlb_op_none, &unloading[i]);
	for (unsigned op = 0; op < COUNT_OF(loads); op++)
		for (unsigned i = 0; i < COUNT_OF(loading); i++)
			plan_scenario(plan, tlb_op_named(loads[op]), &loading[i]);
	for (unsigned i = 0; i < COUNT_OF(deferring); i++)
		plan_scenario(plan, tlb_op_named("cr3_pcid_flush"), &deferring[i]);
	plan_entering(plan, &entering[0]);
	if (plan_is_longest(plan))
		plan_entering(plan, &entering[1]);
}

static uint64_t frames(const struct config *config)
{
	(void)config;
	/* And tables for the kernel's pages, twice, and for all at home. */
	return SCRIPT_AREA_FRAMES + spaces_frames(&pair_spec, true) + 16 +
	       chase_arena_frames(spaces_layout(), ALL_PAGES);
}

const struct bench bench_switch = {
	.name = "switch",
	.plan = plan_switch,
	.frames = frames,
};
