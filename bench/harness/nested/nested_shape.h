#pragma once
/*
 * The shape of experiments with a guest.  A window that other shapes have made is run
 * by the guest as it stands, with its priming, and takes its stamps there; round trips
 * and INVLPGA are timed by the host.
 */
#include "bench/harness/experiment/plan.h"
#include "bench/harness/nested/nested_cell.h"

enum nested_how {
	NESTED_TRIPS,     /* VMRUN and VMMCALL, copies_b times */
	NESTED_INVLPGA,   /* by the host, of pages that the guest has read */
	NESTED_REPEAT,    /* what shape_repeat makes */
	NESTED_WALK,      /* what shape_walk makes */
	NESTED_WALK_HOST, /* the same in the host, for comparison */
};

/* spec.setting of it. */
struct nested_setting {
	struct walk_setting walk; /* comes first: shape_walk's own */
	enum nested_how how;
	enum vmcb_tlb_control control; /* of every VMRUN that is timed */
	bool intercepted;              /* the operation: each one is an exit */
	enum level
		page; /* that nested tables have for what is walked, and its tables */
	/* Whose verification says whether the row is to be believed; ACTS: none. */
	enum nested_act act;
};

extern const struct shape shape_nested;

/* Frames that they take besides nested_frames(). */
uint64_t nested_shape_frames(void);
