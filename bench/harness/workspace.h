#pragma once
/*
 * What the measurements work in: our address space, and alias G, one global 2 MiB
 * page in which every window runs, so that an operation that keeps global entries
 * does not pay for the fetch of its own next instruction.
 */
#include "bench/harness/window.h"
#include "lib/err.h"
#include "lib/machine.h"
#include "paging/address_space.h"

#include <stdbool.h>
#include <stdint.h>

#define WINDOW_AREA_BYTES (UINT64_C(2) << 20)

struct workspace {
	struct frame_pool *pool;
	struct address_space space;
	bool rdtscp;
	uint64_t pte_nx;      /* PTE_NX, or 0 where the CPU has none */
	uint64_t window_area; /* physical; 0: there was no memory for it */
	uint32_t window_used; /* bytes */
	/* All pages that are primed have this frame behind them. */
	uint64_t data_frame;
	uint32_t pages_mapped[2]; /* behind workspace_target() and workspace_primed() */
};

/* Maps alias G.  Without memory for it, nothing can be measured, and err says so. */
enum err workspace_open(struct workspace *workspace, struct frame_pool *pool,
                        uint64_t root, const struct machine *machine) MUST_CHECK;

/* Forgets all windows, for the next benchmark. */
void workspace_reset(struct workspace *workspace);

/*
 * Assembles a window and returns it ready to be called through alias G, or NULL if
 * the area is full.  Serialises, as SDM 3A 9.1.3 "Handling Self- and Cross-Modifying
 * Code" asks for.
 */
window_code *workspace_window(struct workspace *workspace, const struct body *body,
                              uint32_t copies) MUST_CHECK;

/*
 * Maps at least that many 4 KiB pages for operations to aim at, and to fill the TLB
 * with.  One frame behind all of them: the TLB is under test, not the data cache,
 * and no CPU can coalesce them.
 */
enum err workspace_map_pages(struct workspace *workspace, uint32_t targets,
                             uint32_t primed) MUST_CHECK;

/* Reads once through every one of those pages. */
void workspace_prime(uint32_t targets, uint32_t primed);

/* Operands that aim at va, from the registers as they are. */
struct operands workspace_operands(const struct workspace *workspace, uint64_t va);

/* Address of the first page that operations aim at. */
#define WORKSPACE_TARGETS VA_TARGETS
