#include "bench/harness/space/spaces.h"

struct chase_arena_layout spaces_layout(void)
{
	return chase_arena_in_a_row(LEVEL_PT);
}

/* PML4 and perhaps another, PDPT, PD, and PTs. */
static uint64_t frames_each(const struct spaces_spec *spec)
{
	const uint32_t tables = (spec->pages + TABLE_ENTRIES - 1) / TABLE_ENTRIES;

	return (spec->isolated ? 4u : 3u) + tables;
}

uint64_t spaces_frames(const struct spaces_spec *spec)
{
	return spec->count * frames_each(spec);
}

uint64_t spaces_root(const struct spaces *spaces, uint32_t i)
{
	return spaces->tables + i * frames_each(&spaces->spec) * PAGE_BYTES;
}

uint64_t spaces_user_root(const struct spaces *spaces, uint32_t i)
{
	return spaces_root(spaces, i) + (spaces->spec.isolated ? PAGE_BYTES : 0);
}

static unsigned own_entry(void)
{
	return level_index(chase_arena_base(spaces_layout()), LEVEL_PML4);
}

static void share(const struct frame_pool *pool, uint64_t root, uint64_t home)
{
	const uint64_t *const from = pool->table_at(home);
	uint64_t *const to = pool->table_at(root);

	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		to[i] = i == own_entry() ? 0 : from[i];
}

enum err spaces_open(struct spaces *spaces, const struct spaces_spec *spec,
                     struct frame_pool *pool, uint64_t home)
{
	*spaces = (struct spaces){
		.spec = *spec,
		.pool = pool,
		.tables = frame_alloc_run(pool, spaces_frames(spec), PAGE_BYTES),
	};
	if (spaces->tables == 0)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < spec->count; i++) {
		share(pool, spaces_root(spaces, i), home);
		share(pool, spaces_user_root(spaces, i), home);
	}
	return ERR_NONE;
}

enum err spaces_map(const struct spaces *spaces, uint32_t i,
                    const struct chase_arena *arena, uint32_t first)
{
	const uint64_t root = spaces_root(spaces, i);
	const uint64_t user = spaces_user_root(spaces, i);
	struct frame_pool own = {
		.next = user + PAGE_BYTES,
		.limit = spaces_root(spaces, i + 1),
		.table_at = spaces->pool->table_at,
	};
	struct chase_arena behind = *arena;

	behind.pool = &own;

	const enum err err = chase_arena_map(&behind, root, spaces_layout(), first,
	                                     spaces->spec.pages);

	if (err == ERR_NONE)
		own.table_at(user)[own_entry()] = own.table_at(root)[own_entry()];
	return err;
}
