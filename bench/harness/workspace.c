#include "bench/harness/workspace.h"

#include "lib/x86/insn.h"

#define WORKSPACE_PRIMED (VA_TARGETS + (UINT64_C(1) << 30))

enum err workspace_open(struct workspace *workspace, struct frame_pool *pool,
                        uint64_t root, const struct machine *machine)
{
	*workspace = (struct workspace){
		.pool = pool,
		.space = { .root = root },
		.rdtscp = (machine->features & FEATURE_RDTSCP) != 0,
		.pte_nx = (machine->features & FEATURE_NX) != 0 ? PTE_NX : 0,
	};

	const uint64_t span = level_span(LEVEL_PD);
	const uint64_t area = frame_alloc_run(pool, span / PAGE_BYTES, span);

	workspace->data_frame = frame_alloc(pool);
	if (area == 0 || workspace->data_frame == 0)
		return ERR_NO_MEMORY;

	const enum err err = walk_map(pool, root, VA_WINDOW_GLOBAL, area,
	                              PTE_GLOBAL | PTE_ACCESSED | PTE_DIRTY, LEVEL_PD);

	if (err == ERR_NONE)
		workspace->window_area = area;
	return err;
}

void workspace_reset(struct workspace *workspace)
{
	workspace->window_used = 0;
}

window_code *workspace_window(struct workspace *workspace, const struct body *body,
                              uint32_t copies)
{
	const uint32_t room = window_bytes(body, copies);
	const uint32_t used = workspace->window_used;
	uint32_t entry = 0;

	if (workspace->window_area == 0 || WINDOW_AREA_BYTES - used < room)
		return NULL;

	uint8_t *const at = (uint8_t *)(workspace->window_area + used);

	(void)window_assemble(at, body, copies, workspace->rdtscp, &entry);
	workspace->window_used =
		(used + room + WINDOW_ALIGNMENT - 1) & ~(WINDOW_ALIGNMENT - 1);
	(void)cpuid(0, 0);
	return (window_code *)(VA_WINDOW_GLOBAL + used + entry);
}

static enum err map_more(struct workspace *workspace, uint64_t base, uint32_t *mapped,
                         uint32_t wanted)
{
	const uint64_t flags =
		PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY | workspace->pte_nx;

	for (; *mapped < wanted; ++*mapped) {
		const enum err err = walk_map(workspace->pool, workspace->space.root,
		                              base + *mapped * PAGE_BYTES,
		                              workspace->data_frame, flags, LEVEL_PT);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err workspace_map_pages(struct workspace *workspace, uint32_t targets,
                             uint32_t primed)
{
	const enum err err = map_more(workspace, WORKSPACE_TARGETS,
	                              &workspace->pages_mapped[0], targets);

	if (err != ERR_NONE)
		return err;
	return map_more(workspace, WORKSPACE_PRIMED, &workspace->pages_mapped[1],
	                primed);
}

/* The targets come last: they must be in the TLB when the window opens. */
void workspace_prime(uint32_t targets, uint32_t primed)
{
	for (uint32_t i = 0; i < primed; i++)
		touch(WORKSPACE_PRIMED + i * PAGE_BYTES);
	for (uint32_t i = 0; i < targets; i++)
		touch(WORKSPACE_TARGETS + i * PAGE_BYTES);
}

struct operands workspace_operands(const struct workspace *workspace, uint64_t va)
{
	const uint64_t cr4 = read_cr4();

	return (struct operands){
		.va = va,
		.cr3 = address_space_cr3(&workspace->space),
		.cr4 = cr4,
		.cr4_pge = cr4 & ~CR4_PGE,
	};
}
