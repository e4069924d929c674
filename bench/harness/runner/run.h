#pragma once
/* What a run has: its machine, its rows so far, and where it stands. */
#include "bench/harness/experiment/plan.h"
#include "bench/harness/remote/group.h"
#include "bench/harness/runner/core.h"
#include "bench/harness/sample/frequency_probe.h"
#include "bench/harness/selftest/selftest.h"
#include "bench/harness/smp/smp_start.h"
#include "bench/harness/verify/matrix.h"
#include "lib/base/text.h"
#include "lib/stream/lava.h"
#include "lib/stream/memory_sink.h"
#include "lib/stream/record.h"

struct run {
	const struct config *config;
	struct machine *machine; /* what is found out about the clock goes here */
	struct record *record;
	struct lava *lava; /* that says the rows as signals; NULL: nobody does */
	/* Told how much the rows need once all processors are there; NULL: nothing is.
	 */
	struct memory_sink *kept;
	/*
	 * When a benchmark's rows have been delivered, or what the others' verification
	 * has found, and nothing is measured.
	 */
	void (*on_delivered)(void *context);
	void *context;
	struct frame_pool *pool;
	uint64_t root;
	struct smp smp; /* started */
	struct remote_group group;

	struct workspace workspace;
	struct dither dither;
	struct sampler sampler;
	struct fingerprint fingerprint;
	struct selftest selftest;
	struct frequency_probe frequency_probe;
	struct frequency frequency; /* over all rows of the boot processor so far */
	struct verify_pages probe_pages;
	bool can_verify;
	bool tr7_probed;
	struct plan plan;
	struct row rows[PLAN_EXPERIMENTS]; /* of the plan, when they are delivered */
	bool rows_pending;                 /* they are not yet */
	struct core_kinds kinds;
	/* By kind, the boot processor's first; others is what those behind it have. */
	struct core cores[CORE_KINDS];
	struct core_own others[CORE_KINDS - 1];
	unsigned core_count;
	struct core_own visited; /* another that is verified, one after the other */
	const struct core *core; /* whose experiments the plan has */
	unsigned steps_before;   /* experiments and verifications that are done */
	unsigned steps;
	uint32_t chunk;        /* number of the last chunk measured */
	uint32_t injected_nmi; /* windows until it is sent */
	/* Where it comes behind the next reading of disturbances. */
	const struct experiment *injected_stray;
	bool failed;
	char activity[CONFIG_TEXT + VARIANT_CHARS]; /* what is running now */
};

/* A step begins, of that name: for whoever looks on, and for a fault's report. */
static inline void run_progress(struct run *run, unsigned step, const char *name)
{
	text_copy(run->activity, sizeof run->activity, name);
	record_progress(run->record, step, run->steps, name);
}
