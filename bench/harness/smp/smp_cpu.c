/* What a member does: gets ready, waits, works, takes calls. */
#include "bench/harness/smp/smp_start.h"
#include "lib/options/plant.h"
#include "lib/x86/control.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"
#include "lib/x86/leaves.h"

static void count(_Atomic uint32_t *counter)
{
	const uint32_t before = atomic_load_explicit(counter, memory_order_relaxed);

	atomic_store_explicit(counter, before + 1, memory_order_relaxed);
}

static struct crew_member *member_of(const struct cpu *cpu)
{
	return cpu->local;
}

struct crew_member *crew_self(void)
{
	return member_of(this_cpu());
}

/* The line of calls is for on_call to fetch: it may time that (crew_take()). */
static void take_call(struct crew_member *me, _Atomic uint32_t *counter)
{
	const struct crew *const crew = me->crew;
	crew_call *const on_call =
		atomic_load_explicit(&crew->on_call, memory_order_acquire);

	count(counter);
	if (on_call != NULL)
		on_call(me, crew->call_context);
	else
		(void)crew_take(me);
}

static bool has_call(const struct crew_member *me)
{
	return atomic_load_explicit(&me->request.call, memory_order_acquire) !=
	       me->served;
}

void crew_serve(struct crew_member *me)
{
	if (has_call(me))
		take_call(me, &me->calls_polled);
}

/* The boot processor's are told by its own count. */
static void note_unexpected(const struct crew_member *me)
{
	if (me->number != 0)
		atomic_fetch_add_explicit(&me->crew->unexpected, 1,
		                          memory_order_relaxed);
}

void crew_on_interrupt(struct cpu *cpu, uint64_t vector)
{
	struct crew_member *const me = member_of(cpu);

	switch (vector) {
	case VECTOR_CALL:
		take_call(me, &me->calls_handled);
		break;
	case VECTOR_WAKE:
		count(&me->wakes);
		break;
	case VECTOR_SPURIOUS:
		count(&me->spurious);
		note_unexpected(me);
		return; /* no EOI: it was never in service */
	default:
		note_unexpected(me);
		break;
	}
	apic_eoi(&me->apic);
}

void crew_take_nmi(struct cpu *cpu)
{
	struct crew_member *const me = member_of(cpu);
	const struct crew *const crew = me->crew;
	crew_nmi *const on_nmi =
		atomic_load_explicit(&crew->on_nmi, memory_order_acquire);

	if (on_nmi == NULL || !on_nmi(me, crew->nmi_context)) {
		count(&me->nmis_stray);
		note_unexpected(me);
		return;
	}
	count(&me->nmis_handled);
}

static bool is_asked(const struct crew_member *me, uint32_t seen)
{
	return atomic_load_explicit(&me->request.generation, memory_order_acquire) !=
	       seen;
}

static void wait_halted(const struct crew_member *me, uint32_t seen)
{
	for (cli(); !is_asked(me, seen); cli())
		halt();
}

/*
 * Bochs 2.7 takes the address of its last page walk for the line's, unless the walk is
 * MONITOR's own.
 */
static void arm_monitor(const struct crew_member *me, const volatile void *line)
{
	if (me->crew->machine->env == ENV_BOCHS)
		invlpg((uintptr_t)line);
	monitor(line);
}

static void wait_monitoring(const struct crew_member *me, uint32_t seen, uint32_t hint)
{
	while (!is_asked(me, seen)) {
		arm_monitor(me, &me->request.generation);
		if (!is_asked(me, seen))
			mwait(hint);
	}
}

/*
 * A store to the line of calls ends it, or an interrupt: those are off until MWAIT, so
 * that none comes between the looks and the sleep (STI holds them up for one more
 * instruction, SDM 2B "STI").
 */
static void wait_for_store(struct crew_member *me, uint32_t seen, uint32_t hint)
{
	const volatile void *const line = (me->crew->plants & PLANT_LOST_STORE) != 0
	                                          ? (const void *)&me->answer
	                                          : &me->request.call;

	cli();
	while (!is_asked(me, seen)) {
		arm_monitor(me, line);
		if (!is_asked(me, seen) && !has_call(me))
			sti_mwait(hint);
		cli();
		crew_serve(me);
	}
}

static void wait_polling(struct crew_member *me, uint32_t seen)
{
	cli();
	while (!is_asked(me, seen)) {
		crew_serve(me);
		pause();
	}
}

/* As it is commanded, until the request line has another generation. */
static void wait_for_work(struct crew_member *me, enum crew_state state, uint32_t hint,
                          uint32_t seen)
{
	switch (state) {
	case CREW_HALT:
		wait_halted(me, seen);
		break;
	case CREW_SPIN:
		while (!is_asked(me, seen))
			;
		break;
	case CREW_PAUSE:
		while (!is_asked(me, seen))
			pause();
		break;
	case CREW_MWAIT:
		wait_monitoring(me, seen, hint);
		break;
	case CREW_MONITOR:
		wait_for_store(me, seen, hint);
		break;
	case CREW_POLL:
		wait_polling(me, seen);
		break;
	}
}

static _Noreturn void work(struct crew_member *me)
{
	struct crew_request *const request = &me->request;
	enum crew_state state = CREW_HALT;
	uint32_t hint = 0;
	uint32_t seen = CREW_FIRST_GENERATION;

	for (;;) {
		atomic_store_explicit(&me->answer.generation, seen,
		                      memory_order_release);
		if (state != CREW_POLL)
			sti();
		wait_for_work(me, state, hint, seen);
		seen = atomic_load_explicit(&request->generation, memory_order_acquire);
		state = request->state;
		hint = request->hint;
		if (state == CREW_POLL)
			cli();
		else
			sti();
		if (request->job != NULL)
			request->job(me, request->argument);
	}
}

/* Its registers as the boot processor's; what stays different is noted. */
static uint8_t take_over(const struct crew *crew, struct apic *apic)
{
	const struct machine *const machine = crew->machine;
	const struct registers found = control_read();
	const uint64_t as_found = CR4_VMXE | CR4_SMXE;
	unsigned differences = 0;

	control_take_over(&found, (machine->features & FEATURE_NX) != 0);
	wrmsr(MSR_EFER, machine->used.efer);
	write_cr3(crew->root);
	control_drop_all();
	*apic = apic_found();
	if (apic->mode != crew->boot.apic.mode && crew->boot.apic.mode == APIC_X2APIC)
		(void)apic_enter_x2apic(apic);

	const struct registers used = control_read();

	if (used.cr0 != machine->used.cr0 || used.efer != machine->used.efer ||
	    ((used.cr4 ^ machine->used.cr4) & ~as_found) != 0)
		differences |= DIFFERS_CONTROL;
	if (used.pat != machine->used.pat)
		differences |= DIFFERS_PAT;
	if (control_mtrr_digest() != crew->mtrr_digest)
		differences |= DIFFERS_MTRRS;
	if (apic->mode != crew->boot.apic.mode || apic->base != crew->boot.apic.base)
		differences |= DIFFERS_APIC_MODE;
	if (control_lfence_waits(is_amd(machine)) !=
	    ((machine->features & FEATURE_LFENCE_WAITS) != 0))
		differences |= DIFFERS_LFENCE;
	return (uint8_t)differences;
}

static bool is_last(const struct crew *crew, const struct crew_seat *seat)
{
	return seat == crew_seat_at(crew, crew->seat_count - 1);
}

void crew_enter(void *context)
{
	struct crew_seat *const seat = context;
	struct crew_member *const me = &seat->member;
	const uint64_t ist_tops[IST_COUNT] = {
		[IST_NMI] = (uintptr_t)(&seat->nmi_stack + 1),
		[IST_DOUBLE_FAULT] = (uintptr_t)(&seat->double_fault_stack + 1),
		[IST_MACHINE_CHECK] = (uintptr_t)(&seat->machine_check_stack + 1),
	};
	struct topology_leaves leaves;

	seat->cpu.on_fatal = crew_fall;
	seat->cpu.context = seat;
	seat->cpu.on_interrupt = crew_on_interrupt;
	seat->cpu.on_nmi = crew_take_nmi;
	seat->cpu.local = me;
	cpu_install(&seat->cpu, ist_tops);
	if ((me->crew->plants & PLANT_ODD_CPU) != 0 && is_last(me->crew, seat))
		touch(0);
	seat->differences = take_over(me->crew, &me->apic);
	/* One whose APIC is not where the others' are could not even end an interrupt.
	 */
	if ((seat->differences & DIFFERS_APIC_MODE) == 0) {
		apic_prepare(&me->apic, VECTOR_SPURIOUS, false);
		if (!apic_copy_smi_entries(&me->apic, &me->crew->smi_entries))
			seat->differences |= DIFFERS_SMI_LVT;
	}
	leaves_read(&leaves, is_amd(me->crew->machine));
	topology_decode(&leaves, &me->topology);
	plant_core_type(me->crew->plants, is_last(me->crew, seat), &me->topology);
	me->mwait_kinds = leaves_mwait_kinds();
	me->tsc_adjust_known = identify_tsc_adjust(&me->tsc_adjust);
	work(me);
}
