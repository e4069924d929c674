#pragma once
/*
 * What scripts need: the address spaces they switch between, and global memory for
 * their steps, so that no switch drops the translation of what is read next.
 */
#include "bench/harness/space/schedule.h"
#include "bench/harness/space/spaces.h"

struct script_area {
	struct spaces pair;      /* for ping-pong */
	struct spaces processes; /* for a processor that runs many */
	struct spaces wide;      /* fewer, with more pages each */
	bool has_kernel;         /* pages of the kernel are mapped, in home and all */
	uint64_t area;           /* physical, of the steps; 0: not open */
	uint32_t used;           /* bytes, by this benchmark's scripts */
};

/* Frames of the pool that it takes, without its spaces. */
#define SCRIPT_AREA_FRAMES (2u * 512u + 512u + 8u)

/* Where it is mapped, and what from. */
struct script_place {
	struct frame_pool *pool;
	uint64_t root;
	uint64_t nx; /* PTE_NX or 0 */
};

/* Takes and maps the area, at the first call. */
enum err script_area_open(struct script_area *scripts,
                          const struct script_place *place) MUST_CHECK;

/* Every benchmark writes scripts of its own. */
static inline void script_area_reset(struct script_area *scripts)
{
	scripts->used = 0;
}

/* What scripts are written with; overwritten by every use.  The area is open. */
struct scheduler *script_area_scheduler(const struct script_area *scripts);

/* Where INVPCID's descriptors are read, one for each PCID from 0 on. */
uint64_t script_area_descriptors(void);

/* Room for so many steps, or NULL.  Written here, read at VA_SCRIPT_AREA. */
struct script_step *script_area_steps(struct script_area *scripts, uint32_t count);

/* Room for so many bytes beside them, or NULL; gone with the next reset. */
void *script_area_take(struct script_area *scripts, uint64_t bytes);

/*
 * Drops every translation, of all PCIDs and global ones too, and loads cr3: that drops
 * those of its address space on a CPU that has no CR4.PGE.
 */
void script_area_drop_all(uint64_t cr3);
