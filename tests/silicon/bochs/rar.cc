/*
 * Signals of Remote Action Requests on their way.  Bochs' APICs do not know that
 * delivery mode: a command with it never gets to them.
 */
#include "tests/silicon/bochs/body.hh"

#define VECTOR_OF_RAR 0xe0u
#define ICR_VECTOR 0xffu
#define ICR_IS_LOGICAL (1u << 11)

enum { TO_ONE, TO_SELF, TO_ALL, TO_OTHERS };

static bool is_asleep(const struct body_cpu *cpu)
{
	return cpu->sleeps ||
	       cpu->bochs->activity_state != BX_CPU_C::BX_ACTIVITY_STATE_ACTIVE;
}

static void signal(const struct body_cpu *from, struct body_cpu *to)
{
	const enum silicon_cost way =
		silicon_delivery(body.silicon, from->number, to->number);

	// One that waits is as good as two: all that is pending is done.
	if (!to->is_modelled || to->rar.at != 0)
		return;
	to->rar.from = from->number;
	to->rar.at = silicon_time(body.silicon, from->number) +
	             silicon_cost(body.silicon, to->number, way);
	body.rars++;
}

static bool is_meant(const struct body_cpu *from, const struct body_cpu *to,
                     uint32_t low, uint32_t destination)
{
	const unsigned shorthand = low >> 18 & 3;

	if (shorthand != TO_ONE)
		return shorthand == TO_ALL || (from == to) == (shorthand == TO_SELF);
	if ((low & ICR_IS_LOGICAL) != 0)
		return to->number >> 4 == destination >> 16 &&
		       (destination >> (to->number & 15) & 1) != 0;
	return to->number == destination;
}

void rar_send(struct body_cpu *from, uint32_t low, uint32_t destination)
{
	silicon_charge(body.silicon, from->number, SILICON_IPI_SEND, 1);
	if ((low & ICR_VECTOR) != VECTOR_OF_RAR)
		return;
	for (unsigned i = 0; i < body.count; i++)
		if (is_meant(from, &body.cpus[i], low, destination))
			signal(from, &body.cpus[i]);
}

static void arrive(struct body_cpu *cpu)
{
	silicon_wait(body.silicon, cpu->number, cpu->rar.at);
	if (!silicon_rar(body.silicon, cpu->number, cpu->rar.from,
	                 cpu->bochs->get_IF() != 0))
		return;
	cpu->rar.at = 0;
	body.rars--;
	// What was fetched may not be what is there now.
	cpu->bochs->invalidate_prefetch_q();
}

// Who sleeps runs no instruction: the first who gets that far sees it done.
void rar_pass(struct body_cpu *cpu)
{
	for (unsigned i = 0; i < body.count; i++) {
		struct body_cpu *const to = &body.cpus[i];

		if (to->rar.at != 0 && (to == cpu || is_asleep(to)) &&
		    silicon_time(body.silicon, cpu->number) >= to->rar.at)
			arrive(to);
	}
}

void rar_reset(struct body_cpu *cpu)
{
	if (cpu->rar.at != 0)
		body.rars--;
	cpu->rar.at = 0;
}
