#include "bench/harness/experiment/derived_row.h"

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
		struct experiment *const row = &plan->experiments[i];
		const struct experiment *const read = row - row->spec.back;

		if (row->spec.shape != &shape_derived)
			continue;
		row->samples = read->samples;
		row->chunks = read->chunks;
		row->order = read->order;
		row->converged = read->converged;
		row->frequency_probe_count = read->frequency_probe_count;
		for (uint32_t k = 0; k < EXPERIMENT_CANARIES; k++)
			row->canaries[k] = read->canaries[k];
	}
}
