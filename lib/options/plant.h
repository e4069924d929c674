#pragma once
#include "lib/base/text.h"

/* Faults planted on purpose, so that the tests can see a check go red. */
enum plant {
	PLANT_PF = 1 << 0,        /* read page 0 after the first measured rows */
	PLANT_EBS = 1 << 1,       /* change the memory map before ExitBootServices */
	PLANT_STRAY = 1 << 2,     /* write to memory that was never allocated */
	PLANT_MEMORY = 1 << 3,    /* be given less memory than was asked for */
	PLANT_STACK = 1 << 4,     /* run over the end of the stack */
	PLANT_IRQ = 1 << 5,       /* take an NMI while a row is measured */
	PLANT_DEAF = 1 << 6,      /* do not notice interrupts */
	PLANT_LOAD = 1 << 7,      /* put a load into an empty window */
	PLANT_UNFENCED = 1 << 8,  /* read the TSC without fences */
	PLANT_GHOST_CPU = 1 << 9, /* list one more processor than there are */
	PLANT_NO_LOW_MEMORY = 1 << 10, /* find no memory below 1 MiB */
	PLANT_FALLEN_CPU = 1 << 11,    /* let a started processor read page 0 */
	PLANT_SPACE = 1 << 12,         /* read page 0 in another address space */
	PLANT_MUTE_CPU = 1 << 13,      /* let the last processor answer no call */
	PLANT_MISSING_FLUSH = 1 << 14, /* let it answer, and drop nothing */
	PLANT_MOVED_CLOCK = 1 << 15,   /* set its clock forward */
	PLANT_ODD_CPU = 1 << 16,       /* let the last one read page 0 at its start */
	PLANT_UNFIT_CPU = 1 << 17,     /* find that the others lack a feature */
	PLANT_STRAY_NMI = 1 << 18,     /* send the second processor one in a block */
	PLANT_OTHER_CORE = 1 << 19,    /* take the last processor's core for another */
	PLANT_OTHER_BROKEN = 1 << 20,  /* selftest.break is for other core types only */
	PLANT_LOST_CORE = 1 << 21,     /* let that core not come back from a row */
	PLANT_LOST_STORE = 1 << 22,    /* let processors monitor the wrong line */
};

/*
 * A list of names, separated by commas.  Returns NULL, or what is wrong with the list.
 */
const char *plant_parse(struct text_slice list, uint32_t *plants);
