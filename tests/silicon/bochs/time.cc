/*
 * Time.  Each modelled processor has its own, the model's; who is ahead waits for the
 * others, so that what one writes the other reads when it would.  Bochs' clock, by
 * which its devices go, counts ticks of the TSC and follows where a device is asked.
 */
#include "tests/silicon/bochs/body.hh"

#include <setjmp.h>

#define MILLI UINT64_C(1000)

// How far ahead a processor may be, in milli-ticks.
#define SLACK (16 * MILLI)

#define VECTOR_OF_NMI 2u

static uint64_t time_of(const struct body_cpu *cpu)
{
	return silicon_time(body.silicon, cpu->number);
}

static uint64_t clock_of_devices(void)
{
	return bx_pc_system.time_ticks() * MILLI;
}

void time_meet(struct body_cpu *cpu)
{
	const uint64_t devices = clock_of_devices(), own = time_of(cpu);

	if (!cpu->is_modelled)
		silicon_wait(body.silicon, cpu->number, devices);
	else if (own > devices)
		BX_TICKN((Bit32u)((own - devices) / MILLI));
}

// Of the first serial port; a byte at 115200 baud takes so many microseconds.
#define LINE_STATUS 0x3fdu
#define BYTE_US 87u

// Who looks whether a byte can be sent waits for it there, and not by looking again.
void time_reach_port(struct body_cpu *cpu, unsigned port)
{
	if (port == LINE_STATUS)
		silicon_wait(body.silicon, cpu->number,
		             time_of(cpu) +
		                     silicon_params(body.silicon)->tsc_khz * BYTE_US);
	time_meet(cpu);
}

void time_begin(struct body_cpu *cpu)
{
	const uint64_t devices = clock_of_devices();

	silicon_wait(body.silicon, cpu->number,
	             devices > body.latest ? devices : body.latest);
	cpu->limit = 0;
	body.is_begun = true;
}

// Ten million instructions a second of the boot processor, whatever the others do: waits
// of firmware are as short as in -e bochs.
#define FIRMWARE_KHZ 10000u

void time_open(void)
{
	body.firmware_ticks =
		(Bit32u)(silicon_params(body.silicon)->tsc_khz / FIRMWARE_KHZ);
}

void time_pass(const struct body_cpu *cpu)
{
	if (!body.is_begun && cpu->number == 0)
		BX_TICKN(body.firmware_ticks);
}

// Up to the next tick of the firmware's timer, which comes every 10 ms.
#define IDLE_STEP 64u
#define IDLE_STEPS 2048u

static bool has_work(BX_CPU_C *bochs)
{
	return bochs->activity_state == BX_CPU_C::BX_ACTIVITY_STATE_ACTIVE ||
	       bochs->is_unmasked_event_pending(
		       BX_EVENT_PENDING_INTR | BX_EVENT_PENDING_LAPIC_INTR |
		       BX_EVENT_NMI | BX_EVENT_SMI | BX_EVENT_INIT);
}

static bool all_sleep(void)
{
	for (unsigned i = 0; i < body.count; i++)
		if (has_work(body.cpus[i].bochs))
			return false;
	return true;
}

// Bochs gives a processor that sleeps 16 ticks a turn, which is nothing of this clock.
void time_idle(void)
{
	for (unsigned i = 0; i < IDLE_STEPS && !body.is_begun && all_sleep(); i++)
		BX_TICKN(IDLE_STEP * body.firmware_ticks);
}

static bool is_running(const struct body_cpu *cpu)
{
	return cpu->is_modelled &&
	       cpu->bochs->activity_state == BX_CPU_C::BX_ACTIVITY_STATE_ACTIVE &&
	       !cpu->sleeps;
}

// Bochs' loop over the processors takes up again where exceptions end, and goes on with
// the next one: nothing of this instruction has been done.
void time_take_turn(struct body_cpu *cpu)
{
	const uint64_t own = time_of(cpu);
	uint64_t limit = UINT64_MAX;

	body.latest = own;
	if (own <= cpu->limit)
		return;
	for (unsigned i = 0; i < body.count; i++)
		if (i != cpu->number && is_running(&body.cpus[i])) {
			const uint64_t other = time_of(&body.cpus[i]) + SLACK;

			if (other < limit)
				limit = other;
		}
	if (own > limit)
		longjmp(BX_CPU_C::jmp_buf_env, 1);
	// Who is asleep now may be woken before that.
	cpu->limit = limit < own + SLACK ? limit : own + SLACK;
}

void time_send(struct body_cpu *cpu, unsigned vector)
{
	silicon_charge(body.silicon, cpu->number, SILICON_IPI_SEND, 1);
	body.sent[vector].from = cpu->number;
	body.sent[vector].at = time_of(cpu);
}

static void end_sleep(struct body_cpu *cpu)
{
	const bool is_hlt = cpu->hint == UINT32_MAX;

	cpu->sleeps = false;
	if (!is_hlt)
		body.asleep--;
	silicon_charge(body.silicon, cpu->number,
	               is_hlt ? SILICON_WAKE_HLT : silicon_wake(cpu->hint), 1);
}

void time_interrupted(struct body_cpu *cpu, unsigned vector)
{
	const unsigned from = body.sent[vector].from;
	const bool is_sent = body.sent[vector].at != 0;

	if (is_sent && from != cpu->number) {
		const enum silicon_cost way =
			silicon_delivery(body.silicon, from, cpu->number);

		silicon_wait(body.silicon, cpu->number,
		             body.sent[vector].at +
		                     silicon_cost(body.silicon, cpu->number, way));
	} else if (cpu->sleeps) {
		silicon_wait(body.silicon, cpu->number, clock_of_devices());
	}
	if (cpu->sleeps)
		end_sleep(cpu);
	silicon_charge(body.silicon, cpu->number,
	               vector == VECTOR_OF_NMI ? SILICON_NMI : SILICON_INTERRUPT, 1);
}

void time_wake(struct body_cpu *cpu)
{
	silicon_wait(body.silicon, cpu->number,
	             cpu->woken_at != 0 ? cpu->woken_at : body.latest);
	end_sleep(cpu);
}
