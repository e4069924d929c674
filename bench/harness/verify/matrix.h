#pragma once
/*
 * The verification of an operation in every state of the processor that it exists in:
 * a line of the matrix each, and the faults that the manual promises.
 */
#include "bench/harness/experiment/plan.h"
#include "bench/harness/smp/place.h"
#include "bench/harness/verify/cpu_port.h"
#include "bench/harness/verify/verify.h"
#include "lib/stream/record.h"

struct fault_row;

/* What is done on the processor that is verified, and its answer. */
struct matrix_work {
	struct cpu_port port;
	const struct verify_pages *probe_pages;
	struct verify_case cell;
	struct staleness staleness;
	const struct fault_row *fault;
	enum verdict verdict;
	uint64_t root;
	bool has_tce;
	struct tlb_mode mode;
};

/* What came of the cells of a processor, whose lines are those that failed. */
struct matrix_sums {
	unsigned passed, failed, inconclusive; /* of must cells */
	unsigned faults_failed;
	unsigned lines; /* that there is still room for */
	bool has_part;  /* the operation has a line, and so a part in the record */
};

struct matrix {
	bool broken; /* the operation is replaced by nothing, on purpose */
	struct workspace *workspace;
	const struct verify_pages *probe_pages; /* NULL: there was no memory for it */
	const struct machine *machine;
	uint64_t seed;   /* of the pages that are drawn */
	uint32_t trials; /* of a cell whose trials are cheap */
	struct record *record;
	const struct place
		*place;           /* that is verified; NULL: the processor that calls */
	struct matrix_work *work; /* of the place; NULL without one */
	const char *core_type;    /* of the place; NULL: all cores are alike */
	/*
	 * Of a place that is verified alone, and nothing measured there: its cpu_N of
	 * machine.csv, and its sums.  NULL: each cell is a line.
	 */
	const uint32_t *cpu;
	struct matrix_sums *sums;
};

/*
 * All cells of op, added to the tally of the state each belongs to; in the phase before
 * the timing also its faults, added to the first.  CR4.PCIDE and EFER.TCE are clear
 * before and after.  Cells that the place did not come back from are skipped, as are
 * those of operations with paging off on another place than the boot processor.
 */
void matrix_verify(const struct matrix *matrix, const struct tlb_op *op,
                   enum verify_phase phase, struct tallies *tallies);

/* The one fact about TR7; passed or failed as above. */
struct tally matrix_probe_tr7(const struct matrix *matrix);
