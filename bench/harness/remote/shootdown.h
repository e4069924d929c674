#pragma once
/*
 * Dropping translations on other processors: what each side does.
 *
 * Who begins changes entries, writes a request, sends, and waits for all answers; only
 * then the old frame may be another's.  Who is asked does the operation and answers,
 * behind it, or before it where the experiment says so: then it uses none of the pages
 * until it is done, because it is still in its handler.
 *
 * Several may begin at once (tests/spin/shootdown.pml).  Each has a request of its own,
 * and every processor a mailbox with a bit for each that asks it:
 *   - the number of missing answers is stored before the bits are set;
 *   - whoever waits, for answers or for the lock, serves its own mailbox meanwhile, or
 *     two would wait for each other for ever: itself with interrupts off, else in the
 *     handler, as in kernels;
 *   - with interrupts on, the one whose bit was the first in the mailbox sends, behind
 *     the bit, and the others spare it theirs (Linux: llist_add() to an empty queue).
 *
 * With generations (paging/tlb_gen.h) all change one address space: who is asked may
 * find that one before has made it drop everything already.
 */
#include "bench/harness/remote/group.h"

/* What a call does: the request of the boot processor, or all in the mailbox. */
void shootdown_serve(struct smp_cpu *me, void *context);

/* The same in an NMI; several that begin at once send none. */
bool shootdown_serve_nmi(struct smp_cpu *me, void *context);

/*
 * The operation of the experiment, on the processor that calls, and nothing else: it is
 * part of what is timed, and one arm does without it.
 */
void shootdown_drop(const struct remote_context *remote, uint64_t va, uint16_t pcid);

/*
 * What a request of those that begin at once makes the processor drop, its own too,
 * interrupts off: nothing, a page, or all, by its generation where they have one.
 */
void shootdown_catch_up(struct remote_context *remote, const struct smp_cpu *me,
                        const struct flush_request *request);

/*
 * The whole of it by one that tells all others without interrupting them: T1 when all
 * of it is issued, T2 when it is done everywhere.  Where frames of tables are given
 * away, an interrupt to all follows, which drops nothing.  shootdown_alone() that is
 * dry is the same without telling.
 */
void shootdown_broadcast(struct remote_context *remote, struct window_args *args);

/* The whole of it, begun by the boot processor alone; no mode but DRY and LOCAL is dry.
 */
void shootdown_alone(struct remote_context *remote, enum remote_mode mode,
                     struct window_args *args);

/*
 * The same for each page on its own, one behind the other: what a flush that is put off
 * and done once for many pages is to save.
 */
void shootdown_each(struct remote_context *remote, struct window_args *args);

/*
 * The same for another page, whose entry is changed already, without stamps.  False: it
 * has failed, and the experiment has given up.
 */
bool shootdown_page(struct remote_context *remote, enum remote_mode mode, uint64_t va);

/*
 * The same, begun by remote->spec->owners processors at once, each for a page of its
 * own and all others; the stamps are the boot processor's.
 */
void shootdown_together(struct remote_context *remote, struct window_args *args);

/* What shootdown_together() less the others is: an entry is changed, nobody is asked.
 */
void shootdown_nobody(struct remote_context *remote, struct window_args *args);

/*
 * The same by Remote Action Request (paging/rar.h): what to drop is written into
 * payloads, the targets are asked to by a signal, and who asks waits for their answers
 * in memory. No code of the targets runs.
 */

/* Of the pool: an action vector for each processor, and the table of payloads. */
#define RAR_VECTOR_STRIDE 128u
#define RAR_FRAMES (SMP_CPUS * RAR_VECTOR_STRIDE / 4096u + 1u)

/* Room for both; NO_MEMORY, or why not, or NULL.  Nothing is done twice. */
const char *rar_equip(const struct plan *plan, struct remote_context *remote);

/*
 * Before a chunk, and behind it: the targets and the boot processor serve requests. The
 * experiment gives up where one's registers fault.
 */
void rar_begin(struct remote_context *remote);
void rar_end(struct remote_context *remote);

/*
 * Writes what all targets are to do, of as many pages from va on as the experiment has,
 * and that it is pending; the own processor's too, where it is asked by RAR itself.
 */
void rar_fill(struct remote_context *remote, uint64_t va);

/* The signal.  False: an APIC did not take it. */
bool rar_send(struct remote_context *remote);

/*
 * Until each has answered.  False: one has failed, or not answered in time; the
 * experiment has given up, and says who, and its status.
 */
bool rar_wait(struct remote_context *remote);
