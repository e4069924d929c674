#pragma once
/*
 * The processors that take part in a row, and what an exchange with them is made of:
 * being in the state wanted, a call, its answers, waiting no longer than is decent, and
 * counting that each was taken once.
 *
 * Member 0 is the boot processor; others are those that are not lost when a
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
#define GROUP_BUSY_EMULATED 4u

/* Words of smp_stamps.  Ticks of the member's own clock. */
enum stamp {
	STAMP_ENTERED,
	STAMP_LEFT,
	STAMP_CALL, /* number of the call that was taken last: written last */
};

struct remote_group;

/* What a row of a group has of its own, beside its experiment. */
struct group_row {
	struct remote_group *group;
	const struct experiment *experiment;
	const struct remote *remote; /* of the experiment's spec */
	unsigned targets;
	smp_call *on_call;
	smp_nmi *on_nmi;           /* false: that call was taken before */
	operation_call_code *drop; /* the operation, on as many pages as the row has */
	operation_call_code
		*drop_end; /* waits for all that it began; NULL: it does itself */
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

struct group_counts {
	uint32_t handled, polled, nmis;
};

/* What one that begins asks of others: in a line of its own. */
struct flush_request {
	_Alignas(SMP_LINE) uint64_t va;
	uint32_t pages;
	uint16_t pcid;
	_Alignas(SMP_LINE) _Atomic uint32_t missing; /* answers */
};

/* Of a run: words read behind shootdowns; chunks with a control, and stale ones. */
struct group_looks {
	uint64_t words;
	uint32_t chunks, shown;
};

/* Of a run: words that others stored to behind shootdowns, and behind none. */
struct group_stores {
	uint64_t checks; /* whether or not anybody has stored in time */
	uint64_t words, late;
	uint64_t control, control_late;
};

/* Of one member, about a chunk: its own to write. */
struct group_halt {
	_Alignas(SMP_LINE) struct halt_counts before, after;
};

/* What several processors count on. */
struct group_counter {
	_Alignas(SMP_LINE) _Atomic uint32_t count;
};

/*
 * A window that a member runs, in a place that is there for as long as it may: one that
 * is lost may come back to it.
 */
struct remote_request {
	_Alignas(SMP_LINE) struct group_row *row;
	enum remote_mode mode; /* ipi */
	bool returns;          /* lazy */
	uint64_t settle;       /* ticks that it is awake before it begins */
	uint64_t awake;        /* and how long it was: its answer */
	struct window_args args;
};

struct remote_group {
	struct flush_request shared; /* of the boot processor, read by all */
	/* Several that begin at once. */
	struct flush_request requests[FLUSH_OWNERS];
	struct group_counter arrived;
	struct group_counter locked;
	struct group_counter stop; /* storing */
	_Atomic uint32_t silent;   /* that waited in vain */
	unsigned count;            /* others */
	struct smp *smp;
	struct smp_cpu *members[SMP_MEMBERS];
	const struct topology *seats[SMP_MEMBERS]; /* of members */
	const struct core_kinds *kinds; /* NULL as long as nobody knows them */
	/* What they are put in order by. */
	struct smp_cpu *listed[SMP_MEMBERS];
	struct target_rank ranks[SMP_MEMBERS];
	struct target_pair pairs[TARGET_PAIRS]; /* members that call each other */
	uint64_t timeout;                       /* ticks */
	uint64_t ticks_per_us;
	struct random random;
	uint32_t logical[SMP_MEMBERS]; /* x2APIC: as each member's register has it */
	/*
	 * What handlers read, in a line that nobody writes while there may be calls.
	 * The row that is running, or the last: a lost member may still be in a
	 * handler, which reads this once.
	 */
	_Alignas(SMP_LINE) struct group_row *volatile row;
	bool stamps;           /* handlers read the clock: the row's figure is theirs */
	unsigned unresponsive; /* number of a member that never answers; 0: none */
	unsigned skips_flush;  /* that answers, and drops nothing */
	uint64_t root, other_root;
	_Alignas(SMP_LINE) uint32_t sends; /* calls to all targets */
	uint32_t together;                 /* windows of several that began at once */
	uint32_t sent[SMP_MEMBERS];        /* and to single ones */
	struct group_counts before[SMP_MEMBERS];
	uint32_t clusters[SMP_MEMBERS]; /* logical destinations */
	unsigned cluster_count;
	struct flush_pages probe_pages;
	/* Words of this chunk: read behind a shootdown, and behind none. */
	_Atomic uint32_t looked, stale, control_looked, control_stale, unprepared;
	struct group_looks shootdown_looks, lazy_looks;
	struct group_stores stores;
	/* Of the run: processors whose calls were counted over a chunk, and amiss. */
	uint64_t counted, interrupts_lost, interrupts_doubled;
	/* Of the run: stores that were to wake a processor, and that did not. */
	uint64_t stores_sent, stores_lost;
	/* Ticks from waking to sending, of senders other than the boot processor. */
	bool senders_known;
	uint64_t senders_awake; /* the shortest */
	/* Lazy TLB mode, by number of the processor. */
	struct lazy_space space, other_space;
	struct lazy_cpu lazy[SMP_MEMBERS];
	struct remote_request
		remote_requests[SMP_MEMBERS]; /* by number of the processor */
	uint32_t asked[SMP_MEMBERS];          /* APIC ids, by the last request */
	unsigned asked_count;
	struct group_halt halts[SMP_MEMBERS]; /* by number of the processor */
	struct halt_states halted;            /* of the run */
	bool emulated; /* processors are threads of an emulator */
	bool on_metal;
	bool has_residency; /* Intel: counters of core states may be there */
	bool x2apic_entered;
	bool looks; /* there was a window since the pages were read last */
	bool control;
	struct group_row rows[PLAN_EXPERIMENTS];
};

_Static_assert(offsetof(struct remote_group, sends) / SMP_LINE !=
                       offsetof(struct remote_group, other_root) / SMP_LINE,
               "what handlers read is in a line that every window writes");

/* Those started that are there now.  smp NULL: there are no others. */
void group_gather(struct remote_group *group, struct smp *smp,
                  const struct config *config, const struct machine *machine,
                  uint64_t root);

/* Others of the group; 0 on one processor. */
unsigned group_count(const struct remote_group *group);

/*
 * The first of that type of core at this distance from the boot processor, 0 if there
 * is none.  Where all cores are of one type, that is CORE_UNKNOWN for all.
 */
unsigned group_at_distance(const struct remote_group *group, enum distance distance,
                           enum core_type type);

/*
 * Switches all to x2APIC mode; there is no way back.  Afterwards x2apic_entered says
 * whether they are in it now and were not before.
 */
void group_enter_x2apic(struct remote_group *group);

/* The row of an experiment, with its targets. */
struct group_row *group_row(const struct plan *plan,
                            const struct experiment *experiment);

/*
 * Pairs between two looks at the clock: windows in which an emulator's processors wait
 * for each other may take a tenth of a second.
 */
uint32_t group_block(const struct group_row *row);

/* Why the row's members and mode are not to be had; NULL if they are. */
const char *group_lacks(const struct remote_group *group, const struct group_row *row);

/* Whose clock the row's figure is read on. */
const struct smp_cpu *group_timekeeper(const struct group_row *row);

/* Target i of a row. */
static inline struct smp_cpu *group_target(const struct group_row *row, unsigned i)
{
	return row->group->members[row->remote->first + i];
}

/* The row cannot be measured any further; the first reason counts. */
void group_give_up(struct group_row *row, enum row_status status, const char *reason);

/* The same for one of them: "processor N" and what it did not do. */
void group_give_up_member(struct group_row *row, const struct smp_cpu *member,
                          const char *what);

/*
 * Before a chunk: calls do on_call from now on, the targets are in the row's state, and
 * have CR4.PCIDE as the row wants it.
 */
void group_begin(struct group_row *row);

/*
 * Behind it: they halt again, and each took every call once, or the row has failed.  Of
 * several that began at once one interrupt may stand for more requests (SDM 3A 12.8.4
 * "Interrupt Acceptance for Fixed Interrupts": one bit for each vector is pending):
 * then each took one in every window, and no more than were sent.
 */
void group_end(struct group_row *row);

/*
 * On the target, when a chunk begins and ends; and behind it: at which frequency it
 * ran, and what it slept, of rows that only_answers.  On hardware one that did not
 * sleep half of the time is skipped.
 */
void group_halt_begin(const struct group_row *row, const struct smp_cpu *me);
void group_halt_end(const struct group_row *row, const struct smp_cpu *me);
void group_halt_judge(struct group_row *row);

/* The lowest shares of each state, in percent: recorded. */
void group_halt_selftest(const struct remote_group *group, struct selftest *selftest);

/*
 * Ticks that pass before a window: 20 to 200 us, or 2 ms if the targets sleep deeply.
 * Whoever sends spends them spinning with PAUSE, the boot processor and any other.
 */
uint64_t group_settle_ticks(struct remote_group *group);
void group_spin(uint64_t ticks);

/* Both, on the boot processor. */
void group_settle(struct remote_group *group);

/* No sender is to begin sooner behind its waking. */
#define GROUP_SETTLE_US 20u

/* Runs job on each target in turn; false if one did not finish it. */
bool group_run(struct group_row *row, smp_work *job, void *argument);

/* The same, on the first count of them. */
bool group_run_some(struct group_row *row, unsigned count, smp_work *job,
                    void *argument);

/* The first part of a call to all targets: what the handler can see.  Not for poll. */
void group_fill(const struct group_row *row);

/* The second: it is under way.  False: an APIC did not take it. */
bool group_send(struct group_row *row, enum remote_mode mode);

/*
 * Until each target has answered.  Who does not in time is lost, and the row has given
 * up: false.
 */
bool group_wait(struct group_row *row);

/*
 * The same for REMOTE_STORE: who is not awake in time is woken by an interrupt, and the
 * store that did not is counted (Intel's errata ICX143, LNL030, APL30).  That window's
 * sample contains the wait.
 */
bool group_wait_stores(struct group_row *row);

/* Half of them or more lost: what the row measured is the wait, and it has failed. */
void group_judge_stores(struct group_row *row);

/* One PAUSE; true if it has gone on for more than limit ticks.  looks: 0 at first. */
bool group_timed_out(uint64_t limit, uint64_t from, uint32_t *looks);

/* The same by a counter that they count down. */
bool group_wait_shared(struct group_row *row);

/* What each on_call ends with: the number of the call, by which its target answers. */
static inline void group_answer(struct smp_cpu *me, uint32_t call)
{
	atomic_store_explicit(&me->answer.call, call, memory_order_release);
}

/* One stale word fails a row, so a control that is stale half of the time is enough. */
static inline bool group_enough_stale(uint64_t looked, uint64_t stale)
{
	return 2 * stale >= looked;
}

/* Before a chunk; what one processor has read; and behind it: stale, or kept in looks.
 */
void group_begin_looks(struct remote_group *group);
void group_note_look(struct remote_group *group, uint32_t words, uint32_t stale,
                     bool control);
void group_end_looks(struct group_row *row, struct group_looks *looks);

/* False: what the row reads was not stale where nobody had dropped anything. */
bool group_is_shown(const struct experiment *experiment);

/*
 * How many words were read behind shootdowns, and in what share of the chunks those
 * read behind none were stale: there a missing flush would have shown.  How many
 * interrupts were lost, and came twice.
 */
void group_selftest(const struct remote_group *group, struct selftest *selftest);

/* Whoever has not taken the last call is lost. */
void group_lose_silent(struct group_row *row);
