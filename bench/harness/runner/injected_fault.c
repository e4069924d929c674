#include "bench/harness/runner/injected_fault.h"

#include "bench/harness/experiment/script_shape.h"
#include "bench/harness/selftest/selftest_op.h"
#include "lib/x86/insn.h"

/* Which chunk and window of it have a fault on purpose. */
#define INJECT_BEFORE_CHUNK 3u
#define INJECT_AT_WINDOW 30u

static void fall_down(struct smp_cpu *me, void *unused)
{
	(void)me;
	(void)unused;
	touch(0);
}

/* As firmware does in an SMI that puts a TSC back to what it thinks is right. */
static void move_clock(struct smp_cpu *me, void *unused)
{
	const uint32_t msr_tsc = 0x10;

	(void)me;
	(void)unused;
	wrmsr(msr_tsc, rdtsc_ordered() + (UINT64_C(1) << 28));
}

/* Waits: an emulator that runs them in turn might be done before it gets there. */
static void have_done(struct smp *smp, unsigned number, smp_work *job)
{
	struct smp_cpu *const member = smp_cpu(smp, number);

	if (number != 0 && smp_run_on(smp, member, job, NULL))
		(void)smp_wait(smp, member, smp_timeout(smp));
}

/* Page 0 is not mapped. */
void inject_before_chunk(struct run *run, struct experiment *experiment)
{
	if (run->chunk + 1 != INJECT_BEFORE_CHUNK)
		return;
	if ((run->config->injected_faults & INJECT_PF) != 0)
		touch(0);
	if ((run->config->injected_faults & INJECT_SPACE) != 0)
		script_shape_misdirect(&run->workspace.script_area, experiment);
	if ((run->config->injected_faults & INJECT_FAULTED_CPU) != 0 &&
	    smp_count(&run->smp) != 0)
		have_done(&run->smp, 1, fall_down);
	if ((run->config->injected_faults & INJECT_MOVED_CLOCK) != 0)
		have_done(&run->smp, smp_count(&run->smp), move_clock);
	if ((run->config->injected_faults & INJECT_STRAY_NMI) != 0 &&
	    smp_count(&run->smp) != 0)
		run->injected_stray = experiment;
	if ((run->config->injected_faults & INJECT_IRQ) == 0 ||
	    experiment->spec.shape != NULL)
		return;
	run->injected_nmi = INJECT_AT_WINDOW;
	experiment->priming.prime = selftest_prime_with_nmi;
	experiment->priming.context = &run->injected_nmi;
}

/* Behind the self-tests and the first verification, in the middle of the rows. */
#define INJECT_AT_WORK 50u

bool inject_never_ends(const struct core_own *own)
{
	return (own->run->config->injected_faults & INJECT_LOST_CORE) != 0 &&
	       own->works == INJECT_AT_WORK;
}

void inject_in_work(const struct core_own *own)
{
	while (inject_never_ends(own))
		hlt();
}

/*
 * Not in the block of the frequency probe before the experiment's.  Waits until it is
 * taken: an emulator that runs them in turn might do so behind it.
 */
void inject_in_block(struct run *run)
{
	const uint32_t before = smp_unexpected(&run->smp);
	const uint64_t from = rdtsc_ordered();

	if (run->injected_stray == NULL || run->group.setup.running == NULL ||
	    run->group.setup.running->experiment != run->injected_stray)
		return;
	run->injected_stray = NULL;
	(void)apic_send_nmi(smp_apic(&run->smp), smp_cpu(&run->smp, 1)->apic_id);
	while (smp_unexpected(&run->smp) == before &&
	       rdtsc_ordered() - from < smp_timeout(&run->smp))
		cpu_relax();
}
