#pragma once
/*
 * The processors that take part in an experiment, and what an exchange with them is
 * made of: being in the state wanted, a call, its answers, waiting until a timeout, and
 * counting that each was taken once.
 *
 * Member 0 is the boot processor; others are those that are not lost when a benchmark
 * is planned, in the order of lib/processor/target_order.h.  An experiment names its
 * targets by where they stand here.
 */
#include "bench/harness/experiment/plan.h"
#include "bench/harness/remote/call_queue.h"
#include "bench/harness/selftest/selftest.h"
#include "bench/harness/smp/smp.h"
#include "bench/harness/space/flush_kinds.h"
#include "bench/harness/space/flush_pages.h"
#include "bench/harness/work/halted.h"
#include "bench/harness/work/stolen_loop.h"
#include "bench/harness/work/target_work.h"
#include "lib/base/random.h"
#include "lib/processor/target_order.h"
#include "paging/lazy.h"
#include "paging/rar.h"

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

/* Of an experiment that reads behind a shootdown: what it does that around. */
struct group_refill {
	void (*prime)(const struct priming *priming);
	window_code *untold, *told; /* the shootdown's two windows */
	uint64_t line;              /* the first one's offset among the pages */
};

/*
 * What an experiment has of its own where several processors take part.  It outlives
 * the experiment: a processor that is lost may come back to it.
 */
struct remote_context {
	struct remote_group *group;
	const struct experiment *experiment;
	const struct remote_spec *spec; /* of the experiment's spec */
	unsigned targets;
	smp_call *on_call;
	smp_nmi *on_nmi; /* false: that call was taken before */
	operation_call_code
		*drop; /* the operation, on as many pages as are asked for */
	operation_call_code
		*drop_end; /* waits for all that it began; NULL: it does itself */
	struct operands drop_operands;
	operation_call_code *drop_all; /* all of the address space; of tlb_gen */
	bool drop_by_descriptor;
	uint64_t drop_va_mask; /* 0: it takes no page, and its address stays as it is */
	uint16_t pcid;         /* of the pages: the current one or another */
	bool must_drop[FLUSH_KINDS];            /* the operation, of the pages' PCID */
	uint64_t control_looked, control_stale; /* words, in all chunks */
	struct group_refill refill;
	bool is_tried;     /* REMOTE_RAR: it was verified, before it is timed */
	bool only_answers; /* the targets do nothing else: they sleep in between */
	/* The least that a target slept, and slept deeper than C1; HALT_UNKNOWN. */
	int32_t slept, slept_deep;
	int64_t slowest,
		fastest; /* of the targets, by halt_frequency(); 0: not known */
	uint32_t store_wakes, store_wakes_lost; /* to wake a target; that woke nobody */
	uint32_t loop_steps; /* of FIGURE_STOLEN: chosen before the first chunk; 0: not
	                        yet */
	unsigned sibling;    /* member that spins beside the first target; 0: none */
	bool gave_up;
	enum row_status status; /* ROW_OK: nothing went wrong */
	char reason[48];
};

struct group_counts {
	uint32_t handled, polled, armed, nmis;
};

/* What one that begins asks of others: in a line of its own. */
struct flush_request {
	_Alignas(SMP_LINE) uint64_t va;
	uint32_t pages;
	uint16_t pcid;
	uint64_t tlb_gen;                            /* that its change has made */
	_Alignas(SMP_LINE) _Atomic uint32_t missing; /* answers */
};

/* Of one processor: the generation that it is at, and what requests made it do. */
struct flush_generation {
	_Alignas(SMP_LINE) uint64_t caught_up;
	uint32_t skipped, ranges, full;
};

/* Of one target: its queue, and what the boot processor puts into it. */
struct flush_queue {
	struct call_queue queue;
	struct call_csd csd;
};

/* What several processors count on. */
struct group_counter {
	_Alignas(SMP_LINE) _Atomic uint32_t count;
};

/* The members are put in this order: nearest first, from the boot processor. */
struct group_order {
	struct smp_cpu *listed[SMP_CPUS];            /* by number */
	const struct topology *topologies[SMP_CPUS]; /* of members, in order */
	struct target_rank ranks[SMP_CPUS];
	struct target_pair pairs[TARGET_PAIRS]; /* that call each other, by number */
	unsigned pair_count;
};

/* What handlers read, in a line that nobody writes while there may be calls. */
struct group_setup {
	/*
	 * The experiment that is running, or the last: a lost member may still be in a
	 * handler, which reads this once.
	 */
	_Alignas(SMP_LINE) struct remote_context *volatile running;
	bool stamps; /* handlers read the clock: the experiment's figure is theirs */
	unsigned unresponsive; /* number of a member that never answers; 0: none */
	unsigned skips_flush;  /* that answers, and drops nothing */
	uint64_t root, other_root;
	uint64_t init_root; /* init_mm's, of the kernel alone */
};

_Static_assert(sizeof(struct group_setup) == SMP_LINE,
               "what handlers read is in a line that nobody writes");

/* What was sent in this chunk; by target, what each had taken before it. */
struct group_calls {
	_Alignas(SMP_LINE) uint32_t sends; /* to all targets */
	uint32_t at_once;                  /* windows in which several began at once */
	uint32_t sent[SMP_CPUS];           /* and to single ones */
	struct group_counts before[SMP_CPUS];
	uint32_t clusters[SMP_CPUS]; /* logical destinations */
	unsigned cluster_count;
};

/* Several processors that begin shootdowns at once, in one window. */
struct group_together {
	struct flush_request requests[FLUSH_OWNERS]; /* of each that begins */
	struct group_counter arrived;
	struct group_counter locked;
	_Alignas(SMP_LINE) _Atomic uint32_t silent; /* that waited in vain */
	_Atomic uint32_t unsent; /* interrupts that an APIC did not take */
	_Alignas(SMP_LINE) _Atomic uint64_t tlb_gen;   /* changes so far */
	struct flush_generation generations[SMP_CPUS]; /* by number */
};

/* Words of this chunk: read behind a shootdown, and behind none. */
struct group_looking {
	_Atomic uint32_t looked, stale, control_looked, control_stale, unprepared;
	bool pending; /* there was a window since the pages were read last */
	bool control; /* and nobody was asked in it */
	/* What is changed besides behind a chunk, and who has not seen it. */
	enum flush_kind kind;
	_Atomic uint32_t kind_stale;
};

/* Lazy TLB mode. */
struct group_lazy {
	struct lazy_space space, other_space;
	struct lazy_cpu cpus[SMP_CPUS]; /* by number of the processor */
	uint32_t asked[SMP_CPUS];       /* APIC ids, by the last request */
	unsigned asked_count;
};

/* Remote Action Request: its tables, and where they are in physical memory. */
struct group_rar {
	volatile uint8_t *actions; /* by number of the processor */
	volatile uint64_t *table;  /* NULL: there is none yet */
	uint64_t actions_at, table_at;
};

/* Words read behind shootdowns; chunks with a control, and stale ones. */
struct group_looks {
	uint64_t words;
	uint32_t chunks, shown;
};

/* Words that others stored to behind shootdowns, and behind none. */
struct group_stores {
	uint64_t checks; /* whether or not anybody has stored in time */
	uint64_t words, late;
	uint64_t control, control_late;
};

/* What selftest.csv has of the whole run. */
struct group_totals {
	struct group_looks shootdown_looks, lazy_looks;
	struct group_looks kind_looks[FLUSH_KINDS];
	struct group_stores stores;
	/* What requests with a generation made who was asked do. */
	uint64_t gen_skipped, gen_ranges, gen_full;
	/* Processors whose calls were counted over a chunk, and amiss. */
	uint64_t counted, interrupts_lost, interrupts_doubled;
	/* Stores that were to wake a processor, and that did not. */
	uint64_t store_wakes, store_wakes_lost;
	/* Of these, to come between MONITOR and MWAIT; and that did. */
	uint64_t store_wakes_armed, store_wakes_between;
	/* Ticks from waking to sending, of senders other than the boot processor. */
	bool senders_known;
	uint64_t senders_awake; /* the shortest */
	struct halt_states halted;
};

/* Of one member, about a chunk: its own to write. */
struct group_halt {
	_Alignas(SMP_LINE) struct halt_counts before, after;
};

/*
 * A window that a member runs, in a place that is there for as long as it may: one that
 * is lost may come back to it.
 */
struct remote_request {
	_Alignas(SMP_LINE) struct remote_context *remote;
	enum remote_mode mode; /* ipi */
	bool returns;          /* lazy */
	uint64_t settle;       /* ticks that it is awake before it begins */
	uint64_t awake;        /* and how long it was: its answer */
	struct window_args args;
};

struct remote_group {
	struct flush_request shared;         /* of the boot processor, read by all */
	struct flush_queue queues[SMP_CPUS]; /* by number of the processor */
	struct group_counter stop;           /* storing */
	struct group_together together;
	struct smp *smp;
	unsigned count; /* others */
	struct smp_cpu *members[SMP_CPUS];
	uint32_t logical[SMP_CPUS]; /* x2APIC: as each member's register has it */
	struct group_order order;
	const struct core_kinds *kinds; /* NULL as long as nobody knows them */
	uint64_t timeout;               /* ticks */
	uint64_t ticks_per_us;
	bool emulated; /* processors are threads of an emulator */
	bool on_metal;
	bool has_residency; /* Intel: counters of core states may be there */
	bool x2apic_entered;
	struct random random;
	struct group_setup setup;
	struct group_calls calls;
	struct flush_pages probe_pages;
	struct flush_kinds kinds_of_pages;
	struct group_looking looking;
	struct group_lazy lazy;
	struct group_rar rar;
	struct group_totals totals;
	struct remote_request
		remote_requests[SMP_CPUS]; /* by number of the processor */
	struct group_halt halts[SMP_CPUS]; /* by number of the processor */
	struct target_works works;
	struct stolen_loop loops[SMP_CPUS]; /* by number of the processor */
	/* Of the experiments of a plan, in the order in which they are equipped. */
	struct remote_context contexts[PLAN_EXPERIMENTS];
	unsigned context_count;
};

/*
 * Those started that are there now, before each plan: contexts of the plan before it
 * are free again.  smp NULL: there are no others.
 */
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

/* Gives an experiment its context, with its targets. */
struct remote_context *group_context(const struct plan *plan,
                                     struct experiment *experiment);

/*
 * Pairs between two looks at the clock: windows in which an emulator's processors wait
 * for each other may take a tenth of a second.
 */
uint32_t group_block(const struct remote_context *remote);

/* Why the experiment's members and mode are not to be had; NULL if they are. */
const char *group_lacks(const struct remote_group *group,
                        const struct remote_context *remote);

/* The first whose core has another thread that is not the boot processor; 0: none has.
 */
unsigned group_with_sibling(const struct remote_group *group);

/*
 * Makes what the targets' work needs, and finds the thread that spins beside one; why
 * not, or NULL.
 */
const char *group_equip_work(const struct plan *plan, struct remote_context *remote);

/* Whose clock the experiment's figure is read on. */
const struct smp_cpu *group_timekeeper(const struct remote_context *remote);

/* Target i of an experiment. */
static inline struct smp_cpu *group_target(const struct remote_context *remote,
                                           unsigned i)
{
	return remote->group->members[remote->spec->first + i];
}

/* The experiment cannot be measured any further; the first reason counts. */
void group_give_up(struct remote_context *remote, enum row_status status,
                   const char *reason);

/* The same for one of them: "processor N" and what it did not do. */
void group_give_up_member(struct remote_context *remote, const struct smp_cpu *member,
                          const char *what);

/*
 * Before a chunk: calls do on_call from now on, the targets are in the experiment's
 * state, and have CR4.PCIDE as the experiment wants it.
 */
void group_begin(struct remote_context *remote);

/*
 * Behind it: they halt again, and each took every call once, or the experiment has
 * failed.  Of several that began at once one interrupt may stand for more requests (SDM
 * 3A 12.8.4 "Interrupt Acceptance for Fixed Interrupts": one bit for each vector is
 * pending): then each took one in every window, and no more than were sent.
 */
void group_end(struct remote_context *remote);

/*
 * On the target, when a chunk begins and ends; and behind it: at which frequency it
 * ran, and what it slept, of experiments that only_answers.  On hardware one that did
 * not sleep half of the time is skipped.
 */
void group_halt_begin(const struct remote_context *remote, const struct smp_cpu *me);
void group_halt_end(const struct remote_context *remote, const struct smp_cpu *me);
void group_halt_judge(struct remote_context *remote);

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
bool group_run(struct remote_context *remote, smp_work *job, void *argument);

/* The same, on the first count of them. */
bool group_run_some(struct remote_context *remote, unsigned count, smp_work *job,
                    void *argument);

/* They and the boot processor drop all translations, as jobs. */
void group_drop_all(struct remote_context *remote);

/* The first part of a call to all targets: what the handler can see.  Not for poll. */
void group_fill(const struct remote_context *remote);

/* The second: it is under way.  False: an APIC did not take it. */
bool group_send(struct remote_context *remote, enum remote_mode mode);

/*
 * Until each target has answered.  Who does not in time is lost, and the experiment has
 * given up: false.
 */
bool group_wait(struct remote_context *remote);

/*
 * The same for REMOTE_STORE and REMOTE_ARMED: who is not awake in time is woken by an
 * interrupt, and the store that did not is counted (Intel's errata ICX143, LNL030,
 * APL30).  That window's sample contains the wait.
 */
bool group_wait_stores(struct remote_context *remote);

/* One of them lost, and the experiment has failed; says how many of how many. */
void group_judge_store_wakes(struct remote_context *remote);

/* One PAUSE; true if it has gone on for more than limit ticks.  looks: 0 at first. */
bool group_timed_out(uint64_t limit, uint64_t from, uint32_t *looks);

/* The same by a counter that they count down. */
bool group_wait_shared(struct remote_context *remote);

/*
 * Puts the shared request into the queue of each target; and the same by its being
 * unlocked.  Nobody else adds, so that each queue was empty and an interrupt is due.
 */
void group_queue(struct remote_context *remote);
bool group_wait_queued(struct remote_context *remote);

/* All queues are empty, whatever another experiment has left in them. */
void group_clear_queues(struct remote_group *group);

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
void group_end_looks(struct remote_context *remote, struct group_looks *looks);

/* False: what the experiment reads was not stale where nobody had dropped anything. */
bool group_is_shown(const struct experiment *experiment);

/*
 * How many words were read behind shootdowns, and in what share of the chunks those
 * read behind none were stale: there a missing flush would have shown.  How many
 * interrupts were lost, and came twice.
 */
void group_selftest(const struct remote_group *group, struct selftest *selftest);

/*
 * Targets of which it is true have not answered and are lost; the experiment gives up,
 * even if all have by now.
 */
typedef bool group_silent_fn(struct remote_group *group, struct smp_cpu *member);
void group_lose(struct remote_context *remote, group_silent_fn *is_silent);

/* The same of whoever has not taken the last call. */
void group_lose_silent(struct remote_context *remote);

/* What is the same in the shapes of all rows with several processors (struct shape). */
struct mishap group_mishap(const struct experiment *experiment);
void group_tell(const struct experiment *experiment, struct row *row);
uint32_t group_kinds(const struct experiment *experiment);
