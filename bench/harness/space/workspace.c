#include "bench/harness/space/workspace.h"

#include "bench/harness/window/emit.h"
#include "lib/x86/insn.h"
#include "lib/x86/mapped.h"

/*
 * The 2 MiB, in pages: windows, then those that only touches reach: code and stack by
 * turns, then data.  Behind the last stack page comes the first data page.
 */
#define AREA_PAGES 512u
#define WINDOW_PAGES (AREA_PAGES - 3 * TOUCH_PAGES_MAX)
#define LANDING_PAGE WINDOW_PAGES
#define DATA_PAGE (LANDING_PAGE + TOUCH_STRIDE * TOUCH_PAGES_MAX)

#define LANDING_SLOTS ((uint32_t)PAGE_BYTES / LANDING_BYTES)

#define LEAF (PTE_ACCESSED | PTE_DIRTY)

static uint64_t alias_address(const struct workspace *workspace, enum alias alias)
{
	switch (alias) {
	case ALIAS_GLOBAL:
		return VA_WINDOW_GLOBAL;
	case ALIAS_LOCAL:
		return VA_WINDOW_LOCAL;
	default:
		return workspace->window_area;
	}
}

static bool is_code_page(uint32_t page)
{
	return page < LANDING_PAGE ||
	       (page < DATA_PAGE && (page - LANDING_PAGE) % TOUCH_STRIDE == 0);
}

/* Data pages have their frames in falling order: see TOUCH_STRIDE. */
static uint32_t frame_of_page(uint32_t page)
{
	return page < DATA_PAGE ? page : DATA_PAGE + (AREA_PAGES - 1 - page);
}

static enum err map_alias_local(const struct workspace *workspace)
{
	for (uint32_t page = 0; page < AREA_PAGES; page++) {
		const uint64_t flags =
			is_code_page(page) ? LEAF : LEAF | PTE_WRITABLE | workspace->nx;
		const enum err err = walk_map(workspace->pool, workspace->space.root,
		                              VA_WINDOW_LOCAL + page * PAGE_BYTES,
		                              workspace->window_area +
		                                      frame_of_page(page) * PAGE_BYTES,
		                              flags, LEVEL_PT);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Where it is mapped 1:1, it can be run from now on, and not be written any more. */
static bool map_flat(const struct workspace *workspace)
{
	const struct walk walk = walk_find(workspace->pool, workspace->space.root,
	                                   workspace->window_area, LEVEL_PD);

	if (walk.level != LEVEL_PD || !pte_is_leaf(*walk.entry, LEVEL_PD))
		return false;
	*walk.entry &= ~(PTE_WRITABLE | PTE_NX);
	invlpg(workspace->window_area);
	return true;
}

static enum err map_aliases(const struct workspace *workspace)
{
	struct frame_pool *const pool = workspace->pool;
	const uint64_t root = workspace->space.root;
	const uint64_t area = workspace->window_area;
	enum err err = walk_map(pool, root, VA_WINDOW_GLOBAL, area, PTE_GLOBAL | LEAF,
	                        LEVEL_PD);

	if (err == ERR_NONE)
		err = walk_map(pool, root, VA_WINDOW_WRITABLE, area,
		               PTE_WRITABLE | LEAF | workspace->nx, LEVEL_PD);
	return err != ERR_NONE ? err : map_alias_local(workspace);
}

bool workspace_is_flat(const struct workspace *workspace)
{
	const uint64_t end = UINT64_C(1) << 32;
	uint64_t on_stack;

	return workspace->is_mapped_flat && workspace->window_area < end &&
	       workspace->space.root < end && (uintptr_t)&on_stack < end;
}

static enum err map_stores(const struct workspace *workspace)
{
	const uint64_t frame = frame_alloc(workspace->pool);

	if (frame == 0)
		return ERR_NO_MEMORY;
	return walk_map(workspace->pool, workspace->space.root, VA_STORES, frame,
	                PTE_GLOBAL | PTE_WRITABLE | LEAF | workspace->nx, LEVEL_PT);
}

static window_code *make_global_window(struct window_source *source,
                                       const struct window_spec *spec)
{
	return workspace_window((struct workspace *)source, spec, ALIAS_GLOBAL);
}

enum err workspace_open(struct workspace *workspace, struct frame_pool *pool,
                        uint64_t root, const struct machine *machine)
{
	const bool rdtscp = (machine->features & FEATURE_RDTSCP) != 0;
	const uint64_t span = level_span(LEVEL_PD);

	*workspace = (struct workspace){
		.source = { .make = make_global_window },
		.pool = pool,
		.space = { .root = root },
		.clock = { rdtscp ? CLOCK_RDTSCP : CLOCK_RDTSC, 0 },
		.nx = (machine->features & FEATURE_NX) != 0 ? PTE_NX : 0,
		.giant_frame = machine->giant_frame,
		.giants = machine->giants,
		.writable = VA_WINDOW_WRITABLE,
	};
	workspace->data_frame = frame_alloc(pool);
	workspace->window_area = frame_alloc_run(pool, span / PAGE_BYTES, span);
	if (workspace->data_frame == 0 || workspace->window_area == 0)
		return ERR_NO_MEMORY;

	enum err err = map_aliases(workspace);

	if (err == ERR_NONE)
		err = map_stores(workspace);
	if (err == ERR_NONE)
		workspace->is_mapped_flat = map_flat(workspace);
	return err;
}

void workspace_reset(struct workspace *workspace)
{
	workspace->window_used = 0;
	workspace->window_count = 0;
	script_area_reset(&workspace->script_area);
	workspace->linked = NULL;
	workspace->walk_pages.unset = NULL;
	workspace->pcids_are_clear = false;
	workspace->churn_code = 0;
	for (unsigned i = 0; i < PCID_COUNT; i++)
		workspace->shared_descriptors[i] = 0;
}

/* Windows with code touches need a line of their own in the landing pages. */
window_code *workspace_window(struct workspace *workspace,
                              const struct window_spec *spec, enum alias alias)
{
	const uint32_t room = window_bytes(spec);
	const uint32_t used = workspace->window_used;
	uint8_t *const area = (uint8_t *)mapped_data(workspace->writable);
	const struct window_site site = {
		.at = area + used,
		.landings = area + LANDING_PAGE * PAGE_BYTES,
		.slot = workspace->window_count,
	};
	uint32_t entry = 0;

	if (workspace->window_area == 0 || WINDOW_PAGES * PAGE_BYTES - used < room)
		return NULL;
	if (spec->touches.code != 0 && ++workspace->window_count > LANDING_SLOTS)
		return NULL;

	(void)window_assemble(&site, spec, workspace->clock, &entry);
	workspace->window_used =
		(used + room + WINDOW_ALIGNMENT - 1) & ~(WINDOW_ALIGNMENT - 1);
	(void)cpuid(0, 0);
	return (window_code *)mapped_code(alias_address(workspace, alias) + used +
	                                  entry);
}

operation_call_code *workspace_operation_call(struct workspace *workspace,
                                              const struct operation_call_spec *spec)
{
	const uint32_t room =
		emit_rounded(operation_call_bytes(spec), WINDOW_ALIGNMENT);
	const uint32_t used = workspace->window_used;

	if (workspace->window_area == 0 || WINDOW_PAGES * PAGE_BYTES - used < room)
		return NULL;
	(void)operation_call_assemble(
		(uint8_t *)mapped_data(workspace->writable) + used, spec);
	workspace->window_used = used + room;
	(void)cpuid(0, 0);
	return (operation_call_code *)mapped_code(
		alias_address(workspace, ALIAS_GLOBAL) + used);
}

static enum level target_level(enum target_kind kind)
{
	switch (kind) {
	case TARGET_2M:
		return LEVEL_PD;
	case TARGET_1G:
		return LEVEL_PDPT;
	default:
		return LEVEL_PT;
	}
}

/*
 * A displacement is 32 bits, signed: -2 GiB ... 2 GiB - 1.  Pages of 1 GiB therefore
 * begin 2 GiB before the base.
 */
struct target workspace_target(enum target_kind kind)
{
	const int64_t first = kind == TARGET_1G ? -(INT64_C(2) << 30) : 0;

	return (struct target){
		.base = VA_TARGET(kind) - (uint64_t)first,
		.first = first,
		.stride = level_span(target_level(kind)),
	};
}

uint32_t workspace_reach(enum target_kind kind)
{
	const struct target target = workspace_target(kind);
	const uint64_t above = UINT64_C(2) << 30;

	return (uint32_t)((above - (uint64_t)target.first) / target.stride);
}

static uint64_t frame_behind(const struct workspace *workspace, enum target_kind kind)
{
	switch (kind) {
	case TARGET_2M:
		return workspace->window_area;
	case TARGET_1G:
		return workspace->giant_frame;
	default:
		return workspace->data_frame;
	}
}

enum err workspace_map_target(struct workspace *workspace, enum target_kind kind,
                              uint32_t pages)
{
	const uint64_t global = kind == TARGET_4K_GLOBAL ? PTE_GLOBAL : 0;
	const uint64_t frame = frame_behind(workspace, kind);
	const uint64_t stride = workspace_target(kind).stride;
	uint32_t *const mapped = &workspace->mapped[kind];

	if (frame == 0)
		return ERR_ABSENT;
	for (; *mapped < pages; ++*mapped) {
		const enum err err =
			walk_map(workspace->pool, workspace->space.root,
		                 VA_TARGET(kind) + *mapped * stride, frame,
		                 global | LEAF | workspace->nx, target_level(kind));

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err workspace_map_working_set(struct workspace *workspace, uint32_t pages)
{
	uint32_t *const mapped = &workspace->working_mapped;

	for (; *mapped < pages; ++*mapped) {
		const enum err err =
			walk_map(workspace->pool, workspace->space.root,
		                 VA_WORKING_SET + *mapped * PAGE_BYTES,
		                 workspace->data_frame, LEAF | workspace->nx, LEVEL_PT);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

struct room workspace_room(struct workspace *workspace, uint32_t bytes)
{
	const uint64_t mask = PAGE_BYTES - 1;
	const uint64_t at = (workspace->window_used + mask) & ~mask;
	const uint64_t end = (at + bytes + mask) & ~mask;

	if (workspace->window_area == 0 || end > WINDOW_PAGES * PAGE_BYTES)
		return (struct room){ 0 };
	workspace->window_used = (uint32_t)end;
	return (struct room){
		.written = (uint8_t *)mapped_data(workspace->writable + at),
		.read = VA_WINDOW_GLOBAL + at,
	};
}

/* On pages of their own, so that no window's code is fetched with them. */
struct descriptors workspace_descriptors(struct workspace *workspace, uint32_t count)
{
	const struct room room = workspace_room(
		workspace, count * (uint32_t)sizeof(struct invpcid_descriptor));

	return (struct descriptors){
		.written = (struct invpcid_descriptor *)(uintptr_t)room.written,
		.read = room.read,
	};
}

struct window_args workspace_args(const struct workspace *workspace,
                                  const struct tlb_op *op, const struct aim *aim,
                                  bool pcide, uint64_t descriptor)
{
	const struct surroundings surroundings = {
		.root = workspace->space.root,
		.cr4 = (read_cr4() & ~CR4_PCIDE) | (pcide ? CR4_PCIDE : 0),
		.descriptor = descriptor,
	};

	return (struct window_args){
		.operands = tlb_op_operands(op, aim, &surroundings),
		.data = VA_WINDOW_LOCAL + DATA_PAGE * PAGE_BYTES,
		.stores = VA_STORES,
		.stack = VA_WINDOW_LOCAL + DATA_PAGE * PAGE_BYTES,
	};
}
