#include "bench/harness/matrix.h"

#include "bench/harness/cpu_port.h"
#include "bench/harness/faults.h"
#include "lib/x86/control.h"
#include "lib/x86/identify.h"

static enum verdict record_cell(const struct matrix *matrix,
                                const struct cpu_port *port,
                                const struct verify_case *cell, enum verify_phase phase,
                                struct tally *tally)
{
	const bool has_tce = (matrix->machine->features & FEATURE_TCE) != 0;
	const enum rule rule = tlb_op_rule(cell->op, cell->entry, cell->mode).rule;
	const struct staleness staleness =
		verify_cell(&port->port, matrix->ground, cell);
	const enum verdict verdict = verdict_of(rule, &staleness);
	struct line line;

	verify_to_csv(&line, cell, has_tce, phase, &staleness);
	record_line(matrix->record, &line);
	tally_cell(tally, verdict);
	return verdict;
}

/* port NULL: nothing can run.  The second witness is heard once, before the timing. */
static void verify_one(const struct matrix *matrix, const struct cpu_port *port,
                       const struct verify_case *cell, enum verify_phase phase,
                       struct tally *tally)
{
	const bool has_tce = (matrix->machine->features & FEATURE_TCE) != 0;

	if (port == NULL || !verify_applies(matrix->ground, cell)) {
		struct line line;

		verify_to_csv(&line, cell, has_tce, phase, NULL);
		record_line(matrix->record, &line);
		return;
	}

	const enum verdict by_frame = record_cell(matrix, port, cell, phase, tally);
	struct verify_case witness = *cell;

	witness.oracle = ORACLE_ACCESSED;
	if (phase == PHASE_BEFORE && verify_has_witness(cell, by_frame))
		(void)record_cell(matrix, port, &witness, phase, tally);
}

static void verify_in_mode(const struct matrix *matrix, struct cpu_port *port,
                           const struct tlb_op *op, struct tlb_mode mode,
                           enum verify_phase phase, struct tally *tally)
{
	const uint64_t root = matrix->workspace->space.root;
	const uint32_t features = matrix->machine->features;
	const bool runs =
		port != NULL && (!mode.pcide || (features & FEATURE_PCID) != 0);

	if (runs) {
		port->pcide = mode.pcide;
		port->has_invpcid = (features & FEATURE_INVPCID) != 0;
		if ((features & FEATURE_TCE) != 0)
			control_set_tce(mode.tce);
		control_set_pcide(root, mode.pcide);
	}
	for (unsigned i = 0; i < ENTRY_COUNT; i++)
		verify_one(
			matrix, runs ? port : NULL,
			&(struct verify_case){ op, (enum entry)i, mode, ORACLE_FRAME },
			phase, tally);
	if (runs) {
		control_set_pcide(root, false);
		if ((features & FEATURE_TCE) != 0)
			control_set_tce(false);
	}
}

static void verify_modes(const struct matrix *matrix, struct cpu_port *port,
                         const struct tlb_op *op, enum verify_phase phase,
                         struct tallies *tallies)
{
	const unsigned tces = (matrix->machine->features & FEATURE_TCE) != 0 ? 2 : 1;

	for (unsigned pcide = 0; pcide <= 1; pcide++)
		for (unsigned tce = 0; tce < tces; tce++)
			if (tlb_op_exists(op, pcide != 0))
				verify_in_mode(matrix, port, op,
				               (struct tlb_mode){
						       .pcide = pcide != 0,
						       .tce = tce != 0,
						       .amd = is_amd(matrix->machine),
					       },
				               phase,
				               &tallies->in[tlb_mode_number(pcide != 0,
				                                            tce != 0)]);
}

static void record_fault(const struct matrix *matrix, const struct fault_row *row,
                         struct tally *tally)
{
	const bool runs = matrix->ground != NULL &&
	                  (row->needs & ~matrix->machine->features) == 0;
	const enum verdict verdict =
		runs ? fault_row_take(row, matrix->workspace->space.root)
		     : VERDICT_SKIPPED;
	struct line line;

	fault_row_to_csv(&line, row, verdict);
	record_line(matrix->record, &line);
	tally_fault(tally, verdict);
}

static void record_faults(const struct matrix *matrix, const char *op,
                          struct tally *tally)
{
	const struct fault_row *row;

	for (unsigned i = 0; (row = fault_row_of(op, i)) != NULL; i++)
		record_fault(matrix, row, tally);
}

void matrix_verify(const struct matrix *matrix, const struct tlb_op *op,
                   enum verify_phase phase, struct tallies *tallies)
{
	struct workspace *const workspace = matrix->workspace;
	const uint32_t used = workspace->window_used;
	struct cpu_port port;
	const bool runs = matrix->ground != NULL &&
	                  (op->needs & ~matrix->machine->features) == 0 &&
	                  (!op->runs_flat || workspace_is_flat(workspace)) &&
	                  cpu_port_open(&port, workspace, op,
	                                plan_is_broken(matrix->plan, op)) == ERR_NONE;

	record_begin(matrix->record, FILE_VERIFY);
	verify_modes(matrix, runs ? &port : NULL, op, phase, tallies);
	if (phase == PHASE_BEFORE)
		record_faults(matrix, op->name, &tallies->in[0]);
	record_end(matrix->record);
	/* Its windows are not needed any more. */
	workspace->window_used = used;
}

struct tally matrix_probe_tr7(const struct matrix *matrix)
{
	struct tally tally = { 0 };

	record_begin(matrix->record, FILE_VERIFY);
	record_faults(matrix, "tr7_probe", &tally);
	record_end(matrix->record);
	return tally;
}
