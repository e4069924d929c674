#include "bench/harness/nested/nested_tables.h"

#include "paging/identity.h"

#define NESTED_FLAGS (PTE_PRESENT | PTE_WRITABLE | PTE_USER | PTE_ACCESSED | PTE_DIRTY)

uint64_t nested_tables_make(struct frame_pool *pool, uint64_t end)
{
	const uint64_t giant = level_span(LEVEL_PDPT);
	const struct paint all = {
		.end = (end + giant - 1) & ~(giant - 1),
		.flags = NESTED_FLAGS,
	};
	const struct identity identity = {
		.paints = &all,
		.count = 1,
		.largest = LEVEL_PDPT,
		.la57 = pool->la57,
	};
	const uint64_t root = frame_alloc(pool);

	return root != 0 && identity_map(&identity, pool, root) == ERR_NONE ? root : 0;
}

/* A table in place of the entry, with the same pages in it. */
static bool split_once(struct frame_pool *pool, struct walk walk)
{
	const uint64_t table = frame_alloc(pool);
	const uint64_t page = *walk.entry & PTE_FRAME & ~(level_span(walk.level) - 1);
	const enum level below = walk.level - 1;
	uint64_t *entries;

	if (table == 0)
		return false;
	entries = pool->table_at(table);
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		entries[i] = (page + i * level_span(below)) | NESTED_FLAGS |
		             (below == LEVEL_PT ? 0 : PTE_PS);
	*walk.entry = table | PTE_PRESENT | PTE_WRITABLE | PTE_USER | PTE_ACCESSED;
	return true;
}

uint64_t *nested_tables_split(struct frame_pool *pool, uint64_t root, uint64_t address,
                              enum level level)
{
	struct walk walk = walk_find(pool, root, address, level);

	while ((*walk.entry & PTE_PRESENT) != 0 && walk.level != level) {
		if (!split_once(pool, walk))
			return NULL;
		walk = walk_find(pool, root, address, level);
	}
	return (*walk.entry & PTE_PRESENT) == 0 ? NULL : walk.entry;
}
