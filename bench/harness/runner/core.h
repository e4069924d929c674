#pragma once
/* One core of each type that the machine has, and what it has of its own. */
#include "bench/harness/experiment/rounds.h"
#include "bench/harness/selftest/selftest.h"
#include "bench/harness/smp/smp_start.h"
#include "bench/harness/verify/matrix.h"
#include "lib/processor/core_kinds.h"

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
	struct smp_cpu *cpu; /* NULL: none of them is there */
	/* As the run's, but for what differs on that core. */
	struct machine machine;
	struct sampler sampler;
	struct fingerprint fingerprint;
	struct selftest selftest;
	bool gone;        /* it did not answer: its windows are to end */
	bool pcide, tce;  /* as the next experiment wants them */
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
