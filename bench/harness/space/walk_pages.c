#include "bench/harness/space/walk_pages.h"

#include "lib/x86/insn.h"
#include "paging/address_space.h"

#define LINE 64u

/* Twice a second level of 4 MiB, the largest known. */
#define OTHERS_MOST (UINT64_C(8) << 20)

_Static_assert(WALK_STRIDE *WALKED_PAGES <= INT32_MAX, "what a displacement reaches");

static enum err map_page(struct walk_pages *pages, struct frame_pool *pool,
                         uint64_t root, unsigned page)
{
	const uint64_t va = VA_WALKS + page * WALK_STRIDE;
	const enum err err = walk_map(pool, root, va, pages->leaf & PTE_FRAME,
	                              pages->leaf & ~PTE_FRAME, LEVEL_PT);

	if (err != ERR_NONE)
		return err;
	pages->entries[page] = walk_find(pool, root, va, LEVEL_PT).entry;
	pages->levels_above = (unsigned)pool_root_level(pool);
	for (enum level level = LEVEL_PD; level <= pool_root_level(pool); level++)
		pages->above[page][level - LEVEL_PD] =
			walk_find(pool, root, va, level).entry;
	return ERR_NONE;
}

enum err walk_pages_open(struct walk_pages *pages, struct frame_pool *pool,
                         uint64_t root, uint64_t nx)
{
	const uint64_t frame = pages->is_open ? 0 : frame_alloc(pool);

	if (pages->is_open)
		return ERR_NONE;
	if (frame == 0)
		return ERR_NO_MEMORY;
	pages->leaf =
		frame | PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY | nx;
	for (unsigned page = 0; page < WALKED_PAGES; page++) {
		const enum err err = map_page(pages, pool, root, page);

		if (err != ERR_NONE)
			return err;
	}
	pages->is_open = true;
	return ERR_NONE;
}

/* What fills the caches above that level, and more. */
static uint64_t others_of(const struct cache_sizes *caches, enum walk_entry_at at)
{
	return 2 * caches->bytes[at - 1];
}

enum err walk_pages_others(struct walk_pages *pages, struct frame_pool *pool,
                           const struct cache_sizes *caches, enum walk_entry_at at)
{
	const uint64_t bytes = others_of(caches, at);

	if (bytes == 0 || caches->bytes[at] < bytes)
		return ERR_ABSENT;
	if (bytes > OTHERS_MOST)
		return ERR_TOO_LARGE;
	if (pages->others_bytes >= bytes)
		return ERR_NONE;
	/* In a row, so that each set of a cache has as many of them. */
	const uint64_t first = frame_alloc_run(pool, bytes / PAGE_BYTES, PAGE_BYTES);

	if (first == 0)
		return ERR_NO_MEMORY;
	pages->others = (uintptr_t)pool->table_at(first);
	pages->others_bytes = bytes;
	return ERR_NONE;
}

uint64_t walk_pages_frames(bool with_others)
{
	/* Those of the second level, and a quarter of that for the first. */
	const uint64_t others = OTHERS_MOST / PAGE_BYTES * 5 / 4;

	return UINT64_C(2) * WALKED_PAGES + (with_others ? others : 0);
}

void walk_pages_set(const struct walk_pages *pages, uint64_t lacking)
{
	for (unsigned page = 0; page < WALKED_PAGES; page++)
		*pages->entries[page] = pages->leaf & ~lacking;
}

uint32_t walk_pages_lacking(const struct walk_pages *pages, uint64_t bits)
{
	uint32_t lacking = 0;

	for (unsigned page = 0; page < WALKED_PAGES; page++)
		lacking += (*pages->entries[page] & bits) != bits;
	return lacking;
}

void walk_pages_look(struct walk_pages *pages)
{
	if (pages->unset != NULL)
		*pages->unset += walk_pages_lacking(pages, pages->must_have);
	pages->unset = NULL;
}

static void read_entry(const volatile uint64_t *entry)
{
	touch((uintptr_t)entry);
}

/* Twice: a cache that does not replace what was used longest ago keeps some at first.
 */
static void read_others(const struct walk_pages *pages, uint64_t bytes)
{
	for (unsigned turn = 0; turn < 2; turn++)
		for (uint64_t at = 0; at < bytes; at += LINE)
			touch(pages->others + at);
}

void walk_pages_place(const struct walk_pages *pages, const struct cache_sizes *caches,
                      enum walk_entry_at at)
{
	for (unsigned page = 0; page < WALKED_PAGES; page++) {
		if (at == WALK_AT_MEMORY)
			clflush((const void *)(uintptr_t)pages->entries[page]);
		else
			read_entry(pages->entries[page]);
	}
	mfence();
	if (walk_at_needs_others(at))
		read_others(pages, others_of(caches, at));
	for (unsigned page = 0; page < WALKED_PAGES; page++)
		for (unsigned above = 0; above < pages->levels_above; above++)
			read_entry(pages->above[page][above]);
}
