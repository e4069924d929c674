#pragma once
/*
 * Where scripts are played: the address spaces they switch between, and global memory
 * for their steps, so that no switch drops the translation of what is read next.
 */
#include "bench/harness/schedule.h"
#include "bench/harness/spaces.h"

struct plan;
struct experiment;
struct workspace;

struct stage {
	struct spaces pair;      /* for ping-pong */
	struct spaces processes; /* for a processor that runs many */
	uint64_t area;           /* physical, of the steps; 0: not open */
	uint32_t used;           /* bytes, by this benchmark's scripts */
};

/* Frames of the pool that a stage takes, without its spaces. */
#define STAGE_FRAMES (2u * 512u + 512u + 8u)

/* Opens the lines and the stage, at the first call. */
enum err stage_open(struct workspace *workspace) MUST_CHECK;

/* Every benchmark writes scripts of its own. */
static inline void stage_reset(struct stage *stage)
{
	stage->used = 0;
}

/* What scripts are written with; overwritten by every use.  The stage is open. */
struct scheduler *stage_scheduler(const struct stage *stage);

/* Where INVPCID's descriptors are read, one for each PCID from 0 on. */
uint64_t stage_descriptors(void);

/* Room for so many steps, or NULL.  Written here, read at VA_STAGE. */
struct script_step *stage_steps(struct stage *stage, uint32_t count);

/* A script: warm steps that are played before every window, and then those timed. */
struct play {
	const struct script_step *steps; /* of stage_steps() */
	uint32_t warm, count;
};

/*
 * Both windows of a row that plays a script with the row's operation, and what is
 * played before them: all translations dropped, then the warm steps as in either
 * window, the one that follows last. Operations
 * that are a load of CR3 are the load of every step; others flush in front of one that
 * keeps. Returns why it cannot be measured, or NULL.
 */
const char *stage_equip(const struct plan *plan, struct experiment *experiment,
                        const struct play *play);

/*
 * Drops every translation, of all PCIDs and global ones too, by changes of CR4.PGE; and
 * those of the address space that cr3 then loads, on a CPU that has no CR4.PGE.
 */
void stage_drop_all(uint64_t cr3);

/*
 * A fault on purpose: the last step of a row that plays a script goes to page 0, which
 * is mapped nowhere.  Nothing to other rows.
 */
void stage_misdirect(const struct stage *stage, const struct experiment *experiment);

/* Loads of CR3, and flushes, of 1000 steps that the row before plays (spec.back). */
extern const struct shape shape_loads, shape_flushes;
