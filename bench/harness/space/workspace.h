#pragma once
/*
 * What the measurements work in: our address space, the windows, and the pages that
 * operations aim at and that fill the TLB.
 *
 * The windows' 2 MiB are mapped twice.  Alias G is one global 2 MiB page: an operation
 * that keeps global entries does not pay for the fetch of its own next instruction.
 * Alias N is 4 KiB pages that are not global: there it does, which is what code pays.
 * Where they are mapped 1:1 they can be run as well, for operations that need that;
 * they are written through a third mapping.
 */
#include "bench/harness/space/chase_arena.h"
#include "bench/harness/space/script_area.h"
#include "bench/harness/space/walk_pages.h"
#include "bench/harness/window/operation_call.h"
#include "bench/harness/window/window.h"
#include "lib/base/err.h"
#include "lib/machine/machine.h"
#include "paging/address_space.h"
#include "paging/tlb_op.h"

#include <stdbool.h>
#include <stdint.h>

struct nested;

enum alias { ALIAS_GLOBAL, ALIAS_LOCAL, ALIAS_FLAT };

/* What an operation aims at. */
enum target_kind {
	TARGET_4K,
	TARGET_4K_GLOBAL,
	TARGET_2M,
	TARGET_1G,
	TARGET_KINDS,
};

/* Pages one behind the other; INVLPG reaches them by a displacement from base. */
struct target {
	uint64_t base; /* address operands hold */
	int64_t first; /* of page 0, from base, bytes */
	uint64_t stride;
};

/* Where they are, each kind below a PML4 entry of its own, and what else is primed. */
#define VA_TARGET(kind) (VA_TARGETS + ((uint64_t)(kind) << 39))
#define VA_WORKING_SET VA_TARGET(TARGET_KINDS)
#define VA_STORES VA_TARGET(TARGET_KINDS + 1)

/*
 * Read last, so many 4 KiB pages leave none of those before them in the first level of
 * a TLB, which has 128 at most, and fill no second level of 1024 or more.
 */
#define FILLER_PAGES 256u

/* What is done before every window; the rest says what must be in the TLB then. */
struct priming {
	void (*prime)(const struct priming *priming);
	void *context; /* for another prime() than workspace_prime() */
	struct target target;
	uint32_t target_pages; /* 0: the target stays out */
	/*
	 * Read page by page of each of so many equal parts in turn, so that each has as
	 * many pages in each level of the TLB; 0: one part.
	 */
	uint32_t target_parts;
	uint32_t filler_pages;  /* read behind them, the next ones of their kind */
	uint32_t working_pages; /* besides, so that the TLB is not empty */
	bool stores;            /* the page of pending stores as well */
	uint64_t descriptors;   /* of INVPCID, read as well */
	uint32_t descriptor_count;
	/* Values for CR3 to go where the target is, and to come back; 0: it is here. */
	uint64_t cr3_target, cr3_home;
	/* CR4 from before it is primed until the window changes it; 0: as it is. */
	uint64_t cr4_before;
};

struct workspace {
	struct window_source source; /* of windows in alias G */
	struct frame_pool *pool;
	struct address_space space;
	struct window_clock clock;
	uint64_t nx;          /* PTE_NX, or 0 where the CPU has none */
	uint64_t window_area; /* physical; 0: there was no memory for it */
	uint64_t writable;    /* the same 2 MiB where they can be written; virtual */
	bool is_mapped_flat;  /* it can be run where it is mapped 1:1 */
	uint32_t window_used; /* bytes */
	uint64_t shared_descriptors[PCID_COUNT]; /* as read; 0: not written yet */
	uint32_t window_count;
	uint64_t data_frame;  /* behind every 4 KiB page that is primed */
	uint64_t giant_frame; /* 1 GiB of RAM that may be read; 0: there is none */
	uint32_t mapped[TARGET_KINDS];
	uint32_t working_mapped;
	uint64_t giants;                     /* two GiB of our own; 0: there are none */
	struct chase_arena arena;            /* frame 0: not open */
	const struct pointer_chains *linked; /* in the lines now; NULL: unknown */
	bool pcids_are_clear; /* of what was there before this benchmark */
	uint64_t churn_code;  /* code that visits PCIDs; 0: not placed yet */
	struct script_area script_area;
	struct walk_pages walk_pages;
	struct nested *nested; /* a guest to run in; NULL: nobody asked for one yet */
	uint32_t chase_arena_mapped[LEVEL_PML4 + 1]
				   [LEVEL_PML4 + 1]; /* by page and apart */
	uint32_t chase_arena_global_mapped, chase_arena_contiguous_mapped;
};

/* Maps both aliases.  Without memory for them nothing can be measured. */
enum err workspace_open(struct workspace *workspace, struct frame_pool *pool,
                        uint64_t root, const struct machine *machine) MUST_CHECK;

/* Forgets all windows, for the next benchmark. */
void workspace_reset(struct workspace *workspace);

/*
 * Assembles a window and returns it ready to be called through one alias, or NULL if
 * the area is full.  Serialises, as SDM 3A 10.1.3 "Handling Self- and Cross-Modifying
 * Code" asks for.
 */
window_code *workspace_window(struct workspace *workspace,
                              const struct window_spec *spec,
                              enum alias alias) MUST_CHECK;

/* The same for an operation without a clock, always through alias G. */
operation_call_code *
workspace_operation_call(struct workspace *workspace,
                         const struct operation_call_spec *spec) MUST_CHECK;

/*
 * Maps at least that many pages to aim at.  All 4 KiB pages have one frame behind them,
 * and so have the larger ones: the TLB is under test, not the data cache, and no CPU
 * can coalesce them.  1 GiB pages read RAM that is not ours; ERR_ABSENT where there is
 * no whole GiB of it.
 */
enum err workspace_map_target(struct workspace *workspace, enum target_kind kind,
                              uint32_t pages) MUST_CHECK;
enum err workspace_map_working_set(struct workspace *workspace,
                                   uint32_t pages) MUST_CHECK;

/*
 * Opens the arena of lines at the first call, and maps at least so many pages of that
 * layout in the windows' own tables; errors as of chase_arena_map().
 */
enum err workspace_map_lines(struct workspace *workspace,
                             struct chase_arena_layout layout,
                             uint32_t pages) MUST_CHECK;

/* Opens the lines and the area of scripts, at the first call. */
enum err workspace_open_scripts(struct workspace *workspace) MUST_CHECK;

/* True if the windows, this stack and the tables are below 4 GiB. */
bool workspace_is_flat(const struct workspace *workspace);

struct target workspace_target(enum target_kind kind);

/* How many pages of this kind a displacement reaches. */
uint32_t workspace_reach(enum target_kind kind);

/* What comes before everything else that is primed. */
void workspace_prepare(const struct priming *priming);

/*
 * Reads once through every page of the working set, then of the target, then of the
 * filler; then through the descriptors.
 */
void workspace_touch(const struct priming *priming);
void workspace_touch_descriptors(const struct priming *priming);

/* All three, one after the other. */
void workspace_prime(const struct priming *priming);

/* Pages of the windows' 2 MiB that hold something else; writing and reading likewise.
 */
struct room {
	uint8_t *written;
	uint64_t read; /* address in alias G, global; 0: there was no room */
};

struct room workspace_room(struct workspace *workspace, uint32_t bytes);

/* Room for so many INVPCID descriptors; writing and reading have their own mappings. */
struct descriptors {
	struct invpcid_descriptor *written;
	uint64_t read; /* address in alias G; 0: there was no room */
};

struct descriptors workspace_descriptors(struct workspace *workspace, uint32_t count);

/*
 * SHARED_DESCRIPTORS of them, which all rows of a benchmark share: the first names aim,
 * each further one the next 4 KiB page.  Address as read; 0: there was no room.
 */
#define SHARED_DESCRIPTORS 4096u

uint64_t workspace_shared_descriptors(struct workspace *workspace,
                                      const struct aim *aim);

/*
 * What op needs to work on aim, with CR4.PCIDE in that state; descriptor is where its
 * INVPCID descriptor is read, 0 for other operations.
 */
struct window_args workspace_args(const struct workspace *workspace,
                                  const struct tlb_op *op, const struct aim *aim,
                                  bool pcide, uint64_t descriptor);
