#pragma once
/* Parts of truth.c and truth_chase.c. */
#include "tests/silicon/truth/question.h"

static inline bool truth_has(uint32_t bits, unsigned bit)
{
	return (bits >> bit & 1) != 0;
}

static inline struct silicon_answer truth_exactly(uint64_t value)
{
	return (struct silicon_answer){ true, value, value };
}

static inline const struct silicon_core_type *
truth_type(const struct machine_params *params, const struct silicon_question *question)
{
	return &params->core_types[question->core_type];
}

/* Arrays of the level and side that hold pages of that size whole. */
static inline bool truth_is_asked(const struct silicon_array *array,
                                  const struct silicon_question *question,
                                  enum silicon_size size)
{
	return array->level == question->level &&
	       truth_has(array->sides, question->side) && truth_has(array->sizes, size);
}

struct silicon_answer truth_time(const struct machine_params *params,
                                 const struct silicon_core_type *type,
                                 uint64_t milli_cycles);

uint64_t truth_walk_reads(const struct silicon_question *question, unsigned cached);

uint64_t truth_cost_of_reads(const struct silicon_core_type *type, uint64_t reads,
                             enum silicon_truth_from from);

struct silicon_answer truth_knee(const struct silicon_core_type *type,
                                 const struct silicon_question *question);
struct silicon_answer truth_chase(const struct machine_params *params,
                                  const struct silicon_question *question);
struct silicon_answer truth_besides(const struct machine_params *params,
                                    const struct silicon_question *question);
