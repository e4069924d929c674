#include "bench/harness/plan.h"

#include "lib/text.h"
#include "paging/address_space.h"

#define NO_MEMORY "memory"

/* More copies than this do not make a window more exact, only longer. */
#define UNROLL_MIN 64u
#define UNROLL_MAX 256u

const struct config *plan_config(const struct plan *plan)
{
	return plan->config;
}

uint32_t plan_unroll(const struct plan *plan)
{
	uint32_t unroll = UNROLL_MIN;

	while (unroll < UNROLL_MAX && unroll < 4 * plan->machine->quantum)
		unroll *= 2;
	return unroll;
}

const struct body *plan_body(const struct plan *plan, const struct tlb_op *op)
{
	return op == plan->broken ? &tlb_op_none->body : &op->body;
}

static const char *missing_feature(const struct plan *plan, const struct tlb_op *op)
{
	const uint32_t missing = op->needs & ~plan->machine->features;

	/* The lowest bit is named; a row has place for one reason. */
	return missing == 0 ? NULL : feature_name((enum feature)(missing & -missing));
}

/* ERR_NO_MEMORY if the row cannot run here for want of it. */
static enum err make_windows(const struct plan *plan, struct experiment *experiment)
{
	struct workspace *const workspace = plan->workspace;
	const struct experiment_spec *const spec = &experiment->spec;
	const struct body *const body = plan_body(plan, spec->op);
	const uint32_t pairs = plan->config->profile->pairs_per_row;
	const uint64_t frames =
		(2 * (uint64_t)pairs * sizeof(uint32_t) + PAGE_BYTES - 1) / PAGE_BYTES;
	const enum err err =
		workspace_map_pages(workspace, spec->target_pages, spec->primed_pages);

	if (err != ERR_NONE)
		return err;
	experiment->pair = (struct pair){
		.a = workspace_window(workspace, body, spec->copies_a),
		.b = workspace_window(workspace, body, spec->copies_b),
		.args.operands = workspace_operands(workspace, WORKSPACE_TARGETS),
		.divisor = spec->divisor,
		.target_pages = spec->target_pages,
		.primed_pages = spec->primed_pages,
	};
	if (experiment->pair.a == NULL || experiment->pair.b == NULL)
		return ERR_NO_MEMORY;

	uint32_t *const ticks =
		(uint32_t *)frame_alloc_run(workspace->pool, frames, PAGE_BYTES);

	if (ticks == NULL)
		return ERR_NO_MEMORY;
	experiment->samples = (struct samples){
		.a = ticks,
		.b = ticks + pairs,
		.capacity = pairs,
	};
	return ERR_NONE;
}

void plan_add(struct plan *plan, const struct experiment_spec *spec)
{
	if (!config_selects(plan->config, plan->bench->name, spec->op->name))
		return;
	if (plan->count == PLAN_EXPERIMENTS) {
		plan->lost++;
		return;
	}

	struct experiment *const experiment = &plan->experiments[plan->count++];

	*experiment = (struct experiment){
		.spec = *spec,
		.skip = missing_feature(plan, spec->op),
	};
	if (plan->workspace == NULL || experiment->skip != NULL)
		return;
	if (make_windows(plan, experiment) != ERR_NONE)
		experiment->skip = NO_MEMORY;
}

void plan_make(struct plan *plan, const struct bench *bench,
               struct workspace *workspace)
{
	plan->bench = bench;
	plan->workspace = workspace;
	plan->count = 0;
	bench->plan(plan);
}

bool plan_uses(const struct plan *plan, const struct tlb_op *op)
{
	for (unsigned i = 0; i < plan->count; i++)
		if (plan->experiments[i].spec.op == op)
			return true;
	return false;
}

void plan_describe(const struct plan *plan, const struct experiment *experiment,
                   char *name, size_t capacity)
{
	const struct experiment_spec *const spec = &experiment->spec;
	struct line line;

	line_clear(&line);
	line_put(&line, plan->bench->name);
	line_put_char(&line, '/');
	line_put(&line, spec->op->name);
	line_put_char(&line, ' ');
	line_put(&line, spec->variant);
	if (spec->param != NULL) {
		line_put_char(&line, ' ');
		line_put(&line, spec->param);
		line_put_char(&line, '=');
		line_put_u64(&line, spec->value);
	}
	line_to_string(&line, name, capacity);
}

struct row plan_row(const struct plan *plan, const struct experiment *experiment,
                    const struct sampler *sampler, enum believed believed)
{
	const struct experiment_spec *const spec = &experiment->spec;
	const struct samples *const samples = &experiment->samples;
	const bool measured = samples->n != 0;
	const struct summary cost = sampler_summary(sampler, samples, spec->divisor);
	const struct arm_summary a = sampler_arm(sampler, samples->a, samples->n);
	const struct arm_summary b = sampler_arm(sampler, samples->b, samples->n);

	return (struct row){
		.bench = plan->bench->name,
		.op = spec->op->name,
		.variant = spec->variant,
		.param = spec->param,
		.value = spec->value,
		.status = experiment->skip != NULL ? ROW_SKIPPED
		          : measured               ? ROW_OK
		                                   : ROW_FAILED,
		.reason = experiment->skip != NULL ? experiment->skip
		          : measured               ? NULL
		                                   : "every sample was discarded",
		.unit = "ticks",
		.cost = cost,
		.discard_irq = samples->discard_irq,
		.discard_tsc = samples->discard_tsc,
		.a_min = a.min,
		.a_p50 = a.p50,
		.b_min = b.min,
		.b_p50 = b.p50,
		.converged = samples->converged && experiment->finished,
		.believed = believed,
		.quantum = sampler->quantum,
		.order = experiment->order,
	};
}
