#pragma once
/*
 * The verification of an operation in every state of the processor that it exists in:
 * a line of the matrix each, and the faults that the manual promises.
 */
#include "bench/harness/plan.h"
#include "bench/harness/verify.h"
#include "lib/record.h"

struct matrix {
	const struct plan *plan;
	struct workspace *workspace;
	const struct verify_ground *ground; /* NULL: there was no memory for it */
	const struct machine *machine;
	struct record *record;
};

/*
 * All cells of op, added to the tally of the state each belongs to; in the phase before
 * the timing also its faults, added to the first.  CR4.PCIDE and EFER.TCE are clear
 * before and after.
 */
void matrix_verify(const struct matrix *matrix, const struct tlb_op *op,
                   enum verify_phase phase, struct tallies *tallies);

/* The one fact about TR7; passed or failed as above. */
struct tally matrix_probe_tr7(const struct matrix *matrix);
