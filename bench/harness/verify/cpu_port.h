#pragma once
/* The verification's port onto the CPU this runs on. */
#include "bench/harness/space/workspace.h"
#include "bench/harness/verify/verify.h"

/* What runs for each arm. */
struct cpu_port {
	struct verify_port port;
	const struct workspace *workspace;
	const struct tlb_op *op;
	window_code *here, *named; /* op on the current PCID, and on another */
	window_code *nothing;
	struct descriptors descriptor;
	bool pcide;       /* CR4.PCIDE as the harness has set it */
	bool has_invpcid; /* for the preparation, where it is not under test */
};

/* broken: op does nothing here.  ERR_NO_MEMORY if the window area is full. */
enum err cpu_port_open(struct cpu_port *cpu_port, struct workspace *workspace,
                       const struct tlb_op *op, bool broken) MUST_CHECK;
