#include "bench/harness/experiment/rounds.h"

#include "bench/harness/experiment/derived_shape.h"
#include "lib/base/random.h"

/* Pairs in an experiment's first chunk; it doubles from round to round. */
#define FIRST_CHUNK 127u

static void begin(const struct sampler *sampler, struct experiment *experiment)
{
	experiment->goal = FIRST_CHUNK;
	sampler_warm_up(sampler, &experiment->pair);
}

static void enter_shape(struct experiment *experiment)
{
	const struct shape *const shape = experiment->spec.shape;

	if (shape != NULL && shape->begin != NULL)
		shape->begin(experiment);
}

static void leave_shape(struct experiment *experiment)
{
	const struct shape *const shape = experiment->spec.shape;

	if (shape != NULL && shape->end != NULL)
		shape->end(experiment);
}

/* Within a chunk all may be narrow, and between two of them something have changed. */
static bool is_narrow(const struct sampler *sampler,
                      const struct experiment *experiment)
{
	const uint32_t step = plan_step(experiment, sampler);

	return sampler_is_narrow(sampler, &experiment->samples, step) &&
	       chunks_spread(sampler, &experiment->samples, &experiment->chunks, 1,
	                     step)
	               .agree;
}

static void measure_chunk(void *argument)
{
	struct chunk_work *const work = argument;
	struct experiment *const experiment = work->experiment;
	const struct sampler *const sampler = work->rounds->sampler;

	work->frequency_probe = frequency_probe_take(work->rounds->frequency_probe,
	                                             sampler, work->chunk);
	enter_shape(experiment);
	if (experiment->order == 0) {
		experiment->order = work->chunk;
		begin(sampler, experiment);
	}
	sampler_extend(sampler, &experiment->pair, &experiment->samples,
	               experiment->goal);
	leave_shape(experiment);
}

static void note_probe(struct experiment *experiment, uint32_t probe)
{
	const uint32_t kept = experiment->frequency_probe_count < EXPERIMENT_PROBES
	                              ? experiment->frequency_probe_count
	                              : EXPERIMENT_PROBES - 1;

	experiment->probes[kept] = probe;
	experiment->frequency_probe_count++;
}

/* Whatever it has, and may still get, of the processor that did not come back. */
static void give_up(struct experiment *experiment)
{
	experiment->samples.n = 0;
	experiment->unanswered = true;
	experiment->finished = true;
}

static void take_chunk(const struct rounds *rounds, struct experiment *experiment,
                       uint32_t round)
{
	const struct sampler *const sampler = rounds->sampler;
	struct samples *const samples = &experiment->samples;
	const uint32_t rounds_at_least = rounds->plan->config->profile->rounds;
	struct chunk_work here = { 0 };
	struct chunk_work *const work = rounds->work != NULL ? rounds->work : &here;

	*work = (struct chunk_work){ rounds, experiment, ++*rounds->chunk, 0 };
	if (!place_run(rounds->place, measure_chunk, work)) {
		give_up(experiment);
		return;
	}
	note_probe(experiment, work->frequency_probe);
	chunks_note(&experiment->chunks, samples->n);
	experiment->goal = 2 * experiment->goal + 1;

	const bool used_up = sampler_is_used_up(sampler, &experiment->pair, samples);

	if (round + 1 < rounds_at_least && !used_up)
		return;

	const bool narrow = is_narrow(sampler, experiment);

	/* More samples do not help a machine that does not repeat itself. */
	experiment->converged =
		narrow &&
		sampler_is_repeatable(sampler, samples, plan_step(experiment, sampler));
	experiment->finished = narrow || used_up;
}

/* Experiments that are not done, in the order they were planned. */
static uint32_t list_unfinished(const struct plan *plan, uint16_t *indices)
{
	uint32_t count = 0;

	for (unsigned i = 0; i < plan->count; i++)
		if (plan->experiments[i].skip == NULL && !plan->experiments[i].finished)
			indices[count++] = (uint16_t)i;
	return count;
}

static void reverse(uint16_t *indices, uint32_t count)
{
	for (uint32_t i = 0; i < count / 2; i++) {
		const uint16_t swap = indices[i];

		indices[i] = indices[count - 1 - i];
		indices[count - 1 - i] = swap;
	}
}

/* The same seed for both rounds of a pair gives the same order, turned round once. */
static void order_round(const struct rounds *rounds, uint32_t round, uint16_t *indices,
                        uint32_t count)
{
	struct random random = { .state = rounds->seed + round / 2 };

	random_shuffle(&random, indices, count);
	if (round % 2 != 0)
		reverse(indices, count);
}

void rounds_run(const struct rounds *rounds)
{
	struct plan *const plan = rounds->plan;
	uint16_t indices[PLAN_EXPERIMENTS];

	for (uint32_t round = 0;; round++) {
		const uint32_t count = list_unfinished(plan, indices);
		unsigned finished = plan->count - count;

		if (count == 0)
			break;
		order_round(rounds, round, indices, count);
		for (uint32_t i = 0; i < count; i++) {
			struct experiment *const experiment =
				&plan->experiments[indices[i]];

			rounds->on_chunk(rounds->context, experiment, finished);
			take_chunk(rounds, experiment, round);
			finished += experiment->finished;
		}
	}
	derive_all(plan);
}
