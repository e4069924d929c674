#pragma once
#include "lib/options/word.h"

/* Faults injected on purpose, so that the tests can see a check go red. */
enum injected_fault {
	INJECT_PF = 1 << 0,        /* read page 0 after the first measured rows */
	INJECT_EBS = 1 << 1,       /* change the memory map before ExitBootServices */
	INJECT_STRAY = 1 << 2,     /* write to memory that was never allocated */
	INJECT_MEMORY = 1 << 3,    /* be given less memory than was asked for */
	INJECT_STACK = 1 << 4,     /* run over the end of the stack */
	INJECT_IRQ = 1 << 5,       /* take an NMI while a row is measured */
	INJECT_DEAF = 1 << 6,      /* do not notice interrupts */
	INJECT_LOAD = 1 << 7,      /* put a load into an empty window */
	INJECT_UNFENCED = 1 << 8,  /* read the TSC without fences */
	INJECT_GHOST_CPU = 1 << 9, /* list one more processor than there are */
	INJECT_NO_LOW_MEMORY = 1 << 10,    /* find no memory below 1 MiB */
	INJECT_FAULTED_CPU = 1 << 11,      /* let a started processor read page 0 */
	INJECT_SPACE = 1 << 12,            /* read page 0 in another address space */
	INJECT_UNRESPONSIVE_CPU = 1 << 13, /* let the last processor answer no call */
	INJECT_MISSING_FLUSH = 1 << 14,    /* let it answer, and drop nothing */
	INJECT_MOVED_CLOCK = 1 << 15,      /* set its clock forward */
	INJECT_ODD_CPU = 1 << 16,      /* let the last one read page 0 at its start */
	INJECT_UNFIT_CPU = 1 << 17,    /* find that the others lack a feature */
	INJECT_STRAY_NMI = 1 << 18,    /* send the second processor one in a block */
	INJECT_OTHER_CORE = 1 << 19,   /* take the last processor's core for another */
	INJECT_OTHER_BROKEN = 1 << 20, /* selftest.break is for other core types only */
	INJECT_LOST_CORE = 1 << 21,    /* let that core not come back from a row */
	INJECT_LOST_STORE = 1 << 22,   /* let processors monitor the wrong line */
};

struct words injected_fault_words(void);
