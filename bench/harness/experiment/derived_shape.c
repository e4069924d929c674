#include "bench/harness/experiment/derived_shape.h"

/* Never unfinished, so that nothing is measured for it. */
static const char *equip_derived(const struct plan *plan, struct experiment *experiment)
{
	(void)plan;
	experiment->finished = true;
	return (experiment - experiment->spec.back)->skip;
}

const struct shape shape_derived = { .equip = equip_derived };

void derive_all(struct plan *plan)
{
	for (unsigned i = 0; i < plan->count; i++) {
		struct experiment *const derived = &plan->experiments[i];
		const struct experiment *const read = derived - derived->spec.back;

		if (derived->spec.shape != &shape_derived)
			continue;
		derived->samples = read->samples;
		derived->chunks = read->chunks;
		derived->order = read->order;
		derived->converged = read->converged;
		derived->frequency_probe_count = read->frequency_probe_count;
		for (uint32_t k = 0; k < EXPERIMENT_PROBES; k++)
			derived->probes[k] = read->probes[k];
	}
}
