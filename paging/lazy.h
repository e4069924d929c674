#pragma once
/*
 * Lazy TLB mode: who is asked to drop translations of an address space, and what a
 * processor has to do when it leaves and comes back (pure; any number of processors at
 * once).
 *
 * An address space has a mask of the processors that may hold translations of it
 * (Linux: mm_cpumask).  One that goes on to something without user pages of its own, a
 * kernel thread or idling, keeps the tables and becomes lazy (enter_lazy_tlb).  What
 * then happens to requests is a protocol, of which Linux has had three:
 *
 *   mask          up to 2002: the first request that finds a processor lazy is its
 * last. It drops nothing and leaves the mask.  Coming back, it drops all it kept if it
 * had left. mask_init_mm  from 2002 to 4.13: and it loads init_mm's tables in that
 * interrupt (leave_mm), so that it walks the old ones no more.  Coming back, it loads
 * the tables again if it had left. generation    from 4.20 to this day: every change
 * makes the space's generation one higher (tlb_gen).  A lazy processor stays in the
 * mask and is not interrupted; coming back, it compares generations.  Only where frames
 *                 of tables are given away is it asked, and goes to init_mm.
 *
 * What makes them safe is held by models (tests/spin/lazy.pml, lazy_generation.pml):
 *   - whoever changes entries stores them before it raises the generation, and does
 *     that before it looks at who has to be asked;
 *   - whoever comes back is in the mask, and nobody takes it for lazy, before it reads
 *     the generation or drops what it kept;
 *   - and is out of the mask of the space before only when that is not loaded any more.
 * A lazy processor may still walk its tables speculatively: with `mask` the frames of
 * tables may not be given away.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAZY_CPUS 1024u
#define LAZY_WORDS (LAZY_CPUS / 64u)

/* What the processors share about an address space. */
struct lazy_space {
	_Atomic uint64_t mask[LAZY_WORDS]; /* processors that take requests for it */
	_Atomic uint64_t tlb_gen;          /* changes so far */
};

enum lazy_state {
	LAZY_AWAKE,     /* uses pages of its active space */
	LAZY_ASLEEP,    /* has its tables loaded, uses none of its pages */
	LAZY_SWITCHING, /* between two spaces, may hold translations of both */
};

#define LAZY_LINE 128u /* two cache lines: CPUs fetch them in pairs */

/* PCIDs of a processor, by turns: those of Linux (TLB_NR_DYN_ASIDS). */
#define LAZY_CONTEXTS 6u

/* Whose translations a PCID has, and which changes of that space are in them. */
struct lazy_context {
	const struct lazy_space *space;
	uint64_t tlb_gen;
};

/*
 * Of one processor.  It alone writes it, its interrupt handler included; whoever asks
 * reads the first two.
 */
struct lazy_cpu {
	_Alignas(LAZY_LINE) _Atomic enum lazy_state state;
	/* Whose tables are loaded.  `generation` has NULL for init_mm's. */
	struct lazy_space *_Atomic active;
	unsigned number; /* below LAZY_CPUS */
	/* Of `generation`. */
	unsigned context, next_context;
	struct lazy_context contexts[LAZY_CONTEXTS];
};

/* What a processor has to do to its TLB. */
enum lazy_action {
	LAZY_NOTHING,
	LAZY_DROP, /* what it is asked for; or, coming back, all that is not global */
	LAZY_LOAD, /* load the space's tables and drop what its PCID has */
	LAZY_LOAD_KEEP, /* load them; what its PCID has is right (LAZY_LOAD is, too) */
	LAZY_LEAVE, /* load init_mm's tables; without PCIDs drop what is not global */
};

/* What becomes free behind a change. */
enum lazy_change {
	LAZY_PAGES,  /* frames of pages */
	LAZY_TABLES, /* of tables too */
};

struct lazy_protocol {
	const char *name;
	bool frees_tables; /* frames of tables may be given away behind it */
	/* The sender's look at one processor, behind lazy_changed(). */
	bool (*asks)(const struct lazy_space *space, const struct lazy_cpu *cpu,
	             enum lazy_change change);
	/* The processor is asked.  It may come late, for a space left behind. */
	enum lazy_action (*request)(struct lazy_cpu *cpu, struct lazy_space *space);
	/* The processor comes back to pages of a space.  LAZY_DROP means all of it. */
	enum lazy_action (*come_back)(struct lazy_cpu *cpu, struct lazy_space *space);
	/*
	 * It has done what come_back() said, and uses the pages from here on.  Between
	 * the two it takes no requests: interrupts are off.
	 */
	void (*loaded)(struct lazy_cpu *cpu, struct lazy_space *space);
};

extern const struct lazy_protocol lazy_mask, lazy_mask_init_mm, lazy_generation;

/* An awake processor with that space loaded, in its mask.  Loading is the caller's. */
void lazy_begin(struct lazy_cpu *cpu, unsigned number, struct lazy_space *space);

/* The processor goes on without its active space's pages. */
void lazy_enter(struct lazy_cpu *cpu);

/*
 * Entries of space were changed: raises its generation, and orders the change before
 * everything that is read behind it.  Then asks() says who must be asked; to ask more
 * is allowed.
 */
void lazy_changed(struct lazy_space *space);

bool lazy_takes_requests(const struct lazy_space *space, unsigned number);

/* Entering the mask orders what came before it before what is read behind it. */
bool lazy_enter_mask(struct lazy_space *space, unsigned number); /* true: was in */
void lazy_leave_mask(struct lazy_space *space, unsigned number);

/* Notes that it uses pages of space. */
void lazy_set_active(struct lazy_cpu *cpu, struct lazy_space *space);
