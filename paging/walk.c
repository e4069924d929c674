#include "paging/walk.h"

#include <string.h>

/*
 * Follow va down from the root.  Stops at the first entry that is not
 * present or is a leaf, or at lowest, whichever comes first.  Never allocates.
 */
struct walk walk_find(const struct frame_pool *pool, uint64_t root, uint64_t va,
                      enum level lowest)
{
	uint64_t *table = pool->table_at(root);

	for (enum level level = pool_root_level(pool);; level--) {
		uint64_t *const entry = &table[level_index(va, level)];

		if (level == lowest || (*entry & PTE_PRESENT) == 0 ||
		    pte_is_leaf(*entry, level))
			return (struct walk){ entry, level };
		table = pool->table_at(*entry & PTE_FRAME);
	}
}

uint64_t frame_alloc_run(struct frame_pool *pool, uint64_t count, uint64_t alignment)
{
	const uint64_t first = (pool->next + alignment - 1) & ~(alignment - 1);

	if (first < pool->next || first > pool->limit ||
	    (pool->limit - first) / PAGE_BYTES < count)
		return 0;
	pool->next = first + count * PAGE_BYTES;
	for (uint64_t frame = first; frame != pool->next; frame += PAGE_BYTES)
		memset(pool->table_at(frame), 0, PAGE_BYTES);
	return first;
}

uint64_t frame_alloc(struct frame_pool *pool)
{
	return frame_alloc_run(pool, 1, PAGE_BYTES);
}

/*
 * Tables are writable and user, so that the leaf alone decides (SDM 3A 5.6 "Access
 * Rights"), and already accessed.
 */
enum err walk_make(struct frame_pool *pool, uint64_t root, uint64_t va,
                   enum level level, uint64_t **entry)
{
	struct walk w = walk_find(pool, root, va, level);

	while (w.level != level) {
		if ((*w.entry & PTE_PRESENT) != 0)
			return ERR_LARGER_PAGE;

		const uint64_t table = frame_alloc(pool);

		if (table == 0)
			return ERR_NO_MEMORY;
		*w.entry = table | PTE_PRESENT | PTE_WRITABLE | PTE_USER | PTE_ACCESSED;
		w = walk_find(pool, root, va, level);
	}
	*entry = w.entry;
	return ERR_NONE;
}

/*
 * Map the page at va to frame with a leaf entry at the given level, adding
 * tables on the way.  Invalidates nothing: callers that replace a live mapping must,
 * and the measurements here count on being able not to.
 */
enum err walk_map(struct frame_pool *pool, uint64_t root, uint64_t va, uint64_t frame,
                  uint64_t flags, enum level leaf)
{
	uint64_t *entry = NULL;
	const enum err err = walk_make(pool, root, va, leaf, &entry);

	if (err == ERR_NONE)
		*entry = frame | flags | PTE_PRESENT | (leaf == LEVEL_PT ? 0 : PTE_PS);
	return err;
}
