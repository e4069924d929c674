#pragma once
/*
 * A loop in ring 3 with tables of its own, as a process has with page-table isolation:
 * whatever interrupts it loads CR3 on its way in and out (lib/x86/isr.S).  Other than
 * there both halves map everything, and the program's own pages are global.
 */
#include "lib/base/err.h"
#include "lib/x86/cpu.h"
#include "paging/walk.h"

struct ring3 {
	uint64_t root;      /* the user's PML4; 0: not open */
	uint64_t used_root; /* what it is a copy of */
};

/* Maps the loop, and makes the user's PML4; nothing is done twice. */
enum err ring3_open(struct ring3 *ring3, struct frame_pool *pool,
                    uint64_t root) MUST_CHECK;

/* The user's PML4 is as the one in use: before the first step of a chunk. */
void ring3_follow(const struct ring3 *ring3);

/*
 * On the processor: from now on, and until the end, it can spin there.  CR4.PCIDE stays
 * as it is meanwhile; where it is set each half has a PCID and no load drops anything.
 */
void ring3_begin(const struct ring3 *ring3, struct cpu *cpu);
void ring3_end(struct cpu *cpu);

/*
 * PAUSE, DEC and JNZ, so many times, in ring 3.  False: an exception that is not the
 * loop's end came before.
 */
bool ring3_spin(struct cpu *cpu, uint64_t turns);
