#include "bench/harness/verify/verify_pages.h"

#include "paging/address_space.h"

/* Pages of 4 KiB in one table, apart by more than a line of entries. */
#define PAGE_AT(n) (VA_VERIFY + ((n)*UINT64_C(16) + 16) * PAGE_BYTES)
#define PAGE_AIMED PAGE_AT(0)

/* What needs a PDE, or a PDPTE, of its own. */
#define UNDER_PDE(n) (VA_VERIFY + ((uint64_t)(n) << 21))
#define PAGE_UNDER_PDE (UNDER_PDE(1) + 16 * PAGE_BYTES)
#define PAGE_FILLING (UNDER_PDE(2) + 16 * PAGE_BYTES)
#define PAGE_UNSEEN (UNDER_PDE(2) + 48 * PAGE_BYTES)
#define PAGE_LARGE UNDER_PDE(3)
#define PAGE_ELSEWHERE (UNDER_PDE(4) + 16 * PAGE_BYTES)
#define PAGE_GIANT (VA_VERIFY + (UINT64_C(1) << 30))

#define GIB (UINT64_C(1) << 30)

/* Two frames, with the old and the new word in them. */
struct frames {
	uint64_t old_frame, new_frame;
};

static enum err alloc_frames(struct frame_pool *pool, uint64_t bytes,
                             struct frames *frames)
{
	frames->old_frame = frame_alloc_run(pool, bytes / PAGE_BYTES, bytes);
	frames->new_frame = frame_alloc_run(pool, bytes / PAGE_BYTES, bytes);
	return frames->old_frame == 0 || frames->new_frame == 0 ? ERR_NO_MEMORY
	                                                        : ERR_NONE;
}

/*
 * A word to read; or, as code, MOV $word, %eax; RET.  Code is written once and never
 * changed: an accessed entry that names it is pointed at another frame without a fault
 * between, and where bytes changed as well, family 19h may execute the old ones (AMD
 * erratum 1193).
 */
static uint64_t content(uint64_t word, bool is_code)
{
	const uint64_t mov_eax = 0xb8, ret = 0xc3;

	return is_code ? mov_eax | word << 8 | ret << 40 : word;
}

static void write_words(const struct frame_pool *pool,
                        const struct probe_entry *probe_entry,
                        const struct frames *frames, uint64_t offset)
{
	*pool->table_at(frames->old_frame + offset) =
		content(OLD_WORD, probe_entry->is_code);
	*pool->table_at(frames->new_frame + offset) =
		content(NEW_WORD, probe_entry->is_code);
}

/* Accessed and dirty are set already, so that the CPU never writes the entry. */
static enum err plant(struct verify_pages *probe_pages, struct frame_pool *pool,
                      const struct probe_entry *probe_entry,
                      const struct frames *frames, uint64_t flags, enum level level)
{
	const uint64_t page = probe_entry->read;
	const enum err err = walk_map(pool, probe_pages->root, page, frames->old_frame,
	                              flags | PTE_ACCESSED | PTE_DIRTY, level);

	if (err != ERR_NONE)
		return err;
	write_words(pool, probe_entry, frames, 0);
	if (probe_entry->far != 0)
		write_words(pool, probe_entry, frames,
		            probe_entry->far - probe_entry->read);
	return ERR_NONE;
}

static void take_entry(struct probe_entry *probe_entry,
                       const struct verify_pages *probe_pages,
                       const struct frame_pool *pool, enum level level,
                       uint64_t new_frame)
{
	uint64_t *const entry =
		walk_find(pool, probe_pages->root, probe_entry->read, level).entry;

	probe_entry->entry = entry;
	probe_entry->old_value = *entry;
	probe_entry->new_value = (*entry & ~PTE_FRAME) | new_frame;
}

static enum err plant_leaf(struct verify_pages *probe_pages, struct frame_pool *pool,
                           enum entry entry, struct probe_entry probe_entry,
                           uint64_t flags)
{
	struct frames frames;
	enum err err = alloc_frames(pool, PAGE_BYTES, &frames);

	if (err == ERR_NONE)
		err = plant(probe_pages, pool, &probe_entry, &frames, flags, LEVEL_PT);
	if (err != ERR_NONE)
		return err;
	take_entry(&probe_entry, probe_pages, pool, LEVEL_PT, frames.new_frame);
	probe_pages->probe_entry[entry] = probe_entry;
	return ERR_NONE;
}

/*
 * A larger page; left out where there is no memory for two of them.  A CPU may hold
 * pieces of it, and all of them have to go: its middle is read beside its start.
 */
static enum err plant_large(struct verify_pages *probe_pages, struct frame_pool *pool,
                            const struct frames *frames, enum entry entry,
                            uint64_t page, uint64_t nx, enum level level)
{
	struct probe_entry probe_entry = {
		.aim = page,
		.fill = page,
		.read = page,
		.far = page + level_span(level) / 2,
	};
	const enum err err = plant(probe_pages, pool, &probe_entry, frames, nx, level);

	if (err != ERR_NONE)
		return err;
	take_entry(&probe_entry, probe_pages, pool, level, frames->new_frame);
	probe_pages->probe_entry[entry] = probe_entry;
	return ERR_NONE;
}

static enum err plant_larger_pages(struct verify_pages *probe_pages,
                                   const struct verify_pages_spec *spec)
{
	const struct frames giants = { spec->giants, spec->giants + GIB };
	struct frames frames;
	enum err err = ERR_NONE;

	if (alloc_frames(spec->pool, level_span(LEVEL_PD), &frames) == ERR_NONE)
		err = plant_large(probe_pages, spec->pool, &frames, ENTRY_PAGE_2M,
		                  PAGE_LARGE, spec->nx, LEVEL_PD);
	if (err == ERR_NONE && spec->giants != 0)
		err = plant_large(probe_pages, spec->pool, &giants, ENTRY_PAGE_1G,
		                  PAGE_GIANT, spec->nx, LEVEL_PDPT);
	return err;
}

/*
 * The entry above the leaf names one table or another, in which the page that is read,
 * and the one that fills, have another frame.
 */
static enum err plant_above(struct verify_pages *probe_pages,
                            const struct verify_pages_spec *spec, enum entry entry,
                            uint64_t fill, uint64_t read)
{
	struct frame_pool *const pool = spec->pool;
	struct probe_entry probe_entry = { .aim = fill, .fill = fill, .read = read };
	const enum err err =
		plant_leaf(probe_pages, pool, entry, probe_entry, spec->nx);
	const uint64_t other = err == ERR_NONE ? frame_alloc(pool) : 0;

	if (other == 0)
		return ERR_NO_MEMORY;

	const struct probe_entry leaf = probe_pages->probe_entry[entry];
	uint64_t *const table = pool->table_at(other);

	table[level_index(fill, LEVEL_PT)] = leaf.new_value;
	table[level_index(read, LEVEL_PT)] = leaf.new_value;
	/* In the table above it both have the old frame. */
	*walk_find(pool, probe_pages->root, fill, LEVEL_PT).entry = leaf.old_value;
	take_entry(&probe_entry, probe_pages, pool, LEVEL_PD, other);
	probe_pages->probe_entry[entry] = probe_entry;
	return ERR_NONE;
}

static enum err plant_small_pages(struct verify_pages *probe_pages,
                                  const struct verify_pages_spec *spec)
{
	static const struct {
		enum entry entry;
		uint16_t pcid;
		bool is_aimed_at, is_code;
		uint64_t flags;
	} leaves[] = {
		{ ENTRY_PAGE_4K, PCID_HOME, true, false, 0 },
		{ ENTRY_NEIGHBOUR, PCID_HOME, false, false, 0 },
		{ ENTRY_GLOBAL_4K, PCID_HOME, true, false, PTE_GLOBAL },
		{ ENTRY_GLOBAL_NEIGHBOUR, PCID_HOME, false, false, PTE_GLOBAL },
		{ ENTRY_TARGET_PCID, PCID_TARGET, true, false, 0 },
		{ ENTRY_OTHER_PCID, PCID_OTHER, true, false, 0 },
		{ ENTRY_OTHER_PCID_GLOBAL, PCID_OTHER, true, false, PTE_GLOBAL },
		{ ENTRY_CODE_4K, PCID_HOME, true, true, 0 },
	};

	for (unsigned i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
		const uint64_t page = PAGE_AT(i);
		const uint64_t nx = leaves[i].is_code ? 0 : spec->nx;
		const enum err err = plant_leaf(
			probe_pages, spec->pool, leaves[i].entry,
			(struct probe_entry){
				.aim = leaves[i].is_aimed_at ? page : PAGE_AIMED,
				.fill = page,
				.read = page,
				.pcid = leaves[i].pcid,
				.is_code = leaves[i].is_code,
			},
			leaves[i].flags | nx);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Somewhere to aim at that shares no PDE with anything. */
static enum err map_elsewhere(struct verify_pages *probe_pages,
                              const struct verify_pages_spec *spec)
{
	const uint64_t frame = frame_alloc(spec->pool);

	probe_pages->elsewhere = PAGE_ELSEWHERE;
	if (frame == 0)
		return ERR_NO_MEMORY;
	return walk_map(spec->pool, spec->root, PAGE_ELSEWHERE, frame,
	                PTE_ACCESSED | PTE_DIRTY | spec->nx, LEVEL_PT);
}

static void list_pages(struct verify_pages *probe_pages)
{
	probe_pages->pages[probe_pages->page_count++] = probe_pages->elsewhere;
	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const struct probe_entry *const probe_entry =
			&probe_pages->probe_entry[i];

		if (probe_entry->entry == NULL)
			continue;
		probe_pages->pages[probe_pages->page_count++] = probe_entry->read;
		if (probe_entry->fill != probe_entry->read)
			probe_pages->pages[probe_pages->page_count++] =
				probe_entry->fill;
		if (probe_entry->far != 0)
			probe_pages->pages[probe_pages->page_count++] =
				probe_entry->far;
	}
}

enum err verify_prepare(struct verify_pages *probe_pages,
                        const struct verify_pages_spec *spec)
{
	*probe_pages = (struct verify_pages){ .root = spec->root };

	enum err err = plant_small_pages(probe_pages, spec);

	if (err == ERR_NONE)
		err = plant_above(probe_pages, spec, ENTRY_PDE, PAGE_UNDER_PDE,
		                  PAGE_UNDER_PDE);
	if (err == ERR_NONE)
		err = plant_above(probe_pages, spec, ENTRY_PSC, PAGE_FILLING,
		                  PAGE_UNSEEN);
	if (err == ERR_NONE)
		err = map_elsewhere(probe_pages, spec);
	if (err == ERR_NONE)
		err = plant_larger_pages(probe_pages, spec);
	if (err == ERR_NONE)
		list_pages(probe_pages);
	return err;
}
