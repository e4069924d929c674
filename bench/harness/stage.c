#include "bench/harness/stage.h"

#include "bench/harness/plan.h"
#include "lib/x86/insn.h"

#define LARGE_PAGE level_span(LEVEL_PD)
#define AREA_BYTES (2 * LARGE_PAGE)
#define PCIDS 4096u

/* From its beginning: descriptors, what schedules are written with, scripts. */
#define SCHEDULER_AT (PCIDS * sizeof(struct invpcid_descriptor))
#define SCRIPTS_AT (SCHEDULER_AT + (sizeof(struct scheduler) + 63) / 64 * 64)

/* What is done before the windows of an arm; in the area, behind its steps. */
struct overture {
	window_code *other, *own;
	struct window_args args;
	uint64_t home; /* value for CR3 */
};

_Static_assert(sizeof(struct overture) % 8 == 0, "steps are aligned");

static enum err map_area(struct workspace *workspace, uint64_t area)
{
	for (uint64_t at = 0; at < AREA_BYTES; at += LARGE_PAGE) {
		const enum err err =
			walk_map(workspace->pool, workspace->space.root, VA_STAGE + at,
		                 area + at,
		                 PTE_GLOBAL | PTE_ACCESSED | PTE_DIRTY | workspace->nx,
		                 LEVEL_PD);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* The area begins with them. */
static void write_descriptors(uint64_t area)
{
	struct invpcid_descriptor *const all = (struct invpcid_descriptor *)area;

	for (uint16_t pcid = 0; pcid < PCIDS; pcid++)
		all[pcid] = invpcid_descriptor_of(&(struct aim){ .pcid = pcid });
}

enum err stage_open(struct workspace *workspace)
{
	struct stage *const stage = &workspace->stage;
	enum err err = workspace_map_lines(workspace, spaces_layout(), 0);
	uint64_t area;

	if (err != ERR_NONE || stage->area != 0)
		return err;
	area = frame_alloc_run(workspace->pool, AREA_BYTES / PAGE_BYTES, LARGE_PAGE);
	if (area == 0)
		return ERR_NO_MEMORY;
	err = map_area(workspace, area);
	if (err != ERR_NONE)
		return err;
	write_descriptors(area);
	stage->area = area;
	return ERR_NONE;
}

struct scheduler *stage_scheduler(const struct stage *stage)
{
	return (struct scheduler *)(stage->area + SCHEDULER_AT);
}

uint64_t stage_descriptors(void)
{
	return VA_STAGE;
}

static void *take(struct stage *stage, uint64_t bytes)
{
	void *const room = (void *)(stage->area + SCRIPTS_AT + stage->used);

	if (AREA_BYTES - SCRIPTS_AT - stage->used < bytes)
		return NULL;
	stage->used += (uint32_t)bytes;
	return room;
}

struct script_step *stage_steps(struct stage *stage, uint32_t count)
{
	return take(stage, count * sizeof(struct script_step));
}

void stage_drop_all(uint64_t cr3)
{
	const uint64_t cr4 = read_cr4();

	write_cr4(cr4 & ~CR4_PGE);
	write_cr4(cr4);
	write_cr3(cr3);
}

static void play_warm(window_code *window, const struct window_args *warm)
{
	struct window_args args = *warm;

	window(&args);
}

/*
 * In both ways, as the arms go different ones: the TLB is as B leaves it, and the arm's
 * own comes last, for caches that know a line by the linear address it was last read
 * through (chase.c).  With it A finds the dense page's translation too.
 */
static void play_overture(const struct priming *priming)
{
	const struct overture *const overture = priming->context;

	stage_drop_all(overture->home);
	play_warm(overture->other, &overture->args);
	play_warm(overture->own, &overture->args);
}

static bool is_load(const struct tlb_op *op)
{
	return op->by == BY_CR3 && op->names != NAMES_ANOTHER;
}

/* What flushes drops the PCID of a process, not the one that home has. */
static struct aim aim_of(const struct tlb_op *op)
{
	struct aim aim = { .pcid = PCID_TARGET };

	if (op == tlb_op_none || is_load(op))
		aim.pcid = PCID_HOME;
	return aim;
}

static struct script script_of(const struct plan *plan, const struct tlb_op *op,
                               const struct aim *aim, bool dense)
{
	const struct body *const none = &tlb_op_none->body;
	const struct body *const body =
		plan_is_broken(plan, op) ? none : tlb_op_body(op, aim);
	const struct body *const keeping = &tlb_op_named("cr3_pcid_noflush")->body;
	struct script script = {
		.load = none,
		.flush = none,
		.dense = dense,
		.comes_home = op != tlb_op_none,
	};

	if (dense || op == tlb_op_none)
		return script;
	script.load = is_load(op) ? body : keeping;
	script.flush = is_load(op) ? none : body;
	return script;
}

static window_code *make_window(const struct plan *plan,
                                const struct experiment_spec *spec,
                                const struct aim *aim, bool dense)
{
	const struct window_spec window = {
		.body = &tlb_op_none->body,
		.script = script_of(plan, spec->op, aim, dense),
	};

	return workspace_window(plan->workspace, &window, ALIAS_GLOBAL);
}

/* INVPCID's type comes with the operands, its descriptor with each step. */
static struct window_args args_of(const struct plan *plan,
                                  const struct experiment_spec *spec,
                                  const struct aim *aim, const struct play *play)
{
	const uint64_t area = plan->workspace->stage.area;
	struct window_args args = workspace_args(plan->workspace, spec->op, aim,
	                                         spec->pcide, stage_descriptors());

	args.steps = VA_STAGE + ((uint64_t)(play->steps + play->warm) - area);
	args.step_count = play->count;
	return args;
}

/* NULL without room. */
static struct overture *overture_of(const struct plan *plan, const struct pair *pair,
                                    const struct play *play, unsigned arm)
{
	struct workspace *const workspace = plan->workspace;
	struct overture *const overture =
		take(&workspace->stage, sizeof(struct overture));

	if (overture == NULL)
		return NULL;
	*overture = (struct overture){
		.other = arm == 0 ? pair->b : pair->a,
		.own = arm == 0 ? pair->a : pair->b,
		.args = pair->args,
		.home = workspace->space.root,
	};
	overture->args.steps -= play->warm * sizeof(struct script_step);
	overture->args.step_count = play->warm;
	return overture;
}

const char *stage_equip(const struct plan *plan, struct experiment *experiment,
                        const struct play *play)
{
	const struct experiment_spec *const spec = &experiment->spec;
	const struct aim aim = aim_of(spec->op);

	experiment->pair = (struct pair){
		.a = make_window(plan, spec, &aim, true),
		.b = make_window(plan, spec, &aim, false),
		.args = args_of(plan, spec, &aim, play),
		.priming = &experiment->priming,
		.priming_b = &experiment->priming_b,
		.span = SPAN_OPERATION,
		.divisor = spec->divisor,
	};
	experiment->priming = (struct priming){
		.prime = play_overture,
		.context = overture_of(plan, &experiment->pair, play, 0),
	};
	experiment->priming_b = (struct priming){
		.prime = play_overture,
		.context = overture_of(plan, &experiment->pair, play, 1),
	};
	return experiment->pair.a == NULL || experiment->pair.b == NULL ||
	                       experiment->priming.context == NULL ||
	                       experiment->priming_b.context == NULL
	               ? NO_MEMORY
	               : NULL;
}

void stage_misdirect(const struct stage *stage, const struct experiment *experiment)
{
	const struct window_args *const args = &experiment->pair.args;
	struct script_step *const steps =
		(struct script_step *)(stage->area + (args->steps - VA_STAGE));

	if (args->step_count == 0)
		return;
	steps[args->step_count - 1].spread = 0;
	steps[args->step_count - 1].spread_first = 0;
	steps[args->step_count - 1].accesses = 1;
}

#define PER 1000u

static struct script_sums sums_of(const struct window_args *args)
{
	return script_sum((const struct script_step *)args->steps, args->step_count);
}

static void give(struct window_args *args, uint64_t count)
{
	args->t0 = 0;
	args->t1 = count;
	args->t2 = count;
}

static void count_nothing(struct window_args *args)
{
	give(args, 0);
}

static void count_loads(struct window_args *args)
{
	give(args, PER * (uint64_t)sums_of(args).loads);
}

/* There and back. */
static void count_loads_by_cr3(struct window_args *args)
{
	const struct script_sums sums = sums_of(args);

	give(args, PER * ((uint64_t)sums.loads + UINT64_C(2) * sums.bodies));
}

static void count_flushes(struct window_args *args)
{
	give(args, PER * (uint64_t)sums_of(args).flushes);
}

static void count(struct experiment *experiment, window_code *counting)
{
	const struct experiment *const played = experiment - experiment->spec.back;

	experiment->pair = (struct pair){
		.a = count_nothing,
		.b = counting,
		.args = played->pair.args,
		.span = SPAN_OPERATION,
		.divisor = experiment->spec.divisor,
	};
}

static const char *equip_loads(const struct plan *plan, struct experiment *experiment)
{
	const struct tlb_op *const op = experiment->spec.op;
	const bool twice_more = op->by == BY_CR3 && !is_load(op);

	(void)plan;
	count(experiment, twice_more ? count_loads_by_cr3 : count_loads);
	return (experiment - experiment->spec.back)->skip;
}

static const char *equip_flushes(const struct plan *plan, struct experiment *experiment)
{
	(void)plan;
	count(experiment, count_flushes);
	return (experiment - experiment->spec.back)->skip;
}

const struct shape shape_loads = { .equip = equip_loads };
const struct shape shape_flushes = { .equip = equip_flushes };
