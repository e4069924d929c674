/*
 * A processor that took an exception nobody expected.  Only the boot processor can say
 * so and deliver what was measured: it finds out.
 */
#include "bench/harness/smp/smp_start.h"
#include "lib/x86/insn.h"

static void note(struct cpu_area *area, const struct trap_frame *frame)
{
	if (atomic_load_explicit(&area->has_faulted, memory_order_relaxed))
		return;
	area->fault = trap_state_of(frame);
	atomic_store_explicit(&area->has_faulted, true, memory_order_release);
	atomic_fetch_add_explicit(&area->smp_cpu.smp->faults, 1, memory_order_release);
}

void smp_fault(struct cpu *cpu, const struct trap_frame *frame)
{
	note(cpu->context, frame);
	for (;;) {
		cli();
		hlt();
	}
}

bool smp_has_faulted(const struct cpu_area *area)
{
	return atomic_load_explicit(&area->has_faulted, memory_order_acquire);
}

struct processor_fault smp_fault_of(const struct cpu_area *area)
{
	const struct trap_state *const state = &area->fault;

	return (struct processor_fault){
		.vector = state->frame.vector,
		.error = state->frame.error,
		.rip = state->frame.rip,
		.cr2 = state->cr2,
	};
}

/* Nothing is lost yet as long as nothing was measured: the others can do it. */
static void tell(struct smp *smp, struct cpu_area *area)
{
	smp_lose(smp, &area->smp_cpu);
	if (smp->measuring)
		smp->on_faulted(smp->context, &area->smp_cpu, &area->fault);
	else
		smp->on_dropped(smp->context, &area->smp_cpu, &area->fault);
}

void smp_check(struct smp *smp)
{
	if (atomic_load_explicit(&smp->faults, memory_order_acquire) ==
	    smp->faults_told)
		return;
	for (uint32_t i = 0; i < smp->area_count; i++) {
		struct cpu_area *const area = cpu_area_at(smp, i);

		if (!smp_has_faulted(area) || area->fault_told)
			continue;
		area->fault_told = true;
		smp->faults_told++;
		tell(smp, area);
	}
}
