#pragma once
/*
 * The scripts of `policy`: who runs, what each touches, and by which rules PCIDs are
 * given out.
 */
#include "bench/harness/experiment/plan.h"
#include "bench/harness/experiment/script_shape.h"

/* What runs, beside the order in which processes come. */
struct policy_load {
	const char *word;         /* of the variant; NULL for none */
	uint32_t pages;           /* of its own that each step touches */
	uint32_t changed_percent; /* of the returns: entries were changed meanwhile */
	enum schedule_kernel kernel;
};

/* What each touches where nothing else is said. */
#define POLICY_PAGES 8u

struct policy {
	enum reference_order order;
	const char *name;
	enum pcid_replacement replacement;
	uint32_t slots;
	struct policy_load load;
};

/* Of a row whose setting is a struct policy. */
extern const struct shape shape_policy;

/* Processes there are room for, so that all benchmarks of a run share their tables. */
#define POLICY_PROCESSES_LONG 5000u
#define POLICY_PROCESSES 1024u

/* At most, by the profile; past 1024 they take 80 MiB of page tables. */
uint32_t policy_processes_max(const struct config *config);

/* References that are timed, of processes that touch so many pages. */
uint32_t policy_references(const struct config *config, uint32_t pages);

/* Frames of the spaces, and of wide ones. */
uint64_t policy_frames(const struct config *config);
uint64_t policy_wide_frames(void);
