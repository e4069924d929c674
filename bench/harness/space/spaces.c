#include "bench/harness/space/spaces.h"

struct chase_arena_layout spaces_layout(void)
{
	return chase_arena_in_a_row(LEVEL_PT);
}

/* The root and perhaps another, with 5-level paging a PML4, PDPT, PD, and PTs. */
static uint64_t frames_each(const struct spaces_spec *spec, bool la57)
{
	const uint32_t tables = (spec->pages + TABLE_ENTRIES - 1) / TABLE_ENTRIES;

	return (spec->isolated ? 4u : 3u) + (la57 ? 1u : 0u) + tables;
}

uint64_t spaces_frames(const struct spaces_spec *spec, bool la57)
{
	return spec->count * frames_each(spec, la57);
}

uint64_t spaces_root(const struct spaces *spaces, uint32_t i)
{
	return spaces->tables +
	       i * frames_each(&spaces->spec, spaces->pool->la57) * PAGE_BYTES;
}

uint64_t spaces_user_root(const struct spaces *spaces, uint32_t i)
{
	return spaces_root(spaces, i) + (spaces->spec.isolated ? PAGE_BYTES : 0);
}

/* Behind the roots, where the tables begin that the two have in common. */
static uint64_t first_table(const struct spaces *spaces, uint32_t i)
{
	return spaces_user_root(spaces, i) + PAGE_BYTES;
}

static unsigned own_entry(enum level level)
{
	return level_index(chase_arena_base(spaces_layout()), level);
}

/* All entries of a table but that of the pages of lines, which is own. */
static void share(const struct frame_pool *pool, uint64_t table, uint64_t home,
                  enum level level, uint64_t own)
{
	const uint64_t *const from = pool->table_at(home);
	uint64_t *const to = pool->table_at(table);

	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		to[i] = i == own_entry(level) ? own : from[i];
}

static void share_home(const struct spaces *spaces, uint32_t i, uint64_t home)
{
	const struct frame_pool *const pool = spaces->pool;
	const uint64_t root = spaces_root(spaces, i),
		       user = spaces_user_root(spaces, i);
	const enum level top = pool_root_level(pool);
	uint64_t own = 0;

	if (pool->la57) {
		const uint64_t entry = pool->table_at(home)[own_entry(LEVEL_PML5)];
		const uint64_t pml4 = first_table(spaces, i);

		share(pool, pml4, entry & PTE_FRAME, LEVEL_PML4, 0);
		own = pml4 | (entry & ~PTE_FRAME);
	}
	share(pool, root, home, top, own);
	share(pool, user, home, top, own);
}

enum err spaces_open(struct spaces *spaces, const struct spaces_spec *spec,
                     struct frame_pool *pool, uint64_t home)
{
	*spaces = (struct spaces){
		.spec = *spec,
		.pool = pool,
		.tables = frame_alloc_run(pool, spaces_frames(spec, pool->la57),
		                          PAGE_BYTES),
	};
	if (spaces->tables == 0)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < spec->count; i++)
		share_home(spaces, i, home);
	return ERR_NONE;
}

enum err spaces_map(const struct spaces *spaces, uint32_t i,
                    const struct chase_arena *arena, uint32_t first)
{
	const uint64_t root = spaces_root(spaces, i);
	const uint64_t user = spaces_user_root(spaces, i);
	const bool la57 = spaces->pool->la57;
	struct frame_pool own = {
		.next = first_table(spaces, i) + (la57 ? PAGE_BYTES : 0),
		.limit = spaces_root(spaces, i + 1),
		.table_at = spaces->pool->table_at,
		.la57 = la57,
	};
	struct chase_arena behind = *arena;

	behind.pool = &own;

	const enum err err = chase_arena_map(&behind, root, spaces_layout(), first,
	                                     spaces->spec.pages);

	/* With 5-level paging both roots have the PML4, and it has them. */
	if (err == ERR_NONE && !la57)
		own.table_at(user)[own_entry(LEVEL_PML4)] =
			own.table_at(root)[own_entry(LEVEL_PML4)];
	return err;
}
