#include "tests/silicon/core/strike.h"

#include "tests/silicon/core/clock.h"

/* Where and when, but for what it does to an entry. */
static bool is_in_scope(const struct silicon *s, const struct cpu_state *cpu,
                        const struct silicon_erratum *erratum)
{
	const uint64_t us = silicon_microseconds(s, cpu);
	const uint32_t type = (uint32_t)(cpu->core->type - s->params.core_types);

	if (erratum->processor != ERRATUM_ANY && erratum->processor != cpu->number)
		return false;
	if (erratum->core_type != ERRATUM_ANY && erratum->core_type != type)
		return false;
	if (erratum->pcides != 0 && (erratum->pcides >> has_pcide(cpu) & 1) == 0)
		return false;
	return us >= erratum->after_us &&
	       (erratum->before_us == 0 || us < erratum->before_us);
}

/* By chance, not by count: an experiment repeats itself. */
static bool strikes_now(const struct silicon *s, struct cpu_state *cpu,
                        const struct silicon_erratum *erratum)
{
	if (!is_in_scope(s, cpu, erratum))
		return false;
	if (erratum->one_in > 1 && silicon_random(cpu, erratum->one_in) != 0)
		return false;
	cpu->counts.errata++;
	return true;
}

void silicon_strikes_of(struct silicon *s, struct cpu_state *cpu,
                        enum silicon_operation operation, struct strikes *strikes)
{
	strikes->count = 0;
	for (uint32_t i = 0; i < s->params.erratum_count; i++) {
		const struct silicon_erratum *const one = &s->params.errata[i];

		if ((one->operations >> operation & 1) != 0 && strikes_now(s, cpu, one))
			strikes->at[strikes->count++] = one;
	}
}

bool silicon_lone_strikes(struct silicon *s, struct cpu_state *cpu,
                          enum silicon_effect effect)
{
	bool strikes = false;

	for (uint32_t i = 0; i < s->params.erratum_count; i++) {
		const struct silicon_erratum *const one = &s->params.errata[i];

		if (one->operations == 0 && one->effect == effect &&
		    strikes_now(s, cpu, one))
			strikes = true;
	}
	return strikes;
}

bool silicon_strikes_at(struct silicon *s, uint32_t cpu, enum silicon_effect effect,
                        uint64_t va)
{
	bool strikes = false;

	for (uint32_t i = 0; i < s->params.erratum_count; i++) {
		const struct silicon_erratum *const one = &s->params.errata[i];

		if (one->operations == 0 && one->effect == effect &&
		    (one->below == ERRATUM_ANY || one->below == (va >> 39 & 0x1ff)) &&
		    strikes_now(s, &s->cpus[cpu], one))
			strikes = true;
	}
	return strikes;
}

bool silicon_strikes(struct silicon *s, uint32_t cpu, enum silicon_effect effect)
{
	return silicon_lone_strikes(s, &s->cpus[cpu], effect);
}
