#pragma once
/*
 * What an experiment says that needs other processors: who calls whom, how, and what is
 * timed.
 */
#include <stdbool.h>
#include <stdint.h>

/* How a call reaches its targets. */
enum remote_mode {
	REMOTE_DRY,       /* not at all: the same code without sending and waiting */
	REMOTE_SELF,      /* an interrupt to the own processor */
	REMOTE_POLL,      /* the targets watch a line, interrupts off */
	REMOTE_STORE,     /* the targets monitor that line, asleep in MWAIT */
	REMOTE_ARMED,     /* the store comes between their MONITOR and MWAIT */
	REMOTE_UNICAST,   /* one send for each */
	REMOTE_CLUSTER,   /* x2APIC: one for all with the same cluster id */
	REMOTE_SHORTHAND, /* one for all but the own processor */
	REMOTE_NMI,       /* one for each */
	REMOTE_RAR,       /* by Remote Action Request: no code of the targets runs */
	REMOTE_LOCAL,     /* the own processor drops its own, nobody is asked */
	REMOTE_MODES,
};

const char *remote_mode_name(enum remote_mode mode);

/* True where the store that numbers the call is all that is sent. */
static inline bool remote_is_store(enum remote_mode mode)
{
	return mode == REMOTE_POLL || mode == REMOTE_STORE || mode == REMOTE_ARMED;
}

/* True where that store has to wake whoever monitors its line. */
static inline bool remote_is_monitored(enum remote_mode mode)
{
	return mode == REMOTE_STORE || mode == REMOTE_ARMED;
}

/* True where the targets take an interrupt, or what stands for one. */
static inline bool remote_is_taken(enum remote_mode mode)
{
	return mode != REMOTE_LOCAL && mode != REMOTE_RAR;
}

/* What of an exchange is the figure. */
enum remote_figure {
	FIGURE_ROUND_TRIP, /* T2 - T0, on the clock of who sends */
	FIGURE_SEND,       /* T1 - T0 */
	FIGURE_HANDLER,    /* in the first target's handler, on its clock */
	FIGURE_ONE_WAY,    /* from T0 to the first target's handler */
	FIGURE_WAIT,       /* T2 - T1, of a broadcast */
	FIGURE_REFILL,     /* what the first target reads behind it, on its clock */
	FIGURE_STOLEN, /* what a loop on the first target lasts longer, on its clock */
};

struct lazy_protocol;
struct rar_action;

/* Of lazy TLB mode. */
enum lazy_phase {
	LAZY_PHASE_FIRST,  /* the request that finds targets lazy */
	LAZY_PHASE_NEXT,   /* those behind it */
	LAZY_PHASE_RETURN, /* a target comes back */
	LAZY_PHASE_SERIES, /* interrupts of several requests, counted */
};

struct remote_spec {
	enum remote_mode mode;
	uint8_t state; /* enum smp_state of the targets */
	uint32_t hint; /* of MWAIT */
	uint8_t work; /* enum target_work of the targets: of SMP_WORK, or of the loop */
	bool sibling; /* the other thread of the first target's core spins meanwhile */
	bool x2apic;  /* the APICs are in that mode, where it was not found */
	/* As they stand in the group: who calls, and the first target. */
	unsigned from, first;
	enum remote_figure figure;
	/* Of a shootdown. */
	uint32_t pages;
	bool early;     /* the answer comes before the operation */
	bool alongside; /* the own translations are dropped while others do it */
	bool shared;    /* one request and one counter for all, not a line for each */
	bool queued;    /* a queue of each target, one request that all read (csd) */
	bool each; /* one behind the other for each page, in place of one for all */
	unsigned owners; /* processors that begin one at once, the boot processor too */
	bool locked;     /* one behind the other */
	bool interrupts; /* are on while they wait, and only one to whom nobody else
	                    has sent one yet is sent one */
	bool generations; /* who is up to date skips what it is asked (tlb_gen) */
	const struct rar_action *rar; /* of REMOTE_RAR */
	bool to_self;                 /* by it the own translations are dropped, too */
	/* Of a shootdown, and of lazy TLB mode. */
	bool tables; /* frames of tables are given away, not of pages alone */
	/* Of lazy TLB mode. */
	const struct lazy_protocol *protocol;
	enum lazy_phase phase;
	unsigned lazy; /* of the targets */
	bool stays;    /* it was not asked meanwhile */
	bool others;   /* it comes back to other tables */
	bool touches;  /* with the first accesses behind it */
};
