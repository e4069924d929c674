#include "bench/harness/space/flush_kinds.h"

#include "paging/address_space.h"

#define VA_GLOBAL (VA_SHOOTDOWN + (UINT64_C(3) << 30))
#define VA_UPPER (VA_SHOOTDOWN + (UINT64_C(4) << 30))
#define AIMED_PAGE (TABLE_ENTRIES - 1)
#define FAR_PAGES (TABLE_ENTRIES - 16u)

#define LEAF (PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY)

static const uint64_t words[FLUSH_KIND_TURNS] = {
	UINT64_C(0x0400d004),
	UINT64_C(0x0500d005),
	UINT64_C(0x0600d006),
};

uint64_t flush_kinds_va(enum flush_kind kind)
{
	return kind == FLUSH_GLOBAL ? VA_GLOBAL : VA_UPPER + AIMED_PAGE * PAGE_BYTES;
}

static enum err map_global(struct flush_turning *global, struct frame_pool *pool,
                           uint64_t root, const uint64_t *frames, uint64_t nx)
{
	const uint64_t flags = LEAF | PTE_GLOBAL | nx;
	const enum err err =
		walk_map(pool, root, VA_GLOBAL, frames[0], flags, LEVEL_PT);

	if (err != ERR_NONE)
		return err;
	global->entry = walk_find(pool, root, VA_GLOBAL, LEVEL_PT).entry;
	for (unsigned i = 0; i < FLUSH_KIND_TURNS; i++)
		global->values[i] = frames[i] | flags;
	return ERR_NONE;
}

/* The first table is mapped as any other; the others are put in its place. */
static enum err map_upper(struct flush_turning *upper, struct frame_pool *pool,
                          uint64_t root, const uint64_t *frames, uint64_t nx)
{
	const enum err err =
		walk_map(pool, root, VA_UPPER, frames[0], LEAF | nx, LEVEL_PT);

	if (err != ERR_NONE)
		return err;
	upper->entry = walk_find(pool, root, VA_UPPER, LEVEL_PD).entry;
	for (unsigned i = 0; i < FLUSH_KIND_TURNS; i++) {
		const uint64_t table =
			i == 0 ? *upper->entry & PTE_FRAME : frame_alloc(pool);

		if (table == 0)
			return ERR_NO_MEMORY;
		for (unsigned page = 0; page < TABLE_ENTRIES; page++)
			pool->table_at(table)[page] = frames[i] | LEAF | nx;
		upper->values[i] = (*upper->entry & ~PTE_FRAME) | PTE_ACCESSED | table;
	}
	return ERR_NONE;
}

static enum err map_both(struct flush_kinds *kinds, struct frame_pool *pool,
                         uint64_t root, uint64_t nx)
{
	uint64_t frames[FLUSH_KIND_TURNS];
	enum err err;

	for (unsigned i = 0; i < FLUSH_KIND_TURNS; i++) {
		frames[i] = frame_alloc(pool);
		if (frames[i] == 0)
			return ERR_NO_MEMORY;
		pool->table_at(frames[i])[0] = words[i];
	}
	err = map_global(&kinds->kinds[FLUSH_GLOBAL], pool, root, frames, nx);
	if (err == ERR_NONE)
		err = map_upper(&kinds->kinds[FLUSH_UPPER], pool, root, frames, nx);
	return err;
}

enum err flush_kinds_open(struct flush_kinds *kinds, struct frame_pool *pool,
                          uint64_t root, uint64_t nx)
{
	enum err err;

	if (kinds->is_open)
		return ERR_NONE;
	if (kinds->refused)
		return ERR_NO_MEMORY;
	err = map_both(kinds, pool, root, nx);
	kinds->is_open = err == ERR_NONE;
	kinds->refused = err != ERR_NONE;
	return err;
}

void flush_kinds_turn(struct flush_kinds *kinds, enum flush_kind kind)
{
	struct flush_turning *const one = &kinds->kinds[kind];

	one->now = (one->now + 1) % FLUSH_KIND_TURNS;
	*one->entry = one->values[one->now];
}

void flush_kinds_draw(struct flush_kinds *kinds, struct random *random)
{
	kinds->far_page =
		(kinds->far_page + 1 + random_below(random, FAR_PAGES - 1)) % FAR_PAGES;
}

bool flush_kinds_is_stale(const struct flush_kinds *kinds, enum flush_kind kind,
                          uint64_t (*read)(uint64_t va))
{
	const uint64_t va = kind == FLUSH_GLOBAL
	                            ? VA_GLOBAL
	                            : VA_UPPER + kinds->far_page * PAGE_BYTES;

	return read(va) != words[kinds->kinds[kind].now];
}
