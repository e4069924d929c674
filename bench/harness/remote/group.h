#pragma once
/*
 * The processors that take part in a row, and what an exchange with them is made of:
 * being in the state wanted, a call, its answers, waiting no longer than is decent, and
 * counting that each was taken once.
 *
 * Party member 0 is the boot processor; others are those that are not lost when a
 * benchmark is planned, in the order of lib/processor/target_order.h.  A row names its
 * targets by where they stand here.
 */
#include "bench/harness/experiment/plan.h"
#include "bench/harness/remote/flush_pages.h"
#include "bench/harness/remote/halted.h"
#include "bench/harness/selftest/selftest.h"
#include "bench/harness/smp/smp.h"
#include "lib/base/random.h"
#include "lib/processor/target_order.h"
#include "paging/lazy.h"

#include <stdatomic.h>

/*
 * Processors of an emulator that may be busy at once: they are threads of a host that
 * has few, and each waits for its turn of milliseconds, or longer than is waited for.
 */
#define PARTY_BUSY_EMULATED 4u

/* Words of crew_stamps.  Ticks of the member's own clock. */
enum stamp {
	STAMP_ENTERED,
	STAMP_LEFT,
	STAMP_CALL, /* number of the call that was taken last: written last */
};

struct party;

/* What a row of a party has of its own, beside its experiment. */
struct party_row {
	struct party *party;
	const struct experiment *experiment;
	const struct remote *remote; /* of the experiment's spec */
	unsigned targets;
	crew_call *on_call;
	crew_nmi *on_nmi;    /* false: that call was taken before */
	bare_code *drop;     /* the operation, on as many pages as the row has */
	bare_code *drop_end; /* waits for all that it began; NULL: it does itself */
	struct operands drop_operands;
	bool drop_by_descriptor;
	uint16_t pcid; /* of the pages: the current one or another */
	uint64_t control_looked, control_stale; /* words, in all chunks */
	bool only_answers; /* the targets do nothing else: they sleep in between */
	/* The least that a target slept, and slept deeper than C1; HALT_UNKNOWN. */
	int32_t slept, slept_deep;
	int64_t slowest,
		fastest; /* of the targets, by halt_frequency(); 0: not known */
	uint32_t stores_sent, stores_lost; /* to wake a target; that woke nobody */
	bool gave_up;
	enum row_status status; /* ROW_OK: nothing went wrong */
	char reason[48];
};

struct party_counts {
	uint32_t handled, polled, nmis;
};

/* What one that begins asks of others: in a line of its own. */
struct flush_request {
	_Alignas(CREW_LINE) uint64_t va;
	uint32_t pages;
	uint16_t pcid;
	_Alignas(CREW_LINE) _Atomic uint32_t missing; /* answers */
};

/* Of a run: words read behind shootdowns; chunks with a control, and stale ones. */
struct party_looks {
	uint64_t words;
	uint32_t chunks, shown;
};

/* Of a run: words that others stored to behind shootdowns, and behind none. */
struct party_stores {
	uint64_t checks; /* whether or not anybody has stored in time */
	uint64_t words, late;
	uint64_t control, control_late;
};

/* Of one member, about a chunk: its own to write. */
struct party_halt {
	_Alignas(CREW_LINE) struct halt_counts before, after;
};

/* What several processors count on. */
struct party_counter {
	_Alignas(CREW_LINE) _Atomic uint32_t count;
};

/*
 * A window that a member runs, in a place that is there for as long as it may: one that
 * is lost may come back to it.
 */
struct errand {
	_Alignas(CREW_LINE) struct party_row *row;
	enum remote_mode mode; /* ipi */
	bool returns;          /* lazy */
	uint64_t settle;       /* ticks that it is awake before it begins */
	uint64_t awake;        /* and how long it was: its answer */
	struct window_args args;
};

struct party {
	struct flush_request shared; /* of the boot processor, read by all */
	/* Several that begin at once. */
	struct flush_request requests[FLUSH_OWNERS];
	struct party_counter arrived;
	struct party_counter locked;
	struct party_counter stop; /* storing */
	_Atomic uint32_t silent;   /* that waited in vain */
	unsigned count;            /* others */
	struct crew *crew;
	struct crew_member *members[CREW_MEMBERS];
	const struct topology *seats[CREW_MEMBERS]; /* of members */
	const struct core_kinds *kinds; /* NULL as long as nobody knows them */
	/* What they are put in order by. */
	struct crew_member *listed[CREW_MEMBERS];
	struct target_rank ranks[CREW_MEMBERS];
	struct target_pair pairs[TARGET_PAIRS]; /* members that call each other */
	uint64_t patience;                      /* ticks */
	uint64_t ticks_per_us;
	struct random random;
	uint32_t logical[CREW_MEMBERS]; /* x2APIC: as each member's register has it */
	/*
	 * What handlers read, in a line that nobody writes while there may be calls.
	 * The row that is running, or the last: a lost member may still be in a
	 * handler, which reads this once.
	 */
	_Alignas(CREW_LINE) struct party_row *volatile row;
	bool stamps;       /* handlers read the clock: the row's figure is theirs */
	unsigned mute;     /* number of a member that never answers; 0: none */
	unsigned careless; /* that answers, and drops nothing */
	uint64_t root, other_root;
	_Alignas(CREW_LINE) uint32_t sends; /* calls to all targets */
	uint32_t together;                  /* windows of several that began at once */
	uint32_t sent[CREW_MEMBERS];        /* and to single ones */
	struct party_counts before[CREW_MEMBERS];
	uint32_t clusters[CREW_MEMBERS]; /* logical destinations */
	unsigned cluster_count;
	struct flush_ground ground;
	/* Words of this chunk: read behind a shootdown, and behind none. */
	_Atomic uint32_t looked, stale, control_looked, control_stale, unprepared;
	struct party_looks shootdown_looks, lazy_looks;
	struct party_stores stores;
	/* Of the run: processors whose calls were counted over a chunk, and amiss. */
	uint64_t counted, interrupts_lost, interrupts_doubled;
	/* Of the run: stores that were to wake a processor, and that did not. */
	uint64_t stores_sent, stores_lost;
	/* Ticks from waking to sending, of senders other than the boot processor. */
	bool senders_known;
	uint64_t senders_awake; /* the shortest */
	/* Lazy TLB mode, by number in the crew. */
	struct lazy_space space, other_space;
	struct lazy_cpu lazy[CREW_MEMBERS];
	struct errand errands[CREW_MEMBERS]; /* by number in the crew */
	uint32_t asked[CREW_MEMBERS];        /* APIC ids, by the last request */
	unsigned asked_count;
	struct party_halt halts[CREW_MEMBERS]; /* by number in the crew */
	struct halt_states halted;             /* of the run */
	bool emulated; /* processors are threads of an emulator */
	bool on_metal;
	bool has_residency; /* Intel: counters of core states may be there */
	bool x2apic_entered;
	bool looks; /* there was a window since the pages were read last */
	bool control;
	struct party_row rows[PLAN_EXPERIMENTS];
};

_Static_assert(offsetof(struct party, sends) / CREW_LINE !=
                       offsetof(struct party, other_root) / CREW_LINE,
               "what handlers read is in a line that every window writes");

/* Those of the crew that are there now.  crew NULL: there are no others. */
void party_gather(struct party *party, struct crew *crew, const struct config *config,
                  const struct machine *machine, uint64_t root);

/* Others of the party; 0 on one processor. */
unsigned party_count(const struct party *party);

/*
 * The first of that type of core at this distance from the boot processor, 0 if there
 * is none.  Where all cores are of one type, that is CORE_UNKNOWN for all.
 */
unsigned party_at_distance(const struct party *party, enum distance distance,
                           enum core_type type);

/*
 * Switches all to x2APIC mode; there is no way back.  Afterwards x2apic_entered says
 * whether they are in it now and were not before.
 */
void party_enter_x2apic(struct party *party);

/* The row of an experiment, with its targets. */
struct party_row *party_row(const struct plan *plan,
                            const struct experiment *experiment);

/*
 * Pairs between two looks at the clock: windows in which an emulator's processors wait
 * for each other may take a tenth of a second.
 */
uint32_t party_block(const struct party_row *row);

/* Why the row's members and mode are not to be had; NULL if they are. */
const char *party_lacks(const struct party *party, const struct party_row *row);

/* Whose clock the row's figure is read on. */
const struct crew_member *party_timekeeper(const struct party_row *row);

/* Target i of a row. */
static inline struct crew_member *party_target(const struct party_row *row, unsigned i)
{
	return row->party->members[row->remote->first + i];
}

/* The row cannot be measured any further; the first reason counts. */
void party_give_up(struct party_row *row, enum row_status status, const char *reason);

/* The same for one of them: "processor N" and what it did not do. */
void party_give_up_member(struct party_row *row, const struct crew_member *member,
                          const char *what);

/*
 * Before a chunk: calls do on_call from now on, the targets are in the row's state, and
 * have CR4.PCIDE as the row wants it.
 */
void party_begin(struct party_row *row);

/*
 * Behind it: they halt again, and each took every call once, or the row has failed.  Of
 * several that began at once one interrupt may stand for more requests (SDM 3A 12.8.4
 * "Interrupt Acceptance for Fixed Interrupts": one bit for each vector is pending):
 * then each took one in every window, and no more than were sent.
 */
void party_end(struct party_row *row);

/*
 * On the target, when a chunk begins and ends; and behind it: at which frequency it
 * ran, and what it slept, of rows that only_answers.  On hardware one that did not
 * sleep half of the time is skipped.
 */
void party_halt_begin(const struct party_row *row, const struct crew_member *me);
void party_halt_end(const struct party_row *row, const struct crew_member *me);
void party_halt_judge(struct party_row *row);

/* The lowest shares of each state, in percent: recorded. */
void party_halt_selftest(const struct party *party, struct selftest *selftest);

/*
 * Ticks that pass before a window: 20 to 200 us, or 2 ms if the targets sleep deeply.
 * Whoever sends spends them spinning with PAUSE, the boot processor and any other.
 */
uint64_t party_settle_ticks(struct party *party);
void party_spin(uint64_t ticks);

/* Both, on the boot processor. */
void party_settle(struct party *party);

/* No sender is to begin sooner behind its waking. */
#define PARTY_SETTLE_US 20u

/* Runs job on each target in turn; false if one did not finish it. */
bool party_run(struct party_row *row, crew_job *job, void *argument);

/* The same, on the first count of them. */
bool party_run_some(struct party_row *row, unsigned count, crew_job *job,
                    void *argument);

/* The first part of a call to all targets: what the handler can see.  Not for poll. */
void party_fill(const struct party_row *row);

/* The second: it is under way.  False: an APIC did not take it. */
bool party_send(struct party_row *row, enum remote_mode mode);

/*
 * Until each target has answered.  Who does not in time is lost, and the row has given
 * up: false.
 */
bool party_wait(struct party_row *row);

/*
 * The same for REMOTE_STORE: who is not awake in time is woken by an interrupt, and the
 * store that did not is counted (Intel's errata ICX143, LNL030, APL30).  That window's
 * sample contains the wait.
 */
bool party_wait_stores(struct party_row *row);

/* Half of them or more lost: what the row measured is the wait, and it has failed. */
void party_judge_stores(struct party_row *row);

/* One PAUSE; true if it has gone on for more than limit ticks.  looks: 0 at first. */
bool party_out_of_patience(uint64_t limit, uint64_t from, uint32_t *looks);

/* The same by a counter that they count down. */
bool party_wait_shared(struct party_row *row);

/* What each on_call ends with: the number of the call, by which its target answers. */
static inline void party_answer(struct crew_member *me, uint32_t call)
{
	atomic_store_explicit(&me->answer.call, call, memory_order_release);
}

/* One stale word fails a row, so a control that is stale half of the time is enough. */
static inline bool party_enough_stale(uint64_t looked, uint64_t stale)
{
	return 2 * stale >= looked;
}

/* Before a chunk; what one processor has read; and behind it: stale, or kept in looks.
 */
void party_begin_looks(struct party *party);
void party_note_look(struct party *party, uint32_t words, uint32_t stale, bool control);
void party_end_looks(struct party_row *row, struct party_looks *looks);

/* False: what the row reads was not stale where nobody had dropped anything. */
bool party_is_shown(const struct experiment *experiment);

/*
 * How many words were read behind shootdowns, and in what share of the chunks those
 * read behind none were stale: there a missing flush would have shown.  How many
 * interrupts were lost, and came twice.
 */
void party_selftest(const struct party *party, struct selftest *selftest);

/* Whoever has not taken the last call is lost. */
void party_lose_silent(struct party_row *row);
