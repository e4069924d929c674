/*
 * The shape of an experiment that names none: copies of an operation's body in each
 * arm.
 */
#include "bench/harness/experiment/plan.h"

struct aim plan_aim(const struct experiment_spec *spec)
{
	return (struct aim){
		.va = workspace_target(spec->target).base,
		.pcid = spec->names_another ? PCID_TARGET : PCID_HOME,
	};
}

/* A fixup counts pages, or the descriptors that name them. */
static void set_strides(const struct experiment_spec *spec, struct window_spec *window)
{
	const struct target target = workspace_target(spec->target);

	if (spec->op->takes_descriptor) {
		window->stride = (int64_t)sizeof(struct invpcid_descriptor);
		return;
	}
	window->first = target.first;
	window->stride = (int64_t)target.stride;
}

static window_code *make_window(const struct plan *plan,
                                const struct experiment_spec *spec, uint32_t copies)
{
	const struct aim aim = plan_aim(spec);
	const bool broken = plan_is_broken(plan, spec->op);
	struct window_spec window = {
		.body = broken ? &tlb_op_none->body : tlb_op_body(spec->op, &aim),
		.copies = copies,
		.stores = spec->stores,
		.touches = spec->touches,
	};

	if (spec->op->baseline.begin != NULL && !broken &&
	    (!spec->op->baseline_undoes || spec->copies_a == 0)) {
		window.baseline = &spec->op->baseline;
		window.baselines = spec->copies_b - copies;
	}
	set_strides(spec, &window);
	return workspace_window(plan->workspace, &window,
	                        spec->op->runs_flat ? ALIAS_FLAT : spec->alias);
}

static bool touches_pages(const struct experiment_spec *spec)
{
	return spec->touches.code + spec->touches.stack + spec->touches.data != 0;
}

/* One descriptor for each copy; they all name the same, or each a page of its own. */
static enum err write_descriptors(const struct plan *plan,
                                  struct experiment *experiment)
{
	const struct experiment_spec *const spec = &experiment->spec;
	const struct target target = workspace_target(spec->target);
	struct aim aim = plan_aim(spec);

	if (!spec->op->takes_descriptor)
		return ERR_NONE;

	const struct descriptors to =
		workspace_descriptors(plan->workspace, spec->copies_b);

	if (to.read == 0)
		return ERR_NO_MEMORY;
	aim.va += (uint64_t)target.first;
	for (uint32_t i = 0; i < spec->copies_b; i++, aim.va += target.stride)
		to.written[i] = invpcid_descriptor_of(&aim);
	experiment->priming.descriptors = to.read;
	experiment->priming.descriptor_count = spec->copies_b;
	return ERR_NONE;
}

/*
 * Larger pages have no second level on some CPUs: what is read behind them would leave
 * none of them.
 */
static uint32_t filler_of(const struct experiment_spec *spec)
{
	const bool small =
		spec->target == TARGET_4K || spec->target == TARGET_4K_GLOBAL;

	return spec->copies_a != 0 && small ? FILLER_PAGES : 0;
}

struct priming plan_priming(const struct plan *plan, const struct experiment_spec *spec)
{
	const uint64_t root = plan->workspace->space.root;
	struct priming priming = {
		.prime = workspace_prime,
		.target = workspace_target(spec->target),
		.target_pages = spec->target_is_absent ? 0 : spec->target_pages,
		.working_pages = spec->working_pages,
		.stores = spec->stores != 0,
	};

	/* What arm B has more of is to be of the same pages as what both have. */
	if (spec->copies_a != 0 && spec->target_pages == spec->copies_b) {
		priming.target_parts = spec->copies_b / spec->copies_a;
		priming.filler_pages = filler_of(spec);
	}
	/* There and back without dropping anything. */
	if (spec->names_another) {
		priming.cr3_target = root | PCID_TARGET | CR3_KEEP;
		priming.cr3_home = root | PCID_HOME | CR3_KEEP;
	}
	return priming;
}

void plan_prime_undoing(const struct plan *plan, struct experiment *experiment)
{
	const struct tlb_op *const op = experiment->spec.op;

	if (!op->baseline_undoes || plan_is_broken(plan, op))
		return;
	experiment->priming_b = experiment->priming;
	experiment->pair.priming_b = &experiment->priming_b;
	experiment->priming.cr4_before = experiment->pair.args.operands.cr4_changed;
}

static enum err make_pair(const struct plan *plan, struct experiment *experiment)
{
	const struct experiment_spec *const spec = &experiment->spec;
	const struct aim aim = plan_aim(spec);

	experiment->priming = plan_priming(plan, spec);

	const enum err err = write_descriptors(plan, experiment);

	if (err != ERR_NONE)
		return err;
	experiment->pair = (struct pair){
		.a = make_window(plan, spec, spec->copies_a),
		.b = make_window(plan, spec, spec->copies_b),
		.args = workspace_args(plan->workspace, spec->op, &aim, spec->pcide,
		                       experiment->priming.descriptors),
		.priming = &experiment->priming,
		.warm_up_code = spec->alias == ALIAS_LOCAL,
		.span = touches_pages(spec) ? SPAN_TOTAL : SPAN_OPERATION,
		.divisor = spec->divisor,
	};
	if (spec->copies_a == 0)
		plan_prime_undoing(plan, experiment);
	return experiment->pair.a == NULL || experiment->pair.b == NULL ? ERR_NO_MEMORY
	                                                                : ERR_NONE;
}

static const char *equip_repeat(const struct plan *plan, struct experiment *experiment)
{
	struct workspace *const workspace = plan->workspace;
	const struct experiment_spec *const spec = &experiment->spec;
	const struct window_clock clock = workspace->clock;
	if (spec->op->runs_flat && !workspace_is_flat(workspace))
		return "memory below 4 GiB";

	enum err err = workspace_map_working_set(workspace, spec->working_pages);

	if (err == ERR_NONE && spec->target_pages != 0)
		err = workspace_map_target(workspace, spec->target,
		                           spec->target_pages + filler_of(spec));
	if (err == ERR_ABSENT)
		return "no whole GiB of RAM";
	if (err != ERR_NONE)
		return NO_MEMORY;
	if (spec->clock == CLOCK_PMC)
		workspace->clock = (struct window_clock){
			.kind = CLOCK_PMC,
			.counter = plan->machine->cycle_counter.rdpmc,
		};
	err = make_pair(plan, experiment);
	workspace->clock = clock;
	if (err != ERR_NONE)
		return NO_MEMORY;
	return NULL;
}

const struct shape shape_repeat = { .equip = equip_repeat };
