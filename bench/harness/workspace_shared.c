/* What the rows of a benchmark share: the arena of lines, INVPCID's descriptors. */
#include "bench/harness/workspace.h"

enum err workspace_map_lines(struct workspace *workspace, struct lines_layout layout,
                             uint32_t pages)
{
	uint32_t *const mapped = &workspace->lines_mapped[layout.page][layout.apart];
	enum err err = ERR_NONE;

	if (workspace->lines.frame == 0)
		err = lines_open(&workspace->lines, workspace->pool,
		                 workspace->space.root, workspace->giants);
	if (err != ERR_NONE || pages <= *mapped)
		return err;
	err = lines_map(&workspace->lines, workspace->space.root, layout, *mapped,
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
