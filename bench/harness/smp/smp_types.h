#pragma once
/* The started processors in memory: who writes what, and in which cache line. */
#include "bench/harness/smp/tsc_offset.h"
#include "lib/machine/machine.h"
#include "lib/options/injected_fault.h"
#include "lib/processor/grace.h"
#include "lib/processor/topology.h"
#include "lib/x86/apic.h"
#include "lib/x86/cpu.h"
#include "lib/x86/insn.h"
#include "lib/x86/start/start.h"
#include "paging/walk.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SMP_LINE 128u /* two cache lines: CPUs fetch them in pairs */
#define SMP_CPUS 1024u

enum smp_vector {
	VECTOR_CALL = 0xf0, /* on_call, then EOI */
	VECTOR_WAKE = 0xf1, /* ends HLT or MWAIT, nothing else */
	VECTOR_SPURIOUS = 0xff,
};

/*
 * How a processor waits; interrupts are on in all but SMP_POLL, in SMP_MONITOR and
 * SMP_ARMED in MWAIT.
 */
enum smp_state {
	SMP_HALT, /* STI; HLT: at first */
	SMP_SPIN,
	SMP_PAUSE,   /* spins with PAUSE */
	SMP_MWAIT,   /* MONITOR of its line of jobs, MWAIT with the hint commanded */
	SMP_MONITOR, /* the same of its line of calls, which it serves itself */
	SMP_ARMED,   /* MWAIT comes only when a call has been stored behind MONITOR */
	SMP_POLL,    /* spins with PAUSE and interrupts off, serves calls itself */
	SMP_WORK,    /* is not idle: does one step of its work after the other */
};

/* True of the states that MWAIT ends the work in. */
static inline bool smp_mwaits(enum smp_state state)
{
	return state == SMP_MWAIT || state == SMP_MONITOR || state == SMP_ARMED;
}

/* True of the states that an interrupt has to end, or may have to. */
static inline bool smp_sleeps(enum smp_state state)
{
	return state == SMP_HALT || smp_mwaits(state);
}

struct smp;
struct smp_cpu;

typedef void smp_work(struct smp_cpu *me, void *argument);

/*
 * What a call does, on the processor that takes it, interrupts off.  Acknowledging,
 * early or late, is its own business; EOI follows behind it.
 */
typedef void smp_call(struct smp_cpu *me, void *context);

/*
 * The same in an NMI; false if nobody had sent one, so that it counts as a stray.  Both
 * find out with smp_take() which call it is.
 */
typedef bool smp_nmi(struct smp_cpu *me, void *context);

/*
 * Jobs are the boot processor's to write, calls the caller's.  They share no line: one
 * that waits watches the line of jobs, and a call that is written there would end its
 * MWAIT before the interrupt does, or be fetched by it before the handler does.
 */
struct smp_request {
	_Alignas(SMP_LINE) _Atomic uint32_t generation; /* of the job; written last */
	enum smp_state state;
	uint32_t hint;
	smp_work *job; /* NULL: only the state changes */
	void *argument;
	smp_work *step; /* of SMP_WORK: with its argument, interrupts on */
	void *step_argument;
	/* Of a call that is stored: behind it, for SMP_ARMED. */
	_Atomic uint32_t stored;
	/* Of the call; SMP_POLL, SMP_MONITOR and SMP_ARMED watch this line too. */
	_Alignas(SMP_LINE) _Atomic uint32_t call;
	uint64_t word[8]; /* for the call */
};

_Static_assert(offsetof(struct smp_request, call) / SMP_LINE !=
                       offsetof(struct smp_request, generation) / SMP_LINE,
               "a store for a call wakes who monitors for jobs");

/* Written by the processor. */
struct smp_answer {
	/* Of the job that is done; of a state, just before it is entered. */
	_Alignas(SMP_LINE) _Atomic uint32_t generation;
	_Atomic uint32_t call; /* on_call's to write */
	uint64_t word[8];      /* on_call's */
};

/* Written by the processor, read when it is quiet: on_call's. */
struct smp_stamps {
	_Alignas(SMP_LINE) uint64_t word[SMP_LINE / sizeof(uint64_t)];
};

struct smp_cpu {
	struct smp_request request;
	struct smp_answer answer;
	struct smp_stamps stamps;
	/* Written by the processor's handlers. */
	_Alignas(SMP_LINE) _Atomic uint32_t calls_handled; /* by VECTOR_CALL */
	_Atomic uint32_t calls_polled; /* in SMP_POLL, SMP_MONITOR and SMP_ARMED */
	_Atomic uint32_t
		calls_armed; /* of these, stored behind MONITOR and before MWAIT */
	_Atomic uint32_t nmis_handled; /* that on_nmi owned up to */
	_Atomic uint32_t nmis_stray;
	_Atomic uint32_t wakes;
	uint32_t served; /* request.call when a call was last taken */
	_Atomic uint32_t spurious;
	/* Constant once all are started. */
	_Alignas(SMP_LINE) struct smp *smp;
	struct cpu *cpu;
	struct apic apic; /* its own; all are in one mode */
	unsigned number;  /* 0: the boot processor */
	uint32_t listed;  /* place in machine->processors: cpu_N of machine.csv */
	uint32_t apic_id;
	uint32_t acpi_uid;
	bool acpi_uid_known;
	struct topology topology;
	/* By the SRAT, its own and that of the memory it runs in; NODE_UNKNOWN. */
	uint32_t node, memory_node;
	enum distance distance;   /* to the boot processor */
	struct tsc_offset offset; /* its TSC less the boot processor's */
	bool tsc_adjust_known;
	uint64_t tsc_adjust;
	uint32_t mwait_kinds; /* lib/processor/mwait.h */
	bool loose_stamps;    /* its LFENCE does not wait, the boot processor's does */
	/* Written by the boot processor. */
	uint32_t posted;      /* generation of the last job */
	enum smp_state state; /* commanded */
	bool lost;            /* did not answer in time; never waited for again */
};

#define SMP_STACK_FRAMES 6u

/* Posted before a processor is there: being ready is its answer. */
#define SMP_FIRST_GENERATION 1u

/* One line each way, one writer each. */
struct shout {
	_Alignas(SMP_LINE) _Atomic uint32_t number;
	uint64_t stamp;
};

struct exchange {
	struct shout there, back;
	uint64_t timeout;
};

/* Who holds the lock reads the clock and what was read last (Linux, check_tsc_warp()).
 */
struct warp {
	_Alignas(SMP_LINE) _Atomic uint32_t locked;
	uint64_t last;
	uint64_t largest; /* ticks */
	uint64_t ticks;   /* how long */
};

/*
 * What one processor owns.  The first page is absent: who runs over the stack faults.
 */
struct cpu_area {
	uint8_t guard[PAGE_BYTES];
	uint8_t stack[SMP_STACK_FRAMES * PAGE_BYTES];
	uint8_t nmi_stack[2 * PAGE_BYTES];
	uint8_t double_fault_stack[PAGE_BYTES];
	uint8_t machine_check_stack[PAGE_BYTES];
	struct smp_cpu smp_cpu;
	struct cpu cpu;
	struct trap_state fault;  /* of an exception nobody expected */
	_Atomic bool has_faulted; /* behind it */
	bool fault_told;          /* the boot processor's */
	uint8_t differences;      /* enum processor_difference */
	struct pins pins;
	/*
	 * Of tsc_sync.c: not on its stack, where a lost processor might come back to
	 * it.
	 */
	struct exchange exchange;
	struct warp warp;
};

typedef void smp_faulted(void *context, const struct smp_cpu *member,
                         const struct trap_state *state);

struct smp {
	struct smp_cpu *cpus[SMP_CPUS];
	unsigned count; /* others */
	bool owns_all;
	bool takes_nmi;                      /* the boot processor, from outside */
	struct apic_smi_entries smi_entries; /* of the boot processor */
	/*
	 * What every handler reads first, and nobody writes while there may be calls.
	 * A lost processor may take a call late: contexts stay when these are gone.
	 */
	_Alignas(SMP_LINE) _Atomic(smp_call *) on_call;
	void *call_context;
	_Atomic(smp_nmi *) on_nmi;
	void *nmi_context;
	/*
	 * Processors that have faulted, and interrupts and NMIs of processors that
	 * nobody here has sent.  The boot processor looks here before every window: a
	 * line of its own, which is only read as long as there are none.
	 */
	_Alignas(SMP_LINE) _Atomic uint32_t faults;
	_Atomic uint32_t unexpected;
	uint32_t faults_told;
	bool measuring; /* there are rows that a processor that faults would spoil */
	uint32_t strays_before;   /* NMIs that self-tests sent */
	uint32_t spurious_before; /* and what came by then */
	uint32_t injected_faults;
	uint32_t pinned; /* others that pin=1 has changed something of */
	smp_faulted *on_faulted, *on_dropped;
	void *context;
	struct machine *machine;
	uint64_t root;
	uint64_t mtrr_digest; /* the boot processor's */
	struct start_slot *start_slots;
	uint64_t areas; /* physical address of the first struct cpu_area; 0: none */
	uint32_t area_count;
	uint64_t area_bytes;
	struct smp_cpu boot;
};

_Static_assert(offsetof(struct smp, faults) / SMP_LINE !=
                       offsetof(struct smp, nmi_context) / SMP_LINE,
               "what handlers read is in a line that is written");
