#pragma once
/*
 * The processors that were started, and work for them.
 *
 * Member 0 is the boot processor, which commands; 1 ... crew_count() are the others.
 * Each of them waits on a stack of its own, with its interrupt vectors masked but the
 * ones below, until its line of jobs changes.
 *
 * Two ways to reach a member:
 *   - a job: a function that it leaves its wait for, runs, and acknowledges.  One at a
 *     time, given by the boot processor only.
 *   - a call: an interrupt (VECTOR_CALL, or an NMI) that any processor sends with
 *     apic_send...() and that the member takes while it waits or works.  What it does
 * is the crew's on_call, the same for all.  In CREW_POLL and CREW_MONITOR it is called
 *     without an interrupt, when request.call changes.
 */
#include "bench/harness/smp/smp_types.h"

/* Others than the boot processor; 0 on one processor. */
unsigned crew_count(const struct crew *crew);

/* i = 0 ... crew_count(); 0 is the boot processor. */
struct crew_member *crew_member(struct crew *crew, unsigned i);

/* The member that calls. */
struct crew_member *crew_self(void);

/* The mode the crew's APICs are in, for apic_send...() and apic_eoi(). */
const struct apic *crew_apic(const struct crew *crew);

/*
 * True if every processor that the firmware lists is a member and none is lost: only
 * then may a shorthand be sent.
 */
bool crew_owns_all(const struct crew *crew);

/*
 * Ticks to wait for an acknowledgement: 100 ms on hardware, 2 s elsewhere.  What is not
 * there by then is a timeout.
 */
uint64_t crew_patience(const struct crew *crew);

/*
 * All below is for the boot processor, and does nothing, or says false, for a member
 * that is lost.  Should a member have taken an exception nobody expected, they end the
 * run and do not return; before anything is measured it is lost, and they go on.
 */

/*
 * Gives a member, not the boot processor, a job, waking it if it sleeps.  The job
 * begins with interrupts on, but in CREW_POLL.  False: the last one is not done, or it
 * is lost.
 */
bool crew_run(struct crew *crew, struct crew_member *member, crew_job *job,
              void *argument);

/* Commands how to wait from now on; crew_wait() returns when it is about to. */
bool crew_command(struct crew *crew, struct crew_member *member, enum crew_state state,
                  uint32_t hint);

/* True when the last job is done; false after that many ticks: the member is lost. */
bool crew_wait(struct crew *crew, struct crew_member *member, uint64_t limit_ticks);

/*
 * The last job, for every member that can still take one: whether they do is not waited
 * for, and exceptions are not looked at any more.
 */
void crew_dismiss(struct crew *crew, crew_job *job, void *argument);

/* Gives up on a member, as crew_wait() does: for one whose call was not answered. */
void crew_lose(struct crew *crew, struct crew_member *member);

/* NULL: calls are counted, nothing is done.  Not while a call may be under way. */
void crew_on_call(struct crew *crew, crew_call *on_call, void *context);
void crew_on_nmi(struct crew *crew, crew_nmi *on_nmi, void *context);

/*
 * Numbers one more call in the request of a member: what CREW_POLL waits for, and what
 * on_call may compare.  From any processor, several at once too.  Returns the number.
 */
static inline uint32_t crew_fill_call(struct crew_member *member)
{
	return atomic_fetch_add_explicit(&member->request.call, 1,
	                                 memory_order_acq_rel) +
	       1;
}

/*
 * What every on_call and on_nmi begins with, and all that it need not do before a stamp
 * of its own: fetches the line of its calls and notes which one is taken, before
 * anything is done about it, so that a later one comes again.  Returns its number.
 */
static inline uint32_t crew_take(struct crew_member *me)
{
	me->served = atomic_load_explicit(&me->request.call, memory_order_acquire);
	return me->served;
}

/* NULL if all are in x2APIC mode, or may be brought there; else why not. */
const char *crew_x2apic_refusal(const struct crew *crew);

/*
 * All members from xAPIC to x2APIC mode, once; false where that is not to be had.  One
 * that does not follow, or has another id then, is lost.
 */
bool crew_enter_x2apic(struct crew *crew);

/*
 * Hints for CREW_MWAIT that all have by CPUID 5, shallowest first; 0 where one has no
 * MONITOR.
 */
unsigned crew_mwait_hints(const struct crew *crew, uint32_t *hints, unsigned room);

/* The interval of to's TSC less from's. */
struct tsc_offset crew_offset(const struct crew_member *from,
                              const struct crew_member *to);

/*
 * Between a clock that says that patience, in ticks, is at its end and the last look: a
 * tenth of it, 10 ms on hardware, as lib/processor/linger.h says.
 */
static inline struct linger crew_linger_begin(uint64_t patience)
{
	return linger_begin(patience / 10, rdtsc_ordered());
}

static inline void crew_linger(uint64_t patience)
{
	struct linger linger = crew_linger_begin(patience);

	while (linger_goes_on(&linger, rdtsc_ordered()))
		pause();
}

/*
 * Ends the run if a member has fallen since rows are measured; before that it is lost.
 * For loops that wait themselves.
 */
void crew_check(struct crew *crew);

/*
 * For a processor that waits for others with interrupts off: runs on_call if its own
 * request.call has moved since on_call was last entered.  The interrupt of that call
 * comes all the same, when interrupts are on again, and finds nothing left to do.
 */
void crew_serve(struct crew_member *me);
