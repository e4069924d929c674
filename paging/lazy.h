#pragma once
/*
 * Lazy TLB mode: who is asked to drop translations of an address space, and what a
 * processor has to do when it leaves and comes back (pure; any number of processors at
 * once).
 *
 * An address space has a mask of the processors that take requests for it.  One that
 * goes on to something without user pages of its own, a kernel thread, keeps the tables
 * and becomes lazy.  The first request that finds it lazy is its last: instead of
 * dropping anything it leaves the mask, since it uses nothing that could be stale. When
 * it comes back to the same tables, it must drop all it kept if it had left; to others
 * it loads those anyway.
 *
 * What makes it safe, held by a model (tests/spin/lazy.pml):
 *   - whoever changes entries stores them before it reads the mask;
 *   - whoever comes back is awake before it enters the mask, so that a request in
 *     between does not make it leave again;
 *   - and is in the mask before it drops what it kept.
 * The frames of tables are another matter: a lazy processor may still walk them
 * speculatively, so they may not be given away on this protocol alone.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define LAZY_CPUS 1024u
#define LAZY_WORDS (LAZY_CPUS / 64u)

/* What the processors share about an address space. */
struct lazy_space {
	_Atomic uint64_t mask[LAZY_WORDS]; /* processors that take requests for it */
};

enum lazy_state {
	LAZY_AWAKE,  /* uses pages of its active space */
	LAZY_ASLEEP, /* has its tables loaded, uses none of its pages */
};

#define LAZY_LINE 128u /* two cache lines: CPUs fetch them in pairs */

/* Of one processor; read and written by it alone, its interrupt handler included. */
struct lazy_cpu {
	_Alignas(LAZY_LINE) unsigned number; /* below LAZY_CPUS */
	_Atomic enum lazy_state state;
	struct lazy_space *_Atomic active; /* whose tables are loaded */
};

/* What a processor has to do to its TLB. */
enum lazy_action {
	LAZY_NOTHING,
	LAZY_DROP, /* what it is asked for; or, coming back, all that is not global */
	LAZY_LOAD, /* load the tables of its active space: CR3 was another's */
};

/* An awake processor with that space loaded, in its mask.  Loading is the caller's. */
void lazy_begin(struct lazy_cpu *cpu, unsigned number, struct lazy_space *space);

/* The processor goes on without its active space's pages. */
void lazy_enter(struct lazy_cpu *cpu);

/* The processor is asked to drop translations of space. */
enum lazy_action lazy_request(struct lazy_cpu *cpu, struct lazy_space *space);

/* The processor comes back to the pages of space.  LAZY_DROP means all of it. */
enum lazy_action lazy_return(struct lazy_cpu *cpu, struct lazy_space *space);

/*
 * Orders entries that were changed before the mask that is read behind it.  Then
 * lazy_takes_requests() says who must be asked; to ask more is allowed.
 */
static inline void lazy_publish(void)
{
	atomic_thread_fence(memory_order_seq_cst);
}

bool lazy_takes_requests(const struct lazy_space *space, unsigned number);
