#pragma once
/* The verification's port onto the CPU this runs on. */
#include "bench/harness/verify.h"
#include "bench/harness/workspace.h"

struct cpu_port {
	struct verify_port port;
	window_code *op, *nothing;
	const struct workspace *workspace;
};

/* body is what op does here.  ERR_NO_MEMORY if the window area is full. */
enum err cpu_port_open(struct cpu_port *cpu_port, struct workspace *workspace,
                       const struct body *body) MUST_CHECK;
