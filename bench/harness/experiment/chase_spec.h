#pragma once
/*
 * What an experiment that follows a pointer chain says: the chain, and what differs
 * between the arms.
 */
#include "bench/harness/experiment/pcid_churn.h"
#include "bench/harness/sample/sampler.h"
#include "bench/harness/space/chase_arena.h"
#include "bench/harness/window/window.h"

#include <stdbool.h>
#include <stdint.h>

struct tlb_op;
struct workspace;

struct chase_spec {
	struct pointer_chains chains; /* without pages nothing is accessed */
	/* Arm A runs nothing and then follows the chain in this way; 0: as arm B. */
	enum chase_way way_a, way_b;
	enum span span;
	/* Arm B runs op in a register loop over so many of its target pages; 0: copies.
	 */
	uint32_t repeats;
	const struct tlb_op *partner; /* before op in each pass; NULL: none */
	bool cold; /* no entry that a walk of the chain reads is in a cache */
	struct pcid_churn churn; /* of arm B */
};

/* What the priming of an experiment works with. */
struct chase_context {
	struct workspace *workspace;
	const struct chase_spec *spec;
	unsigned arm;            /* 0: A, 1: B */
	struct pcid_churn churn; /* of this arm */
	window_code
		*warm_up_windows[2]; /* of code: both arms, run before each window */
	const struct window_args *args;
};
