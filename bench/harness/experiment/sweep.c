#include "bench/harness/experiment/sweep.h"

#include "lib/base/text.h"

/* Of several that begin at once, each may wait for less where there are more. */
static bool is_swept(const struct experiment_spec *spec)
{
	return spec->param != NULL && spec->unit == NULL &&
	       !text_equal(spec->param, "to") && !text_equal(spec->param, "initiators");
}

/* Targets are the same in all experiments of a sweep, or are what is swept. */
static bool same_targets(const struct experiment_spec *a,
                         const struct experiment_spec *b)
{
	return a->targets == b->targets ||
	       (text_equal(a->param, "targets") && a->targets == a->value &&
	        b->targets == b->value);
}

static bool same_sweep(const struct experiment_spec *a, const struct experiment_spec *b)
{
	return a->op == b->op && a->clock == b->clock && same_targets(a, b) &&
	       text_equal(a->param, b->param) && text_equal(a->variant, b->variant);
}

static void note_point(const struct plan *plan, struct experiment *experiment,
                       const struct sampler *sampler)
{
	if (experiment->samples.n < median_interval_least(CONFIDENCE_99))
		return;

	const struct row row = plan_row(plan, experiment, sampler, BELIEVED_UNKNOWN);
	const int64_t divisor = experiment->spec.divisor;
	const int64_t narrow = sampler_narrow(sampler, row.estimate.cost * divisor,
	                                      plan_step(experiment, sampler)) /
	                       divisor;
	const int64_t more = row.spread > narrow ? row.spread : narrow;

	experiment->has_point = row.status == ROW_OK;
	experiment->point = (struct sweep_point){
		.cost = row.estimate.cost,
		.lo = row.estimate.lo - more,
		.hi = row.estimate.hi + more,
	};
}

/* The nearest points below and above in the same sweep; NULL where there is none. */
static void find_neighbours(const struct plan *plan, const struct experiment *at,
                            const struct experiment *neighbours[2])
{
	neighbours[0] = neighbours[1] = NULL;
	for (unsigned i = 0; i < plan->count; i++) {
		const struct experiment *const other = &plan->experiments[i];
		const uint32_t value = other->spec.value;
		const bool above = value > at->spec.value;
		const struct experiment **const nearest = &neighbours[above];

		if (!other->has_point || value == at->spec.value ||
		    !same_sweep(&other->spec, &at->spec))
			continue;
		if (*nearest == NULL || (above ? value < (*nearest)->spec.value
		                               : value > (*nearest)->spec.value))
			*nearest = other;
	}
}

void sweep_mark(struct plan *plan, const struct sampler *sampler)
{
	if (plan->bench->bends)
		return;
	for (unsigned i = 0; i < plan->count; i++)
		if (is_swept(&plan->experiments[i].spec))
			note_point(plan, &plan->experiments[i], sampler);
	for (unsigned i = 0; i < plan->count; i++) {
		struct experiment *const at = &plan->experiments[i];
		const struct experiment *neighbours[2];

		if (!at->has_point)
			continue;
		find_neighbours(plan, at, neighbours);
		if (neighbours[0] == NULL || neighbours[1] == NULL)
			continue;
		at->outlier = outlier_is(&neighbours[0]->point, &at->point,
		                         &neighbours[1]->point)
		                      ? OUTLIER_YES
		                      : OUTLIER_NO;
	}
}
