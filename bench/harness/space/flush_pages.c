#include "bench/harness/space/flush_pages.h"

#include "paging/address_space.h"

#define VA_OWNED (VA_SHOOTDOWN + (UINT64_C(1) << 30))

#define VA_STORED (VA_SHOOTDOWN + (UINT64_C(2) << 30))

/* An entry has eight bytes. */
#define OWNED_STRIDE (FLUSH_LINE / 8 * PAGE_BYTES)

#define LEAF (PTE_ACCESSED | PTE_DIRTY)

static const uint64_t words[FLUSH_FRAMES] = {
	UINT64_C(0x0100d001),
	UINT64_C(0x0200d002),
	UINT64_C(0x0300d003),
};

static unsigned next_of(unsigned frame)
{
	return (frame + 1) % FLUSH_FRAMES;
}

uint64_t flush_pages_va(void)
{
	return VA_SHOOTDOWN;
}

uint64_t flush_pages_owned_va(unsigned owner)
{
	return VA_OWNED + owner * OWNED_STRIDE;
}

static enum err make_frames(struct flush_pages *probe_pages, struct frame_pool *pool,
                            uint64_t nx)
{
	for (unsigned i = 0; i < FLUSH_FRAMES; i++) {
		const uint64_t frame = frame_alloc(pool);

		if (frame == 0)
			return ERR_NO_MEMORY;
		pool->table_at(frame)[0] = words[i];
		probe_pages->values[i] = frame | PTE_PRESENT | LEAF | nx;
	}
	return ERR_NONE;
}

static enum err map_page(const struct flush_pages *probe_pages, struct frame_pool *pool,
                         uint64_t root, uint64_t va, volatile uint64_t **entry)
{
	const uint64_t frame = probe_pages->values[0] & PTE_FRAME;
	const enum err err = walk_map(pool, root, va, frame,
	                              probe_pages->values[0] & ~PTE_FRAME, LEVEL_PT);

	if (err == ERR_NONE)
		*entry = walk_find(pool, root, va, LEVEL_PT).entry;
	return err;
}

/* A region of one table, so that its entries follow each other. */
static enum err map_region(struct flush_pages *probe_pages, struct frame_pool *pool,
                           uint64_t root)
{
	volatile uint64_t *entry = NULL;

	for (uint32_t i = 0; i < FLUSH_PAGES; i++) {
		const enum err err = map_page(probe_pages, pool, root,
		                              VA_SHOOTDOWN + i * PAGE_BYTES, &entry);

		if (err != ERR_NONE)
			return err;
		if (i == 0)
			probe_pages->entries = entry;
	}
	return ERR_NONE;
}

static enum err map_stores(struct flush_pages *probe_pages, struct frame_pool *pool,
                           uint64_t root, uint64_t nx)
{
	struct flush_stores *const stores = &probe_pages->stores;

	for (unsigned i = 0; i < 2; i++) {
		const uint64_t frame = frame_alloc(pool);

		if (frame == 0)
			return ERR_NO_MEMORY;
		stores->words[i] = pool->table_at(frame);
		stores->values[i] = frame | PTE_PRESENT | PTE_WRITABLE | LEAF | nx;
	}

	const enum err err =
		walk_map(pool, root, VA_STORED, stores->values[0] & PTE_FRAME,
	                 stores->values[0] & ~PTE_FRAME, LEVEL_PT);

	if (err == ERR_NONE)
		stores->entry = walk_find(pool, root, VA_STORED, LEVEL_PT).entry;
	return err;
}

enum err flush_pages_open(struct flush_pages *probe_pages, struct frame_pool *pool,
                          uint64_t root, uint64_t nx, unsigned owners)
{
	enum err err = ERR_NONE;

	if (!probe_pages->is_open) {
		err = make_frames(probe_pages, pool, nx);
		if (err == ERR_NONE)
			err = map_region(probe_pages, pool, root);
		if (err == ERR_NONE)
			err = map_stores(probe_pages, pool, root, nx);
		probe_pages->is_open = err == ERR_NONE;
	}
	for (unsigned i = 0; i < owners && i < FLUSH_OWNERS && err == ERR_NONE; i++)
		if (probe_pages->owners[i].entry == NULL)
			err = map_page(probe_pages, pool, root, flush_pages_owned_va(i),
			               &probe_pages->owners[i].entry);
	return err;
}

void flush_pages_level(struct flush_pages *probe_pages)
{
	for (uint32_t i = 0; i < FLUSH_PAGES; i++)
		probe_pages->entries[i] = probe_pages->values[probe_pages->now];
}

void flush_pages_turn(struct flush_pages *probe_pages, uint32_t pages)
{
	const uint64_t value = probe_pages->values[next_of(probe_pages->now)];
	volatile uint64_t *const entries = probe_pages->entries;

	for (uint32_t i = 0; i < pages; i++)
		entries[i] = value;
	probe_pages->now = next_of(probe_pages->now);
}

void flush_pages_turn_page(struct flush_pages *probe_pages, uint32_t page)
{
	probe_pages->entries[page] = probe_pages->values[next_of(probe_pages->now)];
}

void flush_pages_turned(struct flush_pages *probe_pages)
{
	probe_pages->now = next_of(probe_pages->now);
}

void flush_pages_turn_owned(struct flush_pages *probe_pages, unsigned owner)
{
	struct flush_owner *const mine = &probe_pages->owners[owner];

	mine->now = next_of(mine->now);
	*mine->entry = probe_pages->values[mine->now];
}

uint64_t flush_pages_store_va(void)
{
	return VA_STORED;
}

uint64_t flush_pages_word_va(unsigned word)
{
	return VA_STORED + word * sizeof(uint64_t);
}

void flush_pages_turn_stores(struct flush_pages *probe_pages)
{
	struct flush_stores *const stores = &probe_pages->stores;
	const unsigned next = 1 - stores->now;

	for (unsigned i = 0; i < FLUSH_STORES; i++)
		stores->words[next][i] = 0;
	*stores->entry = stores->values[next];
	stores->now = next;
}

void flush_pages_see_stores(struct flush_pages *probe_pages, unsigned count)
{
	struct flush_stores *const stores = &probe_pages->stores;

	for (unsigned i = 0; i < count; i++)
		stores->seen[i] = stores->words[1 - stores->now][i];
}

enum flush_store flush_pages_store(const struct flush_pages *probe_pages, unsigned word)
{
	const struct flush_stores *const stores = &probe_pages->stores;

	if (stores->words[1 - stores->now][word] != stores->seen[word])
		return STORE_LATE;
	return stores->words[stores->now][word] != 0 ? STORE_NEW : STORE_NONE;
}

bool flush_pages_has_store(const struct flush_pages *probe_pages, unsigned word)
{
	return probe_pages->stores.words[probe_pages->stores.now][word] != 0;
}

uint32_t flush_pages_look(const struct flush_pages *probe_pages, uint32_t pages,
                          uint64_t (*read)(uint64_t va))
{
	uint32_t wrong = 0;

	for (uint32_t i = 0; i < pages; i++)
		wrong += read(VA_SHOOTDOWN + i * PAGE_BYTES) != words[probe_pages->now];
	return wrong;
}

bool flush_pages_look_owned(const struct flush_pages *probe_pages, unsigned owner,
                            uint64_t (*read)(uint64_t va))
{
	return read(flush_pages_owned_va(owner)) !=
	       words[probe_pages->owners[owner].now];
}
