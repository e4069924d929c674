#pragma once
/* What a window is called with: the registers it loads, and where its stamps go. */
#include "paging/body.h"

#include <stdint.h>

/* Everything a window reads before T0 and writes at its end. */
struct window_args {
	struct operands operands;
	uint64_t data; /* R13: first page of data touches, or of a spread chase */
	uint64_t
		stores; /* R14: where pending stores go, or the page of a dense chase */
	uint64_t stack; /* RSP in a window with stack touches: end of its last page */
	uint64_t t0, t1, t2; /* of the clock */
	/* Of a script: struct script_step, mapped in every address space it loads. */
	uint64_t steps, step_count;
	void *context; /* of a window that is compiled; others leave it alone */
};

/* The code of a window as a function. */
typedef void window_code(struct window_args *args);
