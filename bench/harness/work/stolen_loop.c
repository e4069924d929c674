#include "bench/harness/work/stolen_loop.h"

#include "lib/x86/insn.h"

/* What comes before it has ended comes before the second reading of the clock. */
void stolen_loop_run(struct smp_cpu *me, void *argument)
{
	struct stolen_loop *const loop = argument;
	const uint32_t steps = loop->steps;
	smp_work *const step = loop->step;
	void *const work = loop->argument;

	loop->from = rdtsc_ordered();
	atomic_store_explicit(&loop->began, true, memory_order_release);
	for (uint32_t i = 0; i < steps; i++)
		step(me, work);
	atomic_store_explicit(&loop->ended, true, memory_order_release);
	loop->to = rdtsc_ordered();
}

bool stolen_loop_start(struct stolen_loop *loop, struct smp *smp,
                       struct smp_cpu *target, uint64_t limit)
{
	atomic_store(&loop->began, false);
	atomic_store(&loop->ended, false);
	if (!smp_run_on(smp, target, stolen_loop_run, loop))
		return false;

	const uint64_t from = rdtsc_ordered();

	while (!atomic_load_explicit(&loop->began, memory_order_acquire)) {
		if (rdtsc_ordered() - from > limit)
			return false;
		cpu_relax();
	}
	return true;
}

bool stolen_loop_has_ended(const struct stolen_loop *loop)
{
	return atomic_load_explicit(&loop->ended, memory_order_acquire);
}
