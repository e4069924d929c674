#include "tests/silicon/truth/truth.h"

#include "tests/silicon/truth/truth_parts.h"

/* At the fastest and at the slowest clock. */
struct silicon_answer truth_time(const struct machine_params *params,
                                 const struct silicon_core_type *type,
                                 uint64_t milli_cycles)
{
	uint64_t fastest = params->core_khz;
	uint64_t slowest = fastest;

	/* The first step may come later than the start. */
	if (params->turbo_count != 0 && params->turbo[0].at_us == 0)
		fastest = slowest = params->turbo[0].core_khz;
	for (uint32_t i = 0; i < params->turbo_count; i++) {
		const uint64_t khz = params->turbo[i].core_khz;

		fastest = khz > fastest ? khz : fastest;
		slowest = khz < slowest ? khz : slowest;
	}

	const unsigned __int128 scaled =
		(unsigned __int128)milli_cycles * params->tsc_khz * 100;
	const uint64_t at_most = fastest * type->clock_percent;
	const uint64_t at_least = slowest * type->clock_percent;

	return (struct silicon_answer){
		.known = true,
		.low = (uint64_t)(scaled / at_most),
		.high = (uint64_t)(scaled / at_least),
	};
}

static struct silicon_answer entries(const struct silicon_core_type *type,
                                     const struct silicon_question *question)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < type->array_count; i++)
		if (truth_is_asked(&type->arrays[i], question, question->size))
			sum += (uint64_t)type->arrays[i].sets * type->arrays[i].ways;
	return truth_exactly(sum);
}

/* Levels of a walk below the root, in caches of upper levels: their bits. */
uint64_t truth_walk_reads(const struct silicon_question *question, unsigned cached)
{
	/* Entry levels: 0 the page table's, up to 3, with five levels 4. */
	const unsigned top = question->la57 ? 4 : 3, leaf = (unsigned)question->size;

	for (unsigned level = leaf + 1; level <= top; level++)
		if ((cached >> (level - 1) & 1) != 0)
			return level - leaf;
	return top - leaf + 1;
}

uint64_t truth_cost_of_reads(const struct silicon_core_type *type, uint64_t reads,
                             enum silicon_truth_from from)
{
	static const enum silicon_cost costs[] = {
		[FROM_L1] = SILICON_WALK_L1,
		[FROM_L2] = SILICON_WALK_L2,
		[FROM_L3] = SILICON_WALK_L3,
		[FROM_MEMORY] = SILICON_WALK_MEMORY,
	};

	return type->costs[SILICON_WALK_START] + reads * type->costs[costs[from]];
}

static struct silicon_answer pcids(const struct silicon_core_type *type,
                                   const struct silicon_question *question)
{
	struct silicon_answer answer = { .known = false };

	for (uint32_t i = 0; i < type->array_count; i++) {
		const uint64_t kept = type->arrays[i].pcids;

		if (!truth_is_asked(&type->arrays[i], question, question->size))
			continue;
		if (!answer.known)
			answer = truth_exactly(kept);
		answer.low = kept < answer.low ? kept : answer.low;
		answer.high = kept > answer.high ? kept : answer.high;
	}
	return answer;
}

/* The core that a processor is of: threads of a core are neighbours. */
static uint32_t core_of(const struct machine_params *params, uint32_t processor)
{
	uint32_t core = 0;

	while (processor >= params->core_types[params->cores[core]].threads)
		processor -= params->core_types[params->cores[core++]].threads;
	return core;
}

static struct silicon_answer arrival(const struct machine_params *params,
                                     const struct silicon_question *question)
{
	const uint32_t from = core_of(params, question->processor);
	const uint32_t to = core_of(params, question->target);
	const struct silicon_core_type *const sender =
		&params->core_types[params->cores[from]];
	const struct silicon_core_type *const target =
		&params->core_types[params->cores[to]];
	const uint32_t package = params->cores_per_package;
	const enum silicon_cost delivery = from == to ? SILICON_DELIVERY_CORE
	                                   : from / package == to / package
	                                           ? SILICON_DELIVERY_PACKAGE
	                                           : SILICON_DELIVERY_FAR;
	const struct silicon_answer sent =
		truth_time(params, sender,
	                   sender->costs[SILICON_IPI_SEND] + sender->costs[delivery]);
	const struct silicon_answer entered =
		truth_time(params, target, target->costs[SILICON_INTERRUPT]);

	return (struct silicon_answer){ true, sent.low + entered.low,
		                        sent.high + entered.high };
}

struct silicon_answer silicon_truth(const struct machine_params *params,
                                    const struct silicon_question *question)
{
	const struct silicon_core_type *const type = truth_type(params, question);

	switch (question->kind) {
	case TRUTH_COST:
		return truth_time(params, type, type->costs[question->cost]);
	case TRUTH_ENTRIES:
		return entries(type, question);
	case TRUTH_KNEE:
		return truth_knee(type, question);
	case TRUTH_CHASE:
		return truth_chase(params, question);
	case TRUTH_BESIDES:
		return truth_besides(params, question);
	case TRUTH_PCIDS:
		return pcids(type, question);
	case TRUTH_WALK_READS:
		return truth_exactly(truth_walk_reads(question, question->cached));
	case TRUTH_WALK:
		return truth_time(
			params, type,
			truth_cost_of_reads(type, question->reads, question->from));
	case TRUTH_ARRIVAL:
		return arrival(params, question);
	}
	return (struct silicon_answer){ .known = false };
}

/* N (invalidation + refill) = flush + pages x refill */
uint64_t silicon_truth_break_even(uint64_t flush, uint64_t invalidation,
                                  uint64_t refill, uint64_t pages)
{
	return (flush + pages * refill) * 1000 / (invalidation + refill);
}
