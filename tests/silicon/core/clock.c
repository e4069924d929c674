/*
 * The core clock does the work, the TSC counts beside it at its own rate: milli-cycles
 * become milli-ticks without a rounding that adds up.
 */
#include "tests/silicon/core/clock.h"

#define PER_MILLE UINT64_C(1000)

/* xorshift64*: of a state that is not 0. */
uint64_t silicon_random(struct cpu_state *cpu, uint64_t limit)
{
	cpu->random ^= cpu->random >> 12;
	cpu->random ^= cpu->random << 25;
	cpu->random ^= cpu->random >> 27;
	return (cpu->random * UINT64_C(0x2545f4914f6cdd1d) >> 32) % limit;
}

uint64_t silicon_microseconds(const struct silicon *s, const struct cpu_state *cpu)
{
	/* Ticks per millisecond are the rate in kHz. */
	return silicon_time(s, cpu->number) / s->params.tsc_khz;
}

static uint64_t core_khz_at(const struct machine_params *params,
                            const struct silicon_core_type *type, uint64_t us)
{
	uint64_t khz = params->core_khz;

	if (params->turbo_period_us != 0)
		us %= params->turbo_period_us;
	for (uint32_t i = 0; i < params->turbo_count; i++)
		if (params->turbo[i].at_us <= us)
			khz = params->turbo[i].core_khz;
	return khz * type->clock_percent / 100;
}

/* A step of the core clock is taken between two charges. */
static void step_clock(const struct silicon *s, struct cpu_state *cpu)
{
	const uint64_t khz =
		core_khz_at(&s->params, cpu->core->type, silicon_microseconds(s, cpu));

	if (khz != cpu->clock.core_khz) {
		cpu->clock.core_khz = khz;
		cpu->clock.carry = 0;
	}
}

void silicon_clock_start(const struct silicon *s, struct cpu_state *cpu)
{
	cpu->clock = (struct clock_state){ .core_khz = core_khz_at(
						   &s->params, cpu->core->type, 0) };
}

/*
 * At a rate that never changes work is added up, and becomes ticks when somebody asks:
 * most of what takes time is charged far more often than a clock is read.
 */
static uint64_t ticks_pending(const struct silicon *s, const struct clock_state *clock)
{
	const unsigned __int128 scaled =
		(unsigned __int128)clock->pending * s->params.tsc_khz + clock->carry;

	return (uint64_t)(scaled / clock->core_khz);
}

static void settle(const struct silicon *s, struct clock_state *clock)
{
	const unsigned __int128 scaled =
		(unsigned __int128)clock->pending * s->params.tsc_khz + clock->carry;
	const uint64_t milli_ticks = (uint64_t)(scaled / clock->core_khz);

	clock->carry = (uint64_t)(scaled % clock->core_khz);
	clock->milli_ticks += milli_ticks;
	clock->milli_reference += milli_ticks;
	clock->milli_cycles += clock->pending;
	clock->pending = 0;
}

static void advance(const struct silicon *s, struct cpu_state *cpu,
                    uint64_t milli_cycles)
{
	if (s->params.turbo_count != 0)
		step_clock(s, cpu);
	cpu->clock.pending += milli_cycles;
	if (s->params.turbo_count != 0)
		settle(s, &cpu->clock);
}

/* The sum of two that are even: symmetric, so that the median stays what it is. */
static uint64_t with_noise(const struct silicon *s, struct cpu_state *cpu,
                           uint64_t milli_cycles)
{
	const struct machine_params *const params = &s->params;

	if (params->noise_permille != 0) {
		const uint64_t half = milli_cycles * params->noise_permille / PER_MILLE;

		milli_cycles += silicon_random(cpu, half + 1);
		milli_cycles += silicon_random(cpu, half + 1);
		milli_cycles -= half;
	}
	if (params->spike_one_in != 0 && silicon_random(cpu, params->spike_one_in) == 0)
		milli_cycles += params->spike_milli_cycles;
	return milli_cycles;
}

void silicon_work(struct silicon *s, struct cpu_state *cpu, uint64_t milli_cycles)
{
	if (milli_cycles != 0)
		advance(s, cpu, with_noise(s, cpu, milli_cycles));
}

void silicon_pay(struct silicon *s, struct cpu_state *cpu, enum silicon_cost cost)
{
	silicon_work(s, cpu, cpu->core->type->costs[cost]);
}

void silicon_charge(struct silicon *s, uint32_t cpu, enum silicon_cost cost,
                    uint64_t count)
{
	struct cpu_state *const one = &s->cpus[cpu];

	silicon_work(s, one, one->core->type->costs[cost] * count);
}

uint64_t silicon_cost(const struct silicon *s, uint32_t cpu, enum silicon_cost cost)
{
	const struct cpu_state *const one = &s->cpus[cpu];

	return one->core->type->costs[cost] * s->params.tsc_khz / one->clock.core_khz;
}

enum silicon_cost silicon_delivery(const struct silicon *s, uint32_t from, uint32_t to)
{
	const struct core_state *const a = s->cpus[from].core;
	const struct core_state *const b = s->cpus[to].core;

	if (a == b)
		return SILICON_DELIVERY_CORE;
	return a->package == b->package ? SILICON_DELIVERY_PACKAGE
	                                : SILICON_DELIVERY_FAR;
}

enum silicon_cost silicon_wake(uint32_t hint)
{
	/* Bits 7:4 are the C-state less 1; FH is C0. */
	switch (hint >> 4 & 0xf) {
	case 0xf:
	case 0:
		return SILICON_WAKE_MWAIT_C1;
	case 1:
		return SILICON_WAKE_MWAIT_C2;
	case 2:
		return SILICON_WAKE_MWAIT_C3;
	default:
		return SILICON_WAKE_MWAIT_C6;
	}
}

uint64_t silicon_time(const struct silicon *s, uint32_t cpu)
{
	const struct clock_state *const clock = &s->cpus[cpu].clock;

	return clock->milli_ticks + ticks_pending(s, clock);
}

void silicon_wait(struct silicon *s, uint32_t cpu, uint64_t milli_ticks)
{
	struct clock_state *const clock = &s->cpus[cpu].clock;

	settle(s, clock);
	if (milli_ticks > clock->milli_ticks)
		clock->milli_ticks = milli_ticks;
}

uint64_t silicon_tsc(const struct silicon *s, uint32_t cpu)
{
	const struct machine_params *const params = &s->params;
	const struct clock_state *const clock = &s->cpus[cpu].clock;
	const uint64_t milli_ticks = silicon_time(s, cpu);
	uint64_t ticks = milli_ticks / 1000;

	if (params->tsc_step_khz != 0) {
		const unsigned __int128 scaled =
			(unsigned __int128)milli_ticks * params->tsc_step_khz;
		const uint64_t milli_khz = params->tsc_khz * 1000;
		const uint64_t steps = (uint64_t)(scaled / milli_khz);

		ticks = (uint64_t)((unsigned __int128)steps * params->tsc_khz /
		                   params->tsc_step_khz);
	}
	return ticks + clock->tsc_adjust +
	       (uint64_t)params->tsc_offset * s->cpus[cpu].number;
}

uint64_t silicon_cycles(const struct silicon *s, uint32_t cpu)
{
	const struct clock_state *const clock = &s->cpus[cpu].clock;

	return (clock->milli_cycles + clock->pending) / 1000;
}

uint64_t silicon_reference(const struct silicon *s, const struct cpu_state *cpu)
{
	return (cpu->clock.milli_reference + ticks_pending(s, &cpu->clock)) / 1000;
}
