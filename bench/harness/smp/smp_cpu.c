/* What a processor does: gets ready, waits, works, takes calls. */
#include "bench/harness/smp/smp_start.h"
#include "lib/options/injected_fault.h"
#include "lib/x86/control.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"
#include "lib/x86/leaves.h"

static void count(_Atomic uint32_t *counter)
{
	const uint32_t before = atomic_load_explicit(counter, memory_order_relaxed);

	atomic_store_explicit(counter, before + 1, memory_order_relaxed);
}

static struct smp_cpu *smp_cpu_of(const struct cpu *cpu)
{
	return cpu->local;
}

struct smp_cpu *smp_self(void)
{
	return smp_cpu_of(this_cpu());
}

/* The line of calls is for on_call to fetch: it may time that (smp_take()). */
static void take_call(struct smp_cpu *me, _Atomic uint32_t *counter)
{
	const struct smp *const smp = me->smp;
	smp_call *const on_call =
		atomic_load_explicit(&smp->on_call, memory_order_acquire);

	count(counter);
	if (on_call != NULL)
		on_call(me, smp->call_context);
	else
		(void)smp_take(me);
}

static bool has_call(const struct smp_cpu *me)
{
	return atomic_load_explicit(&me->request.call, memory_order_acquire) !=
	       me->served;
}

void smp_serve(struct smp_cpu *me)
{
	if (has_call(me))
		take_call(me, &me->calls_polled);
}

/* The boot processor's are told by its own count. */
static void note_unexpected(const struct smp_cpu *me)
{
	if (me->number != 0)
		atomic_fetch_add_explicit(&me->smp->unexpected, 1,
		                          memory_order_relaxed);
}

void smp_on_interrupt(struct cpu *cpu, uint64_t vector)
{
	struct smp_cpu *const me = smp_cpu_of(cpu);

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

void smp_take_nmi(struct cpu *cpu)
{
	struct smp_cpu *const me = smp_cpu_of(cpu);
	const struct smp *const smp = me->smp;
	smp_nmi *const on_nmi =
		atomic_load_explicit(&smp->on_nmi, memory_order_acquire);

	if (on_nmi == NULL || !on_nmi(me, smp->nmi_context)) {
		count(&me->nmis_stray);
		note_unexpected(me);
		return;
	}
	count(&me->nmis_handled);
}

static bool is_asked(const struct smp_cpu *me, uint32_t seen)
{
	return atomic_load_explicit(&me->request.generation, memory_order_acquire) !=
	       seen;
}

static void wait_halted(const struct smp_cpu *me, uint32_t seen)
{
	for (cli(); !is_asked(me, seen); cli())
		halt();
}

/*
 * Bochs 2.7 takes the address of its last page walk for the line's, unless the walk is
 * MONITOR's own.
 */
static void arm_monitor(const struct smp_cpu *me, const volatile void *line)
{
	if (me->smp->machine->env == ENV_BOCHS)
		invlpg((uintptr_t)line);
	monitor(line);
}

/*
 * Interrupts are off from the look to MWAIT: the one that comes with a job, for
 * processors on which the store alone may not end the wait, must not come in between.
 */
static void wait_monitoring(const struct smp_cpu *me, uint32_t seen, uint32_t hint)
{
	for (cli(); !is_asked(me, seen); cli()) {
		arm_monitor(me, &me->request.generation);
		if (!is_asked(me, seen))
			halt_mwait(hint);
	}
}

/* What it monitors for calls. */
static const volatile void *line_of_calls(const struct smp_cpu *me)
{
	return (me->smp->injected_faults & INJECT_LOST_STORE) != 0
	               ? (const void *)&me->answer
	               : &me->request.call;
}

/*
 * A store to the line of calls ends it, or an interrupt, which are off until MWAIT as
 * above.
 */
static void wait_for_store(struct smp_cpu *me, uint32_t seen, uint32_t hint)
{
	const volatile void *const line = line_of_calls(me);

	cli();
	while (!is_asked(me, seen)) {
		arm_monitor(me, line);
		if (!is_asked(me, seen) && !has_call(me))
			halt_mwait(hint);
		cli();
		smp_serve(me);
	}
}

static uint32_t stored_call(const struct smp_cpu *me)
{
	return atomic_load_explicit(&me->request.stored, memory_order_acquire);
}

/* Waits until a call is stored that was not before; false: there is a job. */
static bool is_told(const struct smp_cpu *me, uint32_t seen, uint32_t before)
{
	while (stored_call(me) == before) {
		if (is_asked(me, seen))
			return false;
		cpu_relax();
	}
	return true;
}

/*
 * Until a call is stored behind MONITOR, which is told by another line: MWAIT must not
 * wait then (SDM 2B "MWAIT": a store between the two ends it).  A call that came before
 * MONITOR is none to wait for.
 */
static void wait_armed(struct smp_cpu *me, uint32_t seen, uint32_t hint)
{
	const volatile void *const line = line_of_calls(me);

	cli();
	while (!is_asked(me, seen)) {
		const uint32_t before = stored_call(me);

		arm_monitor(me, line);
		if (!has_call(me) && is_told(me, seen, before)) {
			count(&me->calls_armed);
			halt_mwait(hint);
			cli();
		}
		smp_serve(me);
	}
}

static void wait_polling(struct smp_cpu *me, uint32_t seen)
{
	cli();
	while (!is_asked(me, seen)) {
		smp_serve(me);
		cpu_relax();
	}
}

/* As it is commanded, until the request line has another generation. */
static void wait_for_work(struct smp_cpu *me, enum smp_state state, uint32_t hint,
                          uint32_t seen)
{
	switch (state) {
	case SMP_HALT:
		wait_halted(me, seen);
		break;
	case SMP_SPIN:
		while (!is_asked(me, seen))
			;
		break;
	case SMP_PAUSE:
		while (!is_asked(me, seen))
			cpu_relax();
		break;
	case SMP_MWAIT:
		wait_monitoring(me, seen, hint);
		break;
	case SMP_MONITOR:
		wait_for_store(me, seen, hint);
		break;
	case SMP_ARMED:
		wait_armed(me, seen, hint);
		break;
	case SMP_POLL:
		wait_polling(me, seen);
		break;
	case SMP_WORK:
		while (!is_asked(me, seen))
			me->request.step(me, me->request.step_argument);
		break;
	}
}

static _Noreturn void work(struct smp_cpu *me)
{
	struct smp_request *const request = &me->request;
	enum smp_state state = SMP_HALT;
	uint32_t hint = 0;
	uint32_t seen = SMP_FIRST_GENERATION;

	for (;;) {
		atomic_store_explicit(&me->answer.generation, seen,
		                      memory_order_release);
		if (state != SMP_POLL)
			sti();
		wait_for_work(me, state, hint, seen);
		seen = atomic_load_explicit(&request->generation, memory_order_acquire);
		state = request->state;
		hint = request->hint;
		if (state == SMP_POLL)
			cli();
		else
			sti();
		if (request->job != NULL)
			request->job(me, request->argument);
	}
}

/* Its registers as the boot processor's; what stays different is noted. */
static uint8_t take_over(const struct smp *smp, struct apic *apic)
{
	const struct machine *const machine = smp->machine;
	const struct registers found = control_read();
	const uint64_t as_found = CR4_VMXE | CR4_SMXE;
	unsigned differences = 0;

	control_take_over(&found, (machine->features & FEATURE_NX) != 0);
	wrmsr(MSR_EFER, machine->used.efer);
	write_cr3(smp->root);
	control_drop_all();
	*apic = apic_found();
	if (apic->mode != smp->boot.apic.mode && smp->boot.apic.mode == APIC_X2APIC)
		(void)apic_enter_x2apic(apic);

	const struct registers used = control_read();

	if (used.cr0 != machine->used.cr0 || used.efer != machine->used.efer ||
	    ((used.cr4 ^ machine->used.cr4) & ~as_found) != 0)
		differences |= DIFFERS_CONTROL;
	if (used.pat != machine->used.pat)
		differences |= DIFFERS_PAT;
	if (control_mtrr_digest() != smp->mtrr_digest)
		differences |= DIFFERS_MTRRS;
	if (apic->mode != smp->boot.apic.mode || apic->base != smp->boot.apic.base)
		differences |= DIFFERS_APIC_MODE;
	if (control_lfence_waits(is_amd(machine)) !=
	    ((machine->features & FEATURE_LFENCE_WAITS) != 0))
		differences |= DIFFERS_LFENCE;
	return (uint8_t)differences;
}

static bool is_last(const struct smp *smp, const struct cpu_area *area)
{
	return area == cpu_area_at(smp, smp->area_count - 1);
}

void smp_enter(void *context)
{
	struct cpu_area *const area = context;
	struct smp_cpu *const me = &area->smp_cpu;
	const uint64_t ist_tops[IST_COUNT] = {
		[IST_NMI] = (uintptr_t)(&area->nmi_stack + 1),
		[IST_DOUBLE_FAULT] = (uintptr_t)(&area->double_fault_stack + 1),
		[IST_MACHINE_CHECK] = (uintptr_t)(&area->machine_check_stack + 1),
	};
	struct topology_leaves leaves;

	area->cpu.on_fatal = smp_fault;
	area->cpu.context = area;
	area->cpu.on_interrupt = smp_on_interrupt;
	area->cpu.on_nmi = smp_take_nmi;
	area->cpu.local = me;
	cpu_install(&area->cpu, ist_tops);
	if ((me->smp->injected_faults & INJECT_ODD_CPU) != 0 && is_last(me->smp, area))
		touch(0);
	area->differences = take_over(me->smp, &me->apic);
	/* One whose APIC is not where the others' are could not even end an interrupt.
	 */
	if ((area->differences & DIFFERS_APIC_MODE) == 0) {
		apic_prepare(&me->apic, VECTOR_SPURIOUS, false);
		if (!apic_copy_smi_entries(&me->apic, &me->smp->smi_entries))
			area->differences |= DIFFERS_SMI_LVT;
	}
	leaves_read(&leaves, is_amd(me->smp->machine));
	topology_decode(&leaves, &me->topology);
	inject_core_type(me->smp->injected_faults, is_last(me->smp, area),
	                 &me->topology);
	me->mwait_kinds = leaves_mwait_kinds();
	me->tsc_adjust_known = identify_tsc_adjust(&me->tsc_adjust);
	work(me);
}
