/*
 * A member that took an exception nobody expected.  Only the boot processor can say so
 * and deliver what was measured: it finds out.
 */
#include "bench/harness/smp/smp_start.h"
#include "lib/x86/insn.h"

static void note(struct crew_seat *seat, const struct trap_frame *frame)
{
	if (atomic_load_explicit(&seat->has_fallen, memory_order_relaxed))
		return;
	seat->fallen = trap_state_of(frame);
	atomic_store_explicit(&seat->has_fallen, true, memory_order_release);
	atomic_fetch_add_explicit(&seat->member.crew->falls, 1, memory_order_release);
}

void crew_fall(struct cpu *cpu, const struct trap_frame *frame)
{
	note(cpu->context, frame);
	for (;;) {
		cli();
		hlt();
	}
}

bool crew_has_fallen(const struct crew_seat *seat)
{
	return atomic_load_explicit(&seat->has_fallen, memory_order_acquire);
}

struct processor_fall crew_fall_of(const struct crew_seat *seat)
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
static void tell(struct crew *crew, struct crew_seat *seat)
{
	crew_lose(crew, &seat->member);
	if (crew->measuring)
		crew->on_fallen(crew->context, &seat->member, &seat->fallen);
	else
		crew->on_dropped(crew->context, &seat->member, &seat->fallen);
}

void crew_check(struct crew *crew)
{
	if (atomic_load_explicit(&crew->falls, memory_order_acquire) ==
	    crew->falls_told)
		return;
	for (uint32_t i = 0; i < crew->seat_count; i++) {
		struct crew_seat *const seat = crew_seat_at(crew, i);

		if (!crew_has_fallen(seat) || seat->fall_told)
			continue;
		seat->fall_told = true;
		crew->falls_told++;
		tell(crew, seat);
	}
}
