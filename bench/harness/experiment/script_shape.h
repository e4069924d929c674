#pragma once
/*
 * The shape of experiments that run a script: their windows, what is run before those,
 * and experiments that count what a script has in it.
 */
#include "bench/harness/experiment/plan.h"

/* A script: warm steps that are run before every window, and then those timed. */
struct script_run {
	const struct script_step *steps; /* of script_area_steps() */
	uint32_t warm, count;
	bool flushes_behind; /* a step's flush is behind its load, not before it */
};

/*
 * Both windows of an experiment that runs a script with its operation, and what is run
 * before them: all translations dropped, then the warm steps as in either window, the
 * one that follows last. Operations that are a load of CR3 are the load of every step;
 * others flush in front of one that keeps. Returns why it cannot be measured, or NULL.
 */
const char *script_shape_equip(const struct plan *plan, struct experiment *experiment,
                               const struct script_run *run);

/*
 * A fault on purpose: the last step of an experiment that runs a script goes to page 0,
 * which is mapped nowhere.  Nothing to other experiments.
 */
void script_shape_misdirect(const struct script_area *scripts,
                            const struct experiment *experiment);

/*
 * Loads of CR3, and flushes, of 1000 steps that the experiment before runs (spec.back).
 */
extern const struct shape shape_loads, shape_flushes;
