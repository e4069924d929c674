/*
 * What the rows of a benchmark share: the arena of lines, INVPCID's descriptors, and
 * how pages are primed.
 */
#include "bench/harness/space/workspace.h"

#include "lib/x86/insn.h"

enum err workspace_map_lines(struct workspace *workspace,
                             struct chase_arena_layout layout, uint32_t pages)
{
	uint32_t *const mapped =
		layout.global ? &workspace->chase_arena_global_mapped
		: layout.contiguous
			? &workspace->chase_arena_contiguous_mapped
			: &workspace->chase_arena_mapped[layout.page][layout.apart];
	enum err err = ERR_NONE;

	if (workspace->arena.frame == 0)
		err = chase_arena_open(&workspace->arena, workspace->pool,
		                       workspace->space.root, workspace->giants);
	if (err != ERR_NONE || pages <= *mapped)
		return err;
	err = chase_arena_map(&workspace->arena, workspace->space.root, layout, *mapped,
	                      pages - *mapped);
	if (err == ERR_NONE)
		*mapped = pages;
	return err;
}

uint64_t workspace_shared_descriptors(struct workspace *workspace,
                                      const struct aim *aim)
{
	uint64_t *const shared = &workspace->shared_descriptors[aim->pcid];
	struct aim next = *aim;

	if (*shared != 0)
		return *shared;

	const struct descriptors to =
		workspace_descriptors(workspace, SHARED_DESCRIPTORS);

	for (uint32_t i = 0; to.read != 0 && i < SHARED_DESCRIPTORS; i++) {
		to.written[i] = invpcid_descriptor_of(&next);
		next.va += PAGE_BYTES;
	}
	*shared = to.read;
	return to.read;
}

static void touch_pages(uint64_t first, uint64_t stride, uint32_t pages)
{
	for (uint32_t i = 0; i < pages; i++)
		touch(first + i * stride);
}

static void touch_parts(uint64_t first, uint64_t stride, uint32_t pages, uint32_t parts)
{
	const uint32_t each = pages / parts;

	for (uint32_t i = 0; i < each; i++)
		touch_pages(first + i * stride, each * stride, parts);
	touch_pages(first + (uint64_t)each * parts * stride, stride, pages % parts);
}

void workspace_prepare(const struct priming *priming)
{
	if (priming->cr4_before != 0)
		write_cr4(priming->cr4_before);
}

/*
 * The target comes last: it must be in the TLB when the window opens; or its filler
 * does, where all its pages are to be as far away in it.  If it is in another PCID,
 * there is a working set to drop there too.
 */
void workspace_touch(const struct priming *priming)
{
	const uint64_t first = priming->target.base + (uint64_t)priming->target.first;
	const uint64_t stride = priming->target.stride;
	const bool is_elsewhere = priming->cr3_target != 0;

	if (priming->stores)
		touch(VA_STORES);
	touch_pages(VA_WORKING_SET, PAGE_BYTES, priming->working_pages);
	if (is_elsewhere) {
		write_cr3(priming->cr3_target);
		touch_pages(VA_WORKING_SET, PAGE_BYTES, priming->working_pages);
	}
	touch_parts(first, stride, priming->target_pages,
	            priming->target_parts == 0 ? 1 : priming->target_parts);
	touch_pages(first + priming->target_pages * stride, stride,
	            priming->filler_pages);
	if (is_elsewhere)
		write_cr3(priming->cr3_home);
}

void workspace_touch_descriptors(const struct priming *priming)
{
	touch_pages(priming->descriptors, sizeof(struct invpcid_descriptor),
	            priming->descriptor_count);
}

void workspace_prime(const struct priming *priming)
{
	workspace_prepare(priming);
	workspace_touch(priming);
	workspace_touch_descriptors(priming);
}

enum err workspace_open_scripts(struct workspace *workspace)
{
	const struct script_place place = {
		.pool = workspace->pool,
		.root = workspace->space.root,
		.nx = workspace->nx,
	};
	const enum err err = workspace_map_lines(workspace, spaces_layout(), 0);

	return err != ERR_NONE ? err
	                       : script_area_open(&workspace->script_area, &place);
}
