#pragma once
/*
 * What a processor does that is called while it is not idle.  Each work is done in
 * steps, with interrupts on, in SMP_WORK or in a job; a step leaves nothing behind.
 */
#include "bench/harness/smp/smp.h"
#include "bench/harness/work/ring3.h"

enum target_work {
	TARGET_IDLE,   /* none: it waits in the state commanded */
	TARGET_SPIN,   /* DEC and JNZ */
	TARGET_PAUSE,  /* PAUSE */
	TARGET_MISSES, /* loads that miss all caches, one behind the other */
	TARGET_STORES, /* 64 stores to lines that no cache has */
	TARGET_RING3,  /* spins with PAUSE in ring 3; what interrupts it switches CR3 */
	TARGET_CLI,    /* interrupts are off TARGET_CLI_US at a time */
	TARGET_WALKS,  /* drops its translations, and walks for 64 pages */
	TARGET_WORKS,
};

/* As long as TARGET_CLI has interrupts off. */
#define TARGET_CLI_US 20u

/* As long as a step of TARGET_RING3 spins there, about. */
#define TARGET_RING3_US 20u

/* Written by the boot processor before any is done, but for ring3_turns. */
struct target_works {
	uint64_t lines[SMP_CPUS]; /* by number: a frame of lines of its own */
	bool has_walks; /* the pages of TARGET_WALKS are mapped, the same for all */
	struct ring3 ring3;
	uint64_t ring3_turns[SMP_CPUS]; /* by number: each one's own */
	uint64_t cli_ticks, ring3_ticks;
	_Atomic bool faulted; /* ring 3 did not get to the end of its loop */
	bool yields; /* PAUSE behind each step: an emulator may run another then */
};

/* "spin", "misses" ...; NULL for TARGET_IDLE. */
const char *target_work_name(enum target_work work);

/*
 * Makes what the work needs on that processor; nothing is done twice.  root: the PML4
 * in use.
 */
enum err target_work_open(struct target_works *works, enum target_work work,
                          const struct smp_cpu *member, struct frame_pool *pool,
                          uint64_t root) MUST_CHECK;

/* On the processor, in a job, before its first step and behind its last. */
void target_work_begin(struct target_works *works, enum target_work work,
                       struct smp_cpu *me);
void target_work_end(enum target_work work, struct cpu *cpu);

/* A step, whose argument is the struct target_works; not of TARGET_IDLE. */
smp_work *target_work_step(enum target_work work);
