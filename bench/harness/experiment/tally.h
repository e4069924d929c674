#pragma once
/* What became of the cells of an operation, and whether its rows are to be believed. */
#include "lib/stream/row.h"
#include "paging/tlb_op.h"

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_KEPT,
	VERDICT_DROPPED,
	VERDICT_REFUTED,
	VERDICT_HOLDS,
	VERDICT_INCONCLUSIVE,
	VERDICT_SKIPPED,
};

/*
 * Outcomes of one operation in one state of the processor, in both phases: of its must
 * cells, and of its faults.
 */
struct tally {
	unsigned passed, failed, faults_failed;
};

/*
 * By state: an operation that fails with CR4.PCIDE set (Alder Lake's INVLPG, ADL063)
 * is right without, and what was shown without says nothing of it with.
 */
struct tallies {
	struct tally in[TLB_MODES];
};

void tally_cell(struct tally *tally, enum verdict verdict);
void tally_fault(struct tally *tally, enum verdict verdict);
void tally_add(struct tally *sum, const struct tally *tally);

struct tally tallies_sum(const struct tallies *tallies);

/* All that must not be: for the exit status. */
unsigned tally_failures(const struct tally *tally);

/*
 * Whether what was timed did what it must.  That it faults when it should says nothing
 * of that.
 */
enum believed tally_believed(const struct tally *tally);
