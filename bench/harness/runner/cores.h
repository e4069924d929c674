#pragma once
/*
 * One core of each type that the machine has: the boot processor, and for every other
 * type a started processor that is verified and measured in its place.  What a core
 * has of its own is here: its features, counters, clock, verdicts.
 */
#include "bench/harness/runner/run.h"

/* The boot processor alone, as long as the others are not known. */
void cores_begin(struct run *run);

/* Tells the types apart, and names them.  The smp is there. */
void cores_find(struct run *run);

/*
 * For each other type a core, but under core_types = boot: what it is, its counters,
 * its clock, with the self-tests.  Where that cannot be it has a refusal.  Records what
 * came out of it.  The boot processor has been found out about.
 */
void cores_open(struct run *run);

/*
 * For a processor that is verified alone: own becomes its, with its features and
 * nothing of its clock.  Why that cannot be; NULL: it is.  Behind one that has not
 * answered own may be used for the next: an INIT has stopped it.
 */
const char *cores_visit(struct run *run, struct core_own *own, struct smp_cpu *cpu);

/* True if such types may turn out to be there, when nobody knows yet. */
bool cores_may_differ(const struct config *config, const struct machine *machine);

/* On that core, as an experiment wants it; on the boot processor too. */
void cores_set_mode(struct run *run, const struct core *core, bool pcide, bool tce);

/* Why nothing is measured there now: it may have stopped answering.  NULL: it is. */
const char *cores_refusal(const struct core *core);

/*
 * While its experiments are measured it waits between the chunks as the boot processor
 * does, which never halts: else its clock would be that of a core just woken.  Not
 * where it is a thread of an emulator.
 */
void cores_keep_awake(const struct core *core, bool awake);

/* NULL for the boot processor. */
const struct place *cores_place(const struct core *core);
