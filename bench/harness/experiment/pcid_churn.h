#pragma once
/*
 * Visits to other PCIDs between priming and a window.  What visits is in the windows'
 * global page and uses no stack, so that in each PCID nothing is cached but what is
 * touched there; and each PCID touches pages of its own, so that they compete for the
 * TLB as a whole and not for the sets of a few pages.
 */
#include "bench/harness/space/workspace.h"

/* Those the harness runs in are below; the last there is (SDM 3A 5.10.1). */
#define VISITED_FIRST PCID_COUNT
#define PCIDS 4096u

/* Touched one behind the other, and then again from the first on: a power of two. */
#define VISITED_PAGES 4096u

struct pcid_churn {
	uint32_t pcids; /* how many */
	uint32_t pages; /* touched in each */
	bool flush;     /* they are entered with bit 63 of CR3 clear */
};

/* Maps the pages and places the code, once for all experiments of a benchmark. */
enum err pcid_churn_open(struct workspace *workspace,
                         const struct pcid_churn *churn) MUST_CHECK;

/* Whatever other benchmarks left in other PCIDs goes, once. */
void pcid_churn_clear(struct workspace *workspace);

/* There and back without dropping anything of ours. */
void pcid_churn_make(const struct workspace *workspace, const struct pcid_churn *churn);
