#include "bench/harness/workspace.h"

#include "lib/x86/insn.h"

/*
 * The 2 MiB, in pages: windows, then those that only touches reach.  Behind the last
 * stack page comes the first data page.
 */
#define AREA_PAGES 512u
#define WINDOW_PAGES (AREA_PAGES - 3 * TOUCH_PAGES_MAX)
#define LANDING_PAGE WINDOW_PAGES
#define STACK_PAGE (LANDING_PAGE + TOUCH_PAGES_MAX)
#define DATA_PAGE (STACK_PAGE + TOUCH_PAGES_MAX)

#define LANDING_SLOTS ((uint32_t)PAGE_BYTES / LANDING_BYTES)

#define VA_TARGET(kind) (VA_TARGETS + ((uint64_t)(kind) << 39))
#define VA_WORKING_SET VA_TARGET(TARGET_KINDS)
#define VA_STORES VA_TARGET(TARGET_KINDS + 1)

#define LEAF (PTE_ACCESSED | PTE_DIRTY)

static uint64_t alias_address(enum alias alias)
{
	return alias == ALIAS_GLOBAL ? VA_WINDOW_GLOBAL : VA_WINDOW_LOCAL;
}

static enum err map_alias_local(const struct workspace *workspace)
{
	for (uint32_t page = 0; page < AREA_PAGES; page++) {
		const bool is_code = page < STACK_PAGE;
		const uint64_t flags =
			is_code ? LEAF : LEAF | PTE_WRITABLE | workspace->nx;
		const uint64_t offset = page * PAGE_BYTES;
		const enum err err =
			walk_map(workspace->pool, workspace->space.root,
		                 VA_WINDOW_LOCAL + offset,
		                 workspace->window_area + offset, flags, LEVEL_PT);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum err map_aliases(const struct workspace *workspace)
{
	const enum err err =
		walk_map(workspace->pool, workspace->space.root, VA_WINDOW_GLOBAL,
	                 workspace->window_area, PTE_GLOBAL | LEAF, LEVEL_PD);

	if (err != ERR_NONE)
		return err;
	return map_alias_local(workspace);
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
	};
	workspace->data_frame = frame_alloc(pool);
	workspace->window_area = frame_alloc_run(pool, span / PAGE_BYTES, span);
	if (workspace->data_frame == 0 || workspace->window_area == 0)
		return ERR_NO_MEMORY;

	enum err err = map_aliases(workspace);

	if (err == ERR_NONE)
		err = map_stores(workspace);
	return err;
}

void workspace_reset(struct workspace *workspace)
{
	workspace->window_used = 0;
	workspace->window_count = 0;
}

/* Windows with code touches need a line of their own in the landing pages. */
window_code *workspace_window(struct workspace *workspace,
                              const struct window_spec *spec, enum alias alias)
{
	const uint32_t room = window_bytes(spec);
	const uint32_t used = workspace->window_used;
	const uint64_t area = workspace->window_area;
	const struct window_site site = {
		.at = (uint8_t *)(area + used),
		.landings = (uint8_t *)(area + LANDING_PAGE * PAGE_BYTES),
		.slot = workspace->window_count,
	};
	uint32_t entry = 0;

	if (area == 0 || WINDOW_PAGES * PAGE_BYTES - used < room)
		return NULL;
	if (spec->touches.code != 0 && ++workspace->window_count > LANDING_SLOTS)
		return NULL;

	(void)window_assemble(&site, spec, workspace->clock, &entry);
	workspace->window_used =
		(used + room + WINDOW_ALIGNMENT - 1) & ~(WINDOW_ALIGNMENT - 1);
	(void)cpuid(0, 0);
	return (window_code *)(alias_address(alias) + used + entry);
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

/* The target comes last: it must be in the TLB when the window opens. */
void workspace_prime(const struct priming *priming)
{
	const uint64_t first = priming->target.base + (uint64_t)priming->target.first;

	if (priming->stores)
		touch(VA_STORES);
	for (uint32_t i = 0; i < priming->working_pages; i++)
		touch(VA_WORKING_SET + i * PAGE_BYTES);
	for (uint32_t i = 0; i < priming->target_pages; i++)
		touch(first + i * priming->target.stride);
}

struct window_args workspace_args(const struct workspace *workspace, uint64_t va)
{
	const uint64_t cr4 = read_cr4();

	return (struct window_args){
		.operands = {
			.va = va,
			.cr3 = address_space_cr3(&workspace->space),
			.cr4 = cr4,
			.cr4_pge = cr4 & ~CR4_PGE,
		},
		.data = VA_WINDOW_LOCAL + DATA_PAGE * PAGE_BYTES,
		.stores = VA_STORES,
		.stack = VA_WINDOW_LOCAL + DATA_PAGE * PAGE_BYTES,
	};
}
