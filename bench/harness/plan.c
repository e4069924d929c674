#include "bench/harness/plan.h"

#include "lib/text.h"

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

bool plan_has_point(const struct plan *plan, const uint32_t *points, unsigned count,
                    unsigned i)
{
	return profile_has_point(plan->config->profile, points, count, i);
}

const struct body *plan_body(const struct plan *plan, const struct tlb_op *op)
{
	return op == plan->broken ? &tlb_op_none->body : &op->body;
}

/* The lowest bit is named; a row has place for one reason. */
static const char *missing_feature(const struct plan *plan,
                                   const struct experiment_spec *spec)
{
	const uint32_t giant = spec->target == TARGET_1G ? FEATURE_1G_PAGES : 0;
	const uint32_t missing = (spec->op->needs | giant) & ~plan->machine->features;

	if (missing != 0)
		return feature_name((enum feature)(missing & -missing));
	if (spec->clock == CLOCK_PMC && !plan->machine->cycle_counter.usable)
		return "cycle counter";
	if (spec->clock == CLOCK_PMC && plan->machine->cycle_counter.broken)
		return "cycle counter is broken";
	return NULL;
}

static window_code *make_window(const struct plan *plan,
                                const struct experiment_spec *spec, uint32_t copies)
{
	const struct target target = workspace_target(spec->target);

	return workspace_window(plan->workspace,
	                        &(struct window_spec){
					.body = plan_body(plan, spec->op),
					.copies = copies,
					.first = target.first,
					.stride = (int64_t)target.stride,
					.stores = spec->stores,
					.touches = spec->touches,
				},
	                        spec->alias);
}

static bool touches_pages(const struct experiment_spec *spec)
{
	return spec->touches.code + spec->touches.stack + spec->touches.data != 0;
}

static void make_pair(const struct plan *plan, struct experiment *experiment)
{
	const struct experiment_spec *const spec = &experiment->spec;
	const struct target target = workspace_target(spec->target);

	experiment->priming = (struct priming){
		.target = target,
		.target_pages = spec->target_is_absent ? 0 : spec->target_pages,
		.working_pages = spec->working_pages,
		.stores = spec->stores != 0,
	};
	experiment->pair = (struct pair){
		.a = make_window(plan, spec, spec->copies_a),
		.b = make_window(plan, spec, spec->copies_b),
		.args = workspace_args(plan->workspace, target.base),
		.priming = &experiment->priming,
		.rehearse = spec->alias == ALIAS_LOCAL,
		.span = touches_pages(spec) ? SPAN_TOTAL : SPAN_OPERATION,
		.divisor = spec->divisor,
	};
}

static enum err alloc_samples(const struct plan *plan, struct experiment *experiment)
{
	const uint32_t pairs = plan->config->profile->pairs_per_row;
	const uint64_t bytes = 2 * (uint64_t)pairs * sizeof(uint32_t);
	uint32_t *const ticks = (uint32_t *)frame_alloc_run(
		plan->workspace->pool, (bytes + PAGE_BYTES - 1) / PAGE_BYTES,
		PAGE_BYTES);

	if (ticks == NULL)
		return ERR_NO_MEMORY;
	experiment->samples = (struct samples){
		.a = ticks,
		.b = ticks + pairs,
		.capacity = pairs,
	};
	return ERR_NONE;
}

/* Why it cannot be measured here; NULL if it can. */
static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	struct workspace *const workspace = plan->workspace;
	const struct experiment_spec *const spec = &experiment->spec;
	const struct window_clock clock = workspace->clock;
	enum err err = workspace_map_working_set(workspace, spec->working_pages);

	if (err == ERR_NONE && spec->target_pages != 0)
		err = workspace_map_target(workspace, spec->target, spec->target_pages);
	if (err == ERR_ABSENT)
		return "no whole GiB of RAM";
	if (err != ERR_NONE)
		return NO_MEMORY;
	if (spec->clock == CLOCK_PMC)
		workspace->clock = (struct window_clock){
			.kind = CLOCK_PMC,
			.counter = plan->machine->cycle_counter.rdpmc,
		};
	make_pair(plan, experiment);
	workspace->clock = clock;
	if (experiment->pair.a == NULL || experiment->pair.b == NULL)
		return NO_MEMORY;
	return alloc_samples(plan, experiment) == ERR_NONE ? NULL : NO_MEMORY;
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
		.skip = missing_feature(plan, spec),
	};
	if (plan->workspace == NULL || experiment->skip != NULL)
		return;
	experiment->skip =
		plan->workspace->window_area == 0 ? NO_MEMORY : equip(plan, experiment);
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

static uint32_t median_canary(const struct experiment *experiment,
                              const struct sampler *sampler)
{
	const uint32_t kept = experiment->canary_count < EXPERIMENT_CANARIES
	                              ? experiment->canary_count
	                              : EXPERIMENT_CANARIES;

	return (uint32_t)sampler_arm(sampler, experiment->canaries, kept).p50;
}

struct row plan_row(const struct plan *plan, const struct experiment *experiment,
                    const struct sampler *sampler, enum believed believed)
{
	const struct experiment_spec *const spec = &experiment->spec;
	const struct samples *const samples = &experiment->samples;
	const bool measured = samples->n != 0;
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
		.unit = spec->clock == CLOCK_PMC ? "cycles" : "ticks",
		.cost = sampler_summary(sampler, samples, spec->divisor),
		.discard_irq = samples->discard_irq,
		.smis_counted = plan->machine->smi_counter != SMI_UNSEEN,
		.discard_smi = samples->discard_smi,
		.discard_tsc = samples->discard_tsc,
		.a_min = a.min,
		.a_p50 = a.p50,
		.b_min = b.min,
		.b_p50 = b.p50,
		.converged = experiment->converged,
		.believed = believed,
		.quantum = spec->clock == CLOCK_PMC ? 1 : sampler->quantum,
		.canary = median_canary(experiment, sampler),
		.order = experiment->order,
	};
}
