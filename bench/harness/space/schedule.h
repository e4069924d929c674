#pragma once
/*
 * The script of a processor that runs one process after the other: a reference string
 * says which, pcid_slots what PCID it gets, and the steps what to load and to drop. All
 * is decided here, before a window plays it.
 *
 * Pure.
 */
#include "bench/harness/window/script.h"
#include "lib/options/references.h"
#include "paging/pcid_slots.h"

/* How the translations of a PCID are dropped that another process had before. */
enum dropping {
	DROP_BY_LOAD,    /* the load itself: bit 63 clear */
	DROP_BY_INVPCID, /* then a load that keeps */
	DROP_BY_CR3,     /* by another load, and back; then one that keeps */
};

struct schedule {
	uint32_t processes;
	enum reference_order order;
	uint64_t seed;
	uint32_t slots; /* 0: CR4.PCIDE is clear */
	enum dropping dropping;
	uint32_t
		before; /* references that only the PCIDs see, so that slots are full */
	uint32_t accesses; /* of each step */
	/* CR3 without PCID, and the trail, of a process. */
	void (*describe)(const void *context, uint32_t process,
	                 struct script_step *step);
	const void *context;
	uint64_t descriptors; /* address of INVPCID's: one for each PCID, from 0 */
};

/* What is needed to write one. */
struct scheduler {
	struct references references;
	struct pcid_slots slots;
};

/*
 * Writes warm steps and then count steps.  The first of each loads CR3 whatever ran:
 * the processor comes from elsewhere.
 */
void schedule_write(const struct schedule *schedule, struct scheduler *scheduler,
                    struct script_step *steps, uint32_t warm, uint32_t count);
