#include "bench/harness/experiment/script_shape.h"

#include "bench/harness/space/workspace.h"
#include "lib/x86/mapped.h"

/* What is done before the windows of an arm; in the area, behind its steps. */
struct warm_up {
	window_code *other, *own;
	struct window_args args;
	uint64_t home; /* value for CR3 */
};

_Static_assert(sizeof(struct warm_up) % 8 == 0, "steps are aligned");

static void run_warm(window_code *window, const struct window_args *warm)
{
	struct window_args args = *warm;

	window(&args);
}

/*
 * In both ways, as the arms go different ones: the TLB is as B leaves it, and the arm's
 * own comes last, for caches that know a line by the linear address it was last read
 * through (chase.c).  With it A finds the dense page's translation too.
 */
static void run_warm_up(const struct priming *priming)
{
	const struct warm_up *const warm_up = priming->context;

	script_area_drop_all(warm_up->home);
	run_warm(warm_up->other, &warm_up->args);
	run_warm(warm_up->own, &warm_up->args);
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
                               const struct aim *aim, const struct script_run *run,
                               bool dense)
{
	const struct body *const none = &tlb_op_none->body;
	const struct body *const body =
		plan_is_broken(plan, op) ? none : tlb_op_body(op, aim);
	const struct body *const keeping = &tlb_op_named("cr3_pcid_noflush")->body;
	struct script script = {
		.load = none,
		.flush = none,
		.flushes_behind = run->flushes_behind,
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
                                const struct aim *aim, const struct script_run *run,
                                bool dense)
{
	const struct window_spec window = {
		.body = &tlb_op_none->body,
		.script = script_of(plan, spec->op, aim, run, dense),
	};

	return workspace_window(plan->workspace, &window, ALIAS_GLOBAL);
}

/* INVPCID's type comes with the operands, its descriptor with each step. */
static struct window_args args_of(const struct plan *plan,
                                  const struct experiment_spec *spec,
                                  const struct aim *aim, const struct script_run *run)
{
	const uint64_t area = plan->workspace->script_area.area;
	struct window_args args = workspace_args(
		plan->workspace, spec->op, aim, spec->pcide, script_area_descriptors());

	args.steps = VA_SCRIPT_AREA + ((uint64_t)(run->steps + run->warm) - area);
	args.step_count = run->count;
	return args;
}

/* NULL without room. */
static struct warm_up *warm_up_of(const struct plan *plan, const struct pair *pair,
                                  const struct script_run *run, unsigned arm)
{
	struct workspace *const workspace = plan->workspace;
	struct warm_up *const warm_up =
		script_area_take(&workspace->script_area, sizeof(struct warm_up));

	if (warm_up == NULL)
		return NULL;
	*warm_up = (struct warm_up){
		.other = arm == 0 ? pair->b : pair->a,
		.own = arm == 0 ? pair->a : pair->b,
		.args = pair->args,
		.home = workspace->space.root,
	};
	warm_up->args.steps -= run->warm * sizeof(struct script_step);
	warm_up->args.step_count = run->warm;
	return warm_up;
}

const char *script_shape_equip(const struct plan *plan, struct experiment *experiment,
                               const struct script_run *run)
{
	const struct experiment_spec *const spec = &experiment->spec;
	const struct aim aim = aim_of(spec->op);

	experiment->pair = (struct pair){
		.a = make_window(plan, spec, &aim, run, true),
		.b = make_window(plan, spec, &aim, run, false),
		.args = args_of(plan, spec, &aim, run),
		.priming = &experiment->priming,
		.priming_b = &experiment->priming_b,
		.span = SPAN_OPERATION,
		.divisor = spec->divisor,
	};
	experiment->priming = (struct priming){
		.prime = run_warm_up,
		.context = warm_up_of(plan, &experiment->pair, run, 0),
	};
	experiment->priming_b = (struct priming){
		.prime = run_warm_up,
		.context = warm_up_of(plan, &experiment->pair, run, 1),
	};
	return experiment->pair.a == NULL || experiment->pair.b == NULL ||
	                       experiment->priming.context == NULL ||
	                       experiment->priming_b.context == NULL
	               ? NO_MEMORY
	               : NULL;
}

void script_shape_misdirect(const struct script_area *scripts,
                            const struct experiment *experiment)
{
	const struct window_args *const args = &experiment->pair.args;
	struct script_step *const steps =
		(struct script_step *)(scripts->area + (args->steps - VA_SCRIPT_AREA));

	if (args->step_count == 0)
		return;
	steps[args->step_count - 1].spread = 0;
	steps[args->step_count - 1].spread_first = 0;
	steps[args->step_count - 1].accesses = 1;
}

#define PER 1000u

static struct script_sums sums_of(const struct window_args *args)
{
	return script_sum((const struct script_step *)mapped_data(args->steps),
	                  args->step_count);
}

static uint32_t count_loads(const struct window_args *args, bool b)
{
	return b ? PER * sums_of(args).loads : 0;
}

/* There and back. */
static uint32_t count_loads_by_cr3(const struct window_args *args, bool b)
{
	const struct script_sums sums = sums_of(args);

	return b ? PER * (sums.loads + 2 * sums.bodies) : 0;
}

static uint32_t count_flushes(const struct window_args *args, bool b)
{
	return b ? PER * sums_of(args).flushes : 0;
}

static void count(struct experiment *experiment, pair_count *counting)
{
	const struct experiment *const before = experiment - experiment->spec.back;

	experiment->pair = (struct pair){
		.count = counting,
		.args = before->pair.args,
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
