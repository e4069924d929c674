#include "paging/identity.h"

/* What a span of addresses looks like under all coats. */
enum look { LOOK_BLANK, LOOK_UNIFORM, LOOK_MIXED };

/* The topmost coat that touches the span decides, if it covers all of it. */
static enum look look_at(const struct identity *identity, uint64_t start, uint64_t end,
                         uint64_t *flags)
{
	for (unsigned i = identity->count; i-- != 0;) {
		const struct paint *const paint = &identity->paints[i];

		if (paint->end <= start || paint->start >= end)
			continue;
		if (paint->start > start || paint->end < end)
			return LOOK_MIXED;
		*flags = paint->flags;
		return paint->flags == 0 ? LOOK_BLANK : LOOK_UNIFORM;
	}
	return LOOK_BLANK;
}

/* One table of the walk below; pool is NULL when tables are only counted. */
struct fill {
	const struct identity *identity;
	struct frame_pool *pool;
	uint64_t tables;
};

static enum err fill_table(struct fill *fill, uint64_t table, uint64_t start,
                           enum level level);

static enum err fill_below(struct fill *fill, uint64_t *entry, uint64_t start,
                           enum level level)
{
	uint64_t table = 0;

	if (entry != NULL) {
		table = frame_alloc(fill->pool);
		if (table == 0)
			return ERR_NO_MEMORY;
		*entry = table | PTE_PRESENT | PTE_WRITABLE | PTE_USER | PTE_ACCESSED;
	}
	return fill_table(fill, table, start, level - 1);
}

static enum err fill_table(struct fill *fill, uint64_t table, uint64_t start,
                           enum level level)
{
	const uint64_t span = level_span(level);
	uint64_t *const entries =
		fill->pool == NULL ? NULL : fill->pool->table_at(table);

	fill->tables++;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++, start += span) {
		uint64_t *const entry = entries == NULL ? NULL : &entries[i];
		uint64_t flags = 0;
		const enum look look =
			look_at(fill->identity, start, start + span, &flags);

		if (start >= IDENTITY_END)
			return ERR_NONE;
		if (look == LOOK_BLANK)
			continue;
		if (look == LOOK_MIXED || level > fill->identity->largest) {
			const enum err err = fill_below(fill, entry, start, level);

			if (err != ERR_NONE)
				return err;
		} else if (entry != NULL) {
			*entry = start | flags | PTE_PRESENT |
			         (level == LEVEL_PT ? 0 : PTE_PS);
		}
	}
	return ERR_NONE;
}

static enum level root_level(const struct identity *identity)
{
	return identity->la57 ? LEVEL_PML5 : LEVEL_PML4;
}

uint64_t identity_tables(const struct identity *identity)
{
	struct fill fill = { .identity = identity };

	/* Counting takes nothing from a pool, so it cannot fail. */
	(void)fill_table(&fill, 0, 0, root_level(identity));
	return fill.tables;
}

enum err identity_map(const struct identity *identity, struct frame_pool *pool,
                      uint64_t root)
{
	struct fill fill = { .identity = identity, .pool = pool };

	return fill_table(&fill, root, 0, root_level(identity));
}
