#pragma once
/*
 * The script of a processor that runs one process after the other: a reference string
 * says which, pcid_slots what PCID it gets, and the steps what to load and to drop. All
 * is decided here, before a window plays it.
 *
 * Pure.
 */
#include "bench/harness/space/references.h"
#include "bench/harness/window/script.h"
#include "paging/pcid_slots.h"

/* How the translations of a PCID are dropped that another process had before. */
enum dropping {
	DROP_BY_LOAD,    /* the load itself: bit 63 clear */
	DROP_BY_INVPCID, /* then a load that keeps */
	DROP_BY_CR3,     /* by another load, and back; then one that keeps */
};

/* What the kernel does between processes. */
enum schedule_kernel {
	KERNEL_NONE, /* nothing that is played */
	KERNEL_LAZY, /* half of the time a thread of its own, in the tables it finds */
	KERNEL_INIT_MM, /* the same, in tables of its own, which are loaded */
	/*
	 * Page-table isolation: at each switch it enters by a load of the kernel's
	 * PCID, loads that of the next process, and leaves by a load of the user's.
	 */
	KERNEL_ISOLATED,
};

/* The user's half of a PCID, as in Linux (X86_CR3_PTI_PCID_USER_BIT). */
#define PCID_USER_HALF UINT64_C(2048)

/* Steps that one reference can take. */
#define SCHEDULE_STEPS 3u

struct schedule {
	uint32_t processes;
	enum reference_order order;
	uint64_t seed;
	enum pcid_replacement replacement;
	uint32_t slots; /* 0: CR4.PCIDE is clear */
	/* Of 100 returns, so many find that their process was changed meanwhile. */
	uint32_t changed_percent;
	enum schedule_kernel kernel;
	uint64_t init_mm;                /* CR3 of KERNEL_INIT_MM, without PCID */
	struct script_step kernel_chain; /* what the kernel touches: no load */
	enum dropping dropping;
	uint32_t
		before; /* references that only the PCIDs see, so that slots are full */
	uint32_t accesses; /* of each step */
	/* CR3 without PCID, and the chain, of a process. */
	void (*describe)(const void *context, uint32_t process,
	                 struct script_step *step);
	const void *context;
	uint64_t descriptors; /* address of INVPCID's: one for each PCID, from 0 */
};

/* What is needed to write one. */
struct scheduler {
	struct references references;
	struct random changes, threads;
	struct pcid_slots slots;
};

/* Steps that were written. */
struct schedule_steps {
	uint32_t warm, count;
};

/*
 * Writes the steps of so many references, and then of count ones: of each at least one,
 * and at most SCHEDULE_STEPS.  The first of either loads CR3 whatever ran: the
 * processor comes from elsewhere.
 */
struct schedule_steps schedule_write(const struct schedule *schedule,
                                     struct scheduler *scheduler,
                                     struct script_step *steps, uint32_t warm,
                                     uint32_t count);
