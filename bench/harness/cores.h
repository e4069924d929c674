#pragma once
/*
 * One core of each type that the machine has: the boot processor, and for every other
 * type a member of the crew that is verified and measured in its place.  What a core
 * has of its own is here: its features, counters, clock, verdicts.
 */
#include "bench/harness/crew_start.h"
#include "bench/harness/matrix.h"
#include "bench/harness/rounds.h"
#include "bench/harness/selftest.h"
#include "lib/core_kinds.h"

struct run;

/* Which benchmarks use an operation, as indices into benches[]. */
struct usage {
	bool used;
	unsigned first, last;
};

/* What another core than the boot processor's works with; the boot's is the run's. */
struct core_own {
	struct place place; /* first: a pointer to it is one to this */
	struct run *run;
	struct crew_member *member; /* NULL: none of them is there */
	/* As the run's, but for what differs on that core. */
	struct machine machine;
	struct sampler sampler;
	struct fingerprint fingerprint;
	struct selftest selftest;
	bool gone;        /* it did not answer: its windows are to end */
	bool pcide, tce;  /* as the next row wants them */
	bool cr4_differs; /* in bits that were left as they were found */
	/* What it is running, and on what; how many pieces of work there were. */
	place_work *work;
	void *argument;
	uint32_t works;
	struct matrix_work matrix_work;
	struct chunk_work chunk_work;
};

struct core {
	const char *name;    /* as the column core_type has it; NULL: all are alike */
	const char *refusal; /* why nothing is measured there; NULL: it is */
	struct machine *machine;
	const struct sampler *sampler;
	struct core_own *own; /* NULL: the boot processor */
	struct usage usage[TLB_OPS];
	struct tallies tallies[TLB_OPS];
};

/* The boot processor alone, as long as the others are not known. */
void cores_begin(struct run *run);

/* Tells the types apart, and names them.  The crew is there. */
void cores_find(struct run *run);

/*
 * For each other type a core, but under core_types = boot: what it is, its counters,
 * its clock, with the self-tests.  Where that cannot be it has a refusal.  Records what
 * came out of it.  The boot processor has been found out about.
 */
void cores_open(struct run *run);

/* True if such types may turn out to be there, when nobody knows yet. */
bool cores_may_differ(const struct config *config, const struct machine *machine);

/* On that core, as an experiment wants it; on the boot processor too. */
void cores_set_mode(struct run *run, const struct core *core, bool pcide, bool tce);

/* NULL for the boot processor. */
const struct place *cores_place(const struct core *core);
