/*
 * A member that took an exception nobody expected.  Only the boot processor can say so
 * and deliver what was measured: it finds out.
 */
#include "bench/harness/smp/smp_start.h"
#include "lib/x86/insn.h"

static void note(struct cpu_area *seat, const struct trap_frame *frame)
{
	if (atomic_load_explicit(&seat->has_faulted, memory_order_relaxed))
		return;
	seat->fallen = trap_state_of(frame);
	atomic_store_explicit(&seat->has_faulted, true, memory_order_release);
	atomic_fetch_add_explicit(&seat->member.smp->falls, 1, memory_order_release);
}

void smp_fault(struct cpu *cpu, const struct trap_frame *frame)
{
	note(cpu->context, frame);
	for (;;) {
		cli();
		hlt();
	}
}

bool smp_has_faulted(const struct cpu_area *seat)
{
	return atomic_load_explicit(&seat->has_faulted, memory_order_acquire);
}

struct processor_fall smp_fault_of(const struct cpu_area *seat)
{
	const struct trap_state *const state = &seat->fallen;

	return (struct processor_fall){
		.vector = state->frame.vector,
		.error = state->frame.error,
		.rip = state->frame.rip,
		.cr2 = state->cr2,
	};
}

/* Nothing is lost yet as long as nothing was measured: the others can do it. */
static void tell(struct smp *smp, struct cpu_area *seat)
{
	smp_lose(smp, &seat->member);
	if (smp->measuring)
		smp->on_faulted(smp->context, &seat->member, &seat->fallen);
	else
		smp->on_dropped(smp->context, &seat->member, &seat->fallen);
}

void smp_check(struct smp *smp)
{
	if (atomic_load_explicit(&smp->falls, memory_order_acquire) == smp->faults_told)
		return;
	for (uint32_t i = 0; i < smp->seat_count; i++) {
		struct cpu_area *const seat = cpu_area_at(smp, i);

		if (!smp_has_faulted(seat) || seat->fault_told)
			continue;
		seat->fault_told = true;
		smp->faults_told++;
		tell(smp, seat);
	}
}
