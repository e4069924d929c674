#include "bench/harness/experiment/plan.h"

#include "lib/base/text.h"

/* More copies than this do not make a window more exact, only longer. */
#define UNROLL_MIN 64u
#define UNROLL_MAX 256u

uint64_t plan_sample_bytes(const struct profile *profile)
{
	return 2 * (uint64_t)profile->pairs_per_row * sizeof(uint32_t);
}

const struct config *plan_config(const struct plan *plan)
{
	return plan->config;
}

const struct machine *plan_machine(const struct plan *plan)
{
	return plan->machine;
}

unsigned plan_number(const struct plan *plan)
{
	return plan->number;
}

struct remote_group *plan_group(const struct plan *plan)
{
	return plan->group;
}

uint32_t plan_unroll(const struct plan *plan)
{
	uint32_t unroll = UNROLL_MIN;

	while (unroll < UNROLL_MAX && unroll < 4 * plan->machine->quantum)
		unroll *= 2;
	return unroll;
}

uint32_t plan_tlb_reach(const struct plan *plan, enum tlb_side side, enum tlb_page page)
{
	static const uint32_t guesses[TLB_PAGES] = { 1536, 1024, 16 };
	const uint32_t said = tlb_reach(&plan->machine->tlb, side, page);

	return said == 0 ? guesses[page] : said;
}

bool plan_is_longest(const struct plan *plan)
{
	return plan->config->profile->pairs_per_row > 2047;
}

bool plan_has_point(const struct plan *plan, const uint32_t *points, unsigned count,
                    unsigned i)
{
	return profile_has_point(plan->config->profile, points, count, i);
}

bool plan_is_swept(const struct plan *plan, const struct tlb_op *op)
{
	return !op->swept_in_full || plan_is_longest(plan);
}

bool plan_is_broken(const struct plan *plan, const struct tlb_op *op)
{
	return plan->all_broken || op == plan->broken;
}

static const char *lowest_missing(const struct plan *plan, uint32_t needed)
{
	const uint32_t missing = needed & ~plan->machine->features;

	return missing == 0 ? NULL : feature_name((enum feature)(missing & -missing));
}

/* A row has place for one reason: the operation's own comes first. */
static const char *missing_feature(const struct plan *plan,
                                   const struct experiment_spec *spec)
{
	const bool giant = spec->target == TARGET_1G ||
	                   spec->chase.chains.layout.page == LEVEL_PDPT;
	const uint32_t setting = (giant ? FEATURE_1G_PAGES : 0) |
	                         (spec->chase.cold ? FEATURE_CLFLUSH : 0) |
	                         (spec->pcide ? FEATURE_PCID : 0) |
	                         (spec->remote.mode == REMOTE_RAR ? FEATURE_RAR : 0) |
	                         (spec->tce ? FEATURE_TCE : 0);
	const char *missing = lowest_missing(plan, spec->op->needs);

	/* With paging off an NMI cannot be taken, and is held back there alone. */
	if (missing == NULL && spec->op->runs_flat && plan->kind != 0)
		missing = "on the boot processor only";
	if (missing == NULL)
		missing = lowest_missing(plan, setting);
	if (missing == NULL && spec->clock == CLOCK_PMC &&
	    !plan->machine->cycle_counter.usable)
		missing = "cycle counter";
	if (missing == NULL && spec->clock == CLOCK_PMC &&
	    plan->machine->cycle_counter.broken)
		missing = "cycle counter is broken";
	return missing;
}

/*
 * Experiments take their room in turn; the next benchmark's begin at the front again.
 */
static enum err give_samples(const struct plan *plan, struct experiment *experiment)
{
	const uint32_t pairs = plan->config->profile->pairs_per_row;
	const uint64_t set = (uint64_t)(experiment - plan->experiments);

	if (set >= plan->sample_sets)
		return ERR_NO_MEMORY;
	experiment->samples = (struct samples){
		.a = plan->samples + 2 * set * pairs,
		.b = plan->samples + (2 * set + 1) * pairs,
		.capacity = pairs,
	};
	return ERR_NONE;
}

/* Why it cannot be measured here; NULL if it can. */
static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	const struct shape *const shape = experiment->spec.shape;

	if (plan->workspace->window_area == 0 ||
	    give_samples(plan, experiment) != ERR_NONE)
		return NO_MEMORY;
	return (shape == NULL ? &shape_repeat : shape)->equip(plan, experiment);
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
		.skip = plan->refusal != NULL ? plan->refusal
		                              : missing_feature(plan, spec),
	};
	if (plan->workspace != NULL && experiment->skip == NULL)
		experiment->skip = equip(plan, experiment);
	if (experiment->pair.gave_up == NULL)
		experiment->pair.gave_up = plan->gave_up;
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
		if (plan->experiments[i].spec.op == op ||
		    plan->experiments[i].spec.chase.partner == op)
			return true;
	return false;
}

bool plan_uses_remotely(const struct plan *plan, const struct tlb_op *op)
{
	for (unsigned i = 0; i < plan->count; i++)
		if (plan->experiments[i].spec.targets != 0 &&
		    (plan->experiments[i].spec.op == op ||
		     plan->experiments[i].spec.chase.partner == op))
			return true;
	return false;
}

void plan_describe(const struct plan *plan, const struct experiment *experiment,
                   char *name, size_t capacity)
{
	const struct experiment_spec *const spec = &experiment->spec;
	struct line line;

	line_clear(&line);
	line_format(&line, "%s/%s %s", plan->bench->name, spec->op->name,
	            spec->variant);
	if (spec->param != NULL)
		line_format(&line, " %s=%u", spec->param, spec->value);
	if (plan->kind != 0)
		line_format(&line, " on %s", plan->kinds->list[plan->kind].name);
	line_to_string(&line, name, capacity);
}

static uint32_t median_probe(const struct experiment *experiment,
                             const struct sampler *sampler)
{
	const uint32_t kept = experiment->frequency_probe_count < EXPERIMENT_PROBES
	                              ? experiment->frequency_probe_count
	                              : EXPERIMENT_PROBES;

	return (uint32_t)sampler_arm(sampler, experiment->probes, kept).p50;
}

static struct mishap mishap_of(const struct experiment *experiment)
{
	const struct shape *const shape = experiment->spec.shape;
	struct mishap mishap = { ROW_OK, NULL };

	if (experiment->skip != NULL)
		return (struct mishap){ ROW_SKIPPED, experiment->skip };
	if (experiment->unanswered)
		return (struct mishap){ ROW_TIMEOUT, NO_ANSWER };
	if (shape != NULL && shape->mishap != NULL)
		mishap = shape->mishap(experiment);
	if (mishap.status == ROW_OK && experiment->samples.n == 0)
		return (struct mishap){ ROW_FAILED, "every sample was discarded" };
	return mishap;
}

/* An operation that works elsewhere is not shown to have worked here. */
static enum believed believed_here(const struct experiment *experiment,
                                   enum believed believed)
{
	const struct shape *const shape = experiment->spec.shape;
	const bool looks =
		experiment->skip == NULL && shape != NULL && shape->is_shown != NULL;

	if (experiment->skip != NULL && shape != NULL && shape->is_verified_apart)
		return BELIEVED_UNKNOWN;
	return believed == BELIEVED_YES && looks && !shape->is_shown(experiment)
	               ? BELIEVED_UNKNOWN
	               : believed;
}

static const char *unit_of(const struct experiment_spec *spec)
{
	if (spec->unit != NULL)
		return spec->unit;
	return spec->clock == CLOCK_PMC ? "cycles" : "ticks";
}

uint32_t plan_step(const struct experiment *experiment, const struct sampler *sampler)
{
	return text_equal(unit_of(&experiment->spec), "ticks") ? sampler->step
	                                                       : STEP_NONE;
}

uint32_t plan_kinds(const struct plan *plan, const struct experiment *experiment)
{
	const struct shape *const shape = experiment->spec.shape;

	return experiment->skip == NULL && shape != NULL && shape->kinds != NULL
	               ? shape->kinds(experiment)
	               : UINT32_C(1) << plan->kind;
}

/* An interval that all samples may be out of has to be as narrow as any other. */
static void widen(struct row *row, const struct experiment *experiment,
                  const struct sampler *sampler, uint32_t step)
{
	const uint32_t divisor = experiment->spec.divisor;
	const struct estimate *const found = &row->estimate;

	if (experiment->off_by == 0 || row->cost.n == 0)
		return;
	row_widen(row, per_operation_milli((int64_t)experiment->off_by, divisor));
	row->converged = row->converged &&
	                 (found->hi - found->lo) * divisor <=
	                         sampler_narrow(sampler, found->cost * divisor, step);
}

static struct row_key key_of(const struct plan *plan,
                             const struct experiment_spec *spec)
{
	return (struct row_key){
		.bench = plan->bench->name,
		.op = spec->op->name,
		.variant = spec->variant,
		.param = spec->param,
		.value = spec->value,
		.targets = spec->targets,
		.core_type = core_kinds_name(plan->kinds, plan->kind),
	};
}

struct row plan_row(const struct plan *plan, const struct experiment *experiment,
                    const struct sampler *sampler, enum believed believed)
{
	const struct experiment_spec *const spec = &experiment->spec;
	const struct samples *const samples = &experiment->samples;
	const struct mishap mishap = mishap_of(experiment);
	const struct arm_summary a = sampler_arm(sampler, samples->a, samples->n);
	const struct arm_summary b = sampler_arm(sampler, samples->b, samples->n);
	const uint32_t step = plan_step(experiment, sampler);
	const struct summary cost =
		sampler_summary(sampler, samples, spec->divisor, step);
	const struct spread spread = chunks_spread(
		sampler, samples, &experiment->chunks, spec->divisor, step);

	struct row row = {
		.key = key_of(plan, spec),
		.status = mishap.status,
		.reason = mishap.reason,
		.unit = unit_of(spec),
		.cost = cost,
		.estimate = cost.n == 0 || step > STEP_NONE
		                    ? sampler_estimate(sampler, samples, spec->divisor,
		                                       step)
		                    : estimate_median(&cost),
		.has_spread = spread.known,
		.spread = spread.size,
		.discard_irq = samples->discard_irq,
		.smis_counted = plan->machine->smi_counter != SMI_UNSEEN,
		.discard_smi = samples->discard_smi,
		.discard_tsc = samples->discard_tsc,
		.a_min = a.min,
		.a_p50 = a.p50,
		.b_min = b.min,
		.b_p50 = b.p50,
		.converged = experiment->converged,
		.believed = believed_here(experiment, believed),
		.quantum = spec->clock == CLOCK_PMC ? 1 : sampler->quantum,
		.canary = median_probe(experiment, sampler),
		.order = experiment->order,
		.outlier = experiment->outlier,
	};

	widen(&row, experiment, sampler, step);
	if (experiment->skip == NULL && spec->shape != NULL &&
	    spec->shape->tell != NULL)
		spec->shape->tell(experiment, &row);
	return row;
}
