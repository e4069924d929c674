#pragma once
/*
 * The processors that were started, and work for them.
 *
 * Processor 0 is the boot processor, which commands; 1 ... smp_count() are the others.
 * Each of them waits on a stack of its own, with its interrupt vectors masked but the
 * ones below, until its line of jobs changes.
 *
 * Two ways to reach a processor:
 *   - a job: a function that it leaves its wait for, runs, and acknowledges.  One at a
 *     time, given by the boot processor only.
 *   - a call: an interrupt (VECTOR_CALL, or an NMI) that any processor sends with
 *     apic_send...() and that the processor takes while it waits or works.  It runs
 *     on_call, the same for all.  In SMP_POLL, SMP_MONITOR and SMP_ARMED that is
 *     called without an interrupt, when request.call changes.
 */
#include "bench/harness/smp/smp_types.h"

/* Others than the boot processor; 0 on one processor. */
unsigned smp_count(const struct smp *smp);

/* i = 0 ... smp_count(); 0 is the boot processor. */
struct smp_cpu *smp_cpu(struct smp *smp, unsigned i);

/* The processor that calls. */
struct smp_cpu *smp_self(void);

/* The mode the started processors' APICs are in, for apic_send...() and apic_eoi(). */
const struct apic *smp_apic(const struct smp *smp);

/*
 * True if every processor that the firmware lists has started and none is lost: only
 * then may a shorthand be sent.
 */
bool smp_owns_all(const struct smp *smp);

/*
 * Ticks to wait for an acknowledgement: 100 ms on hardware and on a modelled machine, 2
 * s elsewhere.  What is not there by then is a timeout.
 */
uint64_t smp_timeout(const struct smp *smp);

/*
 * All below is for the boot processor, and does nothing, or says false, for a processor
 * that is lost.  Should a processor have taken an exception nobody expected, they end
 * the run and do not return; before anything is measured it is lost, and they go on.
 */

/*
 * Gives a processor, not the boot processor, a job, waking it if it sleeps.  The job
 * begins with interrupts on, but in SMP_POLL.  False: the last one is not done, or it
 * is lost.
 */
bool smp_run_on(struct smp *smp, struct smp_cpu *member, smp_work *job, void *argument);

/* Commands how to wait from now on; smp_wait() returns when it is about to. */
bool smp_command(struct smp *smp, struct smp_cpu *member, enum smp_state state,
                 uint32_t hint);

/*
 * The same for SMP_WORK: step is called again and again until there is something else
 * to do, with interrupts on.  A step is short, and comes back as it was called.
 */
bool smp_command_work(struct smp *smp, struct smp_cpu *member, smp_work *step,
                      void *argument);

/*
 * True when the last job is done; false after that many ticks: the processor is lost.
 */
bool smp_wait(struct smp *smp, struct smp_cpu *member, uint64_t limit_ticks);

/*
 * The last job, for every processor that can still take one: whether they do is not
 * waited for, and exceptions are not looked at any more.
 */
void smp_dismiss(struct smp *smp, smp_work *job, void *argument);

/* Gives up on a processor, as smp_wait() does: for one whose call was not answered. */
void smp_lose(struct smp *smp, struct smp_cpu *member);

/*
 * The same for good: behind an INIT it waits for a SIPI that nobody sends (SDM 3A 10.4
 * "Multiple-Processor (MP) Initialization"), and touches nothing.  For one whose work
 * might come back to what others use by then.  One that is in SMM takes it behind that.
 */
void smp_stop(struct smp *smp, struct smp_cpu *member);

/* NULL: calls are counted, nothing is done.  Not while a call may be under way. */
void smp_on_call(struct smp *smp, smp_call *on_call, void *context);
void smp_on_nmi(struct smp *smp, smp_nmi *on_nmi, void *context);

/*
 * Numbers one more call in the request of a processor: what SMP_POLL waits for, and
 * what on_call may compare.  From any processor, several at once too.  Returns the
 * number.
 */
static inline uint32_t smp_fill_call(struct smp_cpu *member)
{
	return atomic_fetch_add_explicit(&member->request.call, 1,
	                                 memory_order_acq_rel) +
	       1;
}

/* To one in SMP_ARMED: the call of that number is stored, where all can see it. */
static inline void smp_tell_stored(struct smp_cpu *member, uint32_t call)
{
	atomic_store_explicit(&member->request.stored, call, memory_order_release);
}

/*
 * What every on_call and on_nmi begins with, and all that it need not do before a stamp
 * of its own: fetches the line of its calls and notes which one is taken, before
 * anything is done about it, so that a later one comes again.  Returns its number.
 */
static inline uint32_t smp_take(struct smp_cpu *me)
{
	me->served = atomic_load_explicit(&me->request.call, memory_order_acquire);
	return me->served;
}

/* NULL if all are in x2APIC mode, or may be brought there; else why not. */
const char *smp_x2apic_refusal(const struct smp *smp);

/*
 * All processors from xAPIC to x2APIC mode, once; false where that is not to be had.
 * One that does not follow, or has another id then, is lost.
 */
bool smp_enter_x2apic(struct smp *smp);

/*
 * Hints for SMP_MWAIT that all have by CPUID 5, shallowest first; 0 where one has no
 * MONITOR.
 */
unsigned smp_mwait_hints(const struct smp *smp, uint32_t *hints, unsigned room);

/* The interval of to's TSC less from's. */
struct tsc_offset smp_offset(const struct smp_cpu *from, const struct smp_cpu *to);

/*
 * Between a clock that says that the timeout, in ticks, is over and the last look: a
 * tenth of it, 10 ms on hardware, as lib/processor/grace.h says.
 */
static inline struct grace smp_grace_begin(uint64_t timeout)
{
	return grace_begin(timeout / 10, rdtsc_ordered());
}

static inline void smp_grace(uint64_t timeout)
{
	struct grace grace = smp_grace_begin(timeout);

	while (grace_goes_on(&grace, rdtsc_ordered()))
		cpu_relax();
}

/*
 * Ends the run if a processor has faulted since rows are measured; before that it is
 * lost.  For loops that wait themselves.
 */
void smp_check(struct smp *smp);

/*
 * For a processor that waits for others with interrupts off: runs on_call if its own
 * request.call has moved since on_call was last entered.  The interrupt of that call
 * comes all the same, when interrupts are on again, and finds nothing left to do.
 */
void smp_serve(struct smp_cpu *me);
