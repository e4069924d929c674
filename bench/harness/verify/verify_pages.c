#include "bench/harness/verify/verify_pages.h"

#include "paging/address_space.h"

/*
 * Entries of the root, from VA_VERIFY or VA57_VERIFY on: several for pages of data,
 * since one of them is repointed as well, then one for each other span, the last for a
 * page elsewhere.
 */
#define DATA_SLOTS 8u
#define ELSEWHERE_SLOT 15u
_Static_assert(DATA_SLOTS + PROBE_COUNT - 1 <= ELSEWHERE_SLOT, "a slot for each span");
_Static_assert(VA_VERIFY + ((ELSEWHERE_SLOT + UINT64_C(1)) << 39) <= VA_TARGETS,
               "slots end where others begin");
_Static_assert(VA57_VERIFY + ((ELSEWHERE_SLOT + UINT64_C(1)) << 48) <= VA57_LINES,
               "those of 57 bits, too");

static uint64_t slot_at(enum level top, unsigned slot)
{
	return (top == LEVEL_PML5 ? VA57_VERIFY : VA_VERIFY) + slot * level_span(top);
}

/* Code lies behind the word in each frame, in a line of its own. */
#define CODE_OFFSET 64u

#define GIB (UINT64_C(1) << 30)
#define TABLE_FLAGS (PTE_PRESENT | PTE_WRITABLE | PTE_USER | PTE_ACCESSED)

/*
 * Accessed and dirty are set already, so that the CPU never writes a leaf.  Pages for
 * code are those that no NX bit keeps from it.
 */
static const struct {
	enum level leaf;
	bool is_code;
	uint64_t flags;
} kinds[PROBE_COUNT] = {
	[PROBE_DATA] = { LEVEL_PT, false, 0 },
	[PROBE_GLOBAL] = { LEVEL_PT, false, PTE_GLOBAL },
	[PROBE_CODE] = { LEVEL_PT, true, 0 },
	[PROBE_CODE_GLOBAL] = { LEVEL_PT, true, PTE_GLOBAL },
	[PROBE_2M] = { LEVEL_PD, false, PTE_PS },
	[PROBE_CODE_2M] = { LEVEL_PD, true, PTE_PS },
	[PROBE_1G] = { LEVEL_PDPT, false, PTE_PS },
};

/* How an entry is shown. */
enum showing {
	SHOWN_BY_ITSELF, /* the page aimed at is read */
	SHOWN_BESIDE,    /* another page of the same table is aimed at */
	SHOWN_BELOW,     /* another entry of the table below is filled and aimed at */
};

static const struct {
	enum probe_span span;
	enum level level; /* of the table whose entry is repointed */
	enum showing showing;
	uint16_t pcid;
} shapes[ENTRY_COUNT] = {
	[ENTRY_PAGE_4K] = { PROBE_DATA, LEVEL_PT, SHOWN_BY_ITSELF, PCID_HOME },
	[ENTRY_PAGE_2M] = { PROBE_2M, LEVEL_PD, SHOWN_BY_ITSELF, PCID_HOME },
	[ENTRY_PAGE_1G] = { PROBE_1G, LEVEL_PDPT, SHOWN_BY_ITSELF, PCID_HOME },
	[ENTRY_NEIGHBOUR] = { PROBE_DATA, LEVEL_PT, SHOWN_BESIDE, PCID_HOME },
	[ENTRY_GLOBAL_4K] = { PROBE_GLOBAL, LEVEL_PT, SHOWN_BY_ITSELF, PCID_HOME },
	[ENTRY_GLOBAL_NEIGHBOUR] = { PROBE_GLOBAL, LEVEL_PT, SHOWN_BESIDE, PCID_HOME },
	[ENTRY_TARGET_PCID] = { PROBE_DATA, LEVEL_PT, SHOWN_BY_ITSELF, PCID_TARGET },
	[ENTRY_OTHER_PCID] = { PROBE_DATA, LEVEL_PT, SHOWN_BY_ITSELF, PCID_OTHER },
	[ENTRY_OTHER_PCID_GLOBAL] = { PROBE_GLOBAL, LEVEL_PT, SHOWN_BY_ITSELF,
	                              PCID_OTHER },
	[ENTRY_PDE] = { PROBE_DATA, LEVEL_PD, SHOWN_BY_ITSELF, PCID_HOME },
	[ENTRY_PSC] = { PROBE_DATA, LEVEL_PD, SHOWN_BELOW, PCID_HOME },
	[ENTRY_PSC_PDPTE] = { PROBE_DATA, LEVEL_PDPT, SHOWN_BELOW, PCID_HOME },
	[ENTRY_PSC_PML4E] = { PROBE_DATA, LEVEL_PML4, SHOWN_BELOW, PCID_HOME },
	[ENTRY_PSC_PML5E] = { PROBE_DATA, LEVEL_PML5, SHOWN_BELOW, PCID_HOME },
	[ENTRY_CODE_4K] = { PROBE_CODE, LEVEL_PT, SHOWN_BY_ITSELF, PCID_HOME },
	[ENTRY_CODE_2M] = { PROBE_CODE_2M, LEVEL_PD, SHOWN_BY_ITSELF, PCID_HOME },
	[ENTRY_CODE_GLOBAL] = { PROBE_CODE_GLOBAL, LEVEL_PT, SHOWN_BY_ITSELF,
	                        PCID_HOME },
	[ENTRY_CODE_TARGET_PCID] = { PROBE_CODE, LEVEL_PT, SHOWN_BY_ITSELF,
	                             PCID_TARGET },
	[ENTRY_CODE_OTHER_PCID] = { PROBE_CODE, LEVEL_PT, SHOWN_BY_ITSELF, PCID_OTHER },
};

/*
 * 4K pages of each half of a larger one that have words: all of a 2M page.  Of fewer,
 * each that has its place where the program has a page of its own counts for more.
 */
#define PIECES (TABLE_ENTRIES / 2)

/* Two frames of a size, with the old and the new word in them; 0: no memory. */
struct frames {
	uint64_t old_frame, new_frame;
};

/*
 * A word to read, and behind it MOV $word, %eax; RET.  Code is written once and never
 * changed: an accessed entry that names it is pointed at another frame without a fault
 * between, and where bytes changed as well, family 19h may execute the old ones (AMD
 * erratum 1193).
 */
static void write_word(const struct frame_pool *pool, uint64_t page, uint64_t word)
{
	const uint64_t mov_eax = 0xb8, ret = 0xc3;
	uint64_t *const words = pool->table_at(page);

	words[0] = word;
	words[CODE_OFFSET / sizeof words[0]] = mov_eax | word << 8 | ret << 40;
}

static void write_words_at(const struct frame_pool *pool, const struct frames *frames,
                           uint64_t offset)
{
	write_word(pool, frames->old_frame + offset, OLD_WORD);
	write_word(pool, frames->new_frame + offset, NEW_WORD);
}

/*
 * A CPU may hold pieces of a larger page: its second half is read beside its first, in
 * pieces that differ from trial to trial, since one may share its place in a TLB with
 * what the program itself needs.
 */
static void write_words(const struct frame_pool *pool, const struct frames *frames,
                        enum level level)
{
	if (level == LEVEL_PT) {
		write_words_at(pool, frames, 0);
		return;
	}
	for (uint64_t piece = 0; piece < PIECES; piece++) {
		write_words_at(pool, frames, piece * PAGE_BYTES);
		write_words_at(pool, frames,
		               level_span(level) / 2 + piece * PAGE_BYTES);
	}
}

static bool alloc_frames(struct frame_pool *pool, enum level level,
                         struct frames *frames)
{
	const uint64_t bytes = level_span(level);

	frames->old_frame = frame_alloc_run(pool, bytes / PAGE_BYTES, bytes);
	frames->new_frame = frame_alloc_run(pool, bytes / PAGE_BYTES, bytes);
	return frames->old_frame != 0 && frames->new_frame != 0;
}

/*
 * Tables from the leaf's level up to that below the root, all entries of which hold the
 * value of their level: the leaf's is given, each other names the table below.
 */
static enum err make_tables(struct frame_pool *pool, enum level leaf,
                            uint64_t values[VERIFY_LEVELS],
                            uint64_t *tables[VERIFY_LEVELS])
{
	for (enum level level = leaf; level != pool_root_level(pool); level++) {
		const uint64_t frame = frame_alloc(pool);

		if (frame == 0)
			return ERR_NO_MEMORY;
		tables[level] = pool->table_at(frame);
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			tables[level][i] = values[level];
		values[level + 1] = frame | TABLE_FLAGS;
	}
	return ERR_NONE;
}

/* Two trees, of which the old one's top is in the root. */
static enum err make_span(struct verify_pages *probe_pages,
                          const struct verify_pages_spec *spec, enum probe_span number,
                          const struct frames *frames)
{
	struct page_span *const span = &probe_pages->spans[number];
	const enum level leaf = kinds[number].leaf;
	const enum level top = probe_pages->top;
	const uint64_t flags = kinds[number].flags | PTE_PRESENT | PTE_ACCESSED |
	                       PTE_DIRTY | (kinds[number].is_code ? 0 : spec->nx);
	uint64_t *unused[VERIFY_LEVELS];
	struct page_span made = {
		.va = slot_at(top, number == PROBE_DATA ? 0 : DATA_SLOTS + number - 1),
		.slots = number == PROBE_DATA ? DATA_SLOTS : 1,
	};

	made.old_value[leaf] = frames->old_frame | flags;
	made.new_value[leaf] = frames->new_frame | flags;
	if (make_tables(spec->pool, leaf, made.old_value, made.tables) != ERR_NONE ||
	    make_tables(spec->pool, leaf, made.new_value, unused) != ERR_NONE)
		return ERR_NO_MEMORY;
	made.tables[top] = spec->pool->table_at(spec->root);
	for (unsigned slot = 0; slot < made.slots; slot++)
		made.tables[top][level_index(made.va, top) + slot] =
			made.old_value[top];
	*span = made;
	return ERR_NONE;
}

static enum err make_small_spans(struct verify_pages *probe_pages,
                                 const struct verify_pages_spec *spec)
{
	struct frames frames;
	enum err err =
		alloc_frames(spec->pool, LEVEL_PT, &frames) ? ERR_NONE : ERR_NO_MEMORY;

	if (err == ERR_NONE)
		write_words(spec->pool, &frames, LEVEL_PT);
	for (enum probe_span i = PROBE_DATA; err == ERR_NONE && i <= PROBE_CODE_GLOBAL;
	     i++)
		err = make_span(probe_pages, spec, i, &frames);
	return err;
}

/* Left out where there is no memory for two pages of that size. */
static enum err make_larger_spans(struct verify_pages *probe_pages,
                                  const struct verify_pages_spec *spec)
{
	const struct frames giants = { spec->giants, spec->giants + GIB };
	struct frames frames;
	enum err err = ERR_NONE;

	if (alloc_frames(spec->pool, LEVEL_PD, &frames)) {
		write_words(spec->pool, &frames, LEVEL_PD);
		err = make_span(probe_pages, spec, PROBE_2M, &frames);
		if (err == ERR_NONE)
			err = make_span(probe_pages, spec, PROBE_CODE_2M, &frames);
	}
	if (err == ERR_NONE && spec->giants != 0) {
		write_words(spec->pool, &giants, LEVEL_PDPT);
		err = make_span(probe_pages, spec, PROBE_1G, &giants);
	}
	return err;
}

enum err verify_prepare(struct verify_pages *probe_pages,
                        const struct verify_pages_spec *spec)
{
	const enum level top = pool_root_level(spec->pool);

	*probe_pages = (struct verify_pages){
		.root = spec->root,
		.top = top,
		/* Anywhere in its slot. */
		.elsewhere = slot_at(top, ELSEWHERE_SLOT) + 16 * PAGE_BYTES,
		.no_far_code = spec->no_far_code,
	};

	enum err err = make_small_spans(probe_pages, spec);

	if (err == ERR_NONE)
		err = make_larger_spans(probe_pages, spec);
	if (err != ERR_NONE)
		return err;
	/* Through tables of data, which no entry of a cache tells from others. */
	spec->pool->table_at(spec->root)[level_index(probe_pages->elsewhere, top)] =
		probe_pages->spans[PROBE_DATA].old_value[top];
	return ERR_NONE;
}

/*
 * What is read is never in the same line of entries as what is filled or aimed at: a
 * walk may bring in a line's others.
 */
#define LINE_ENTRIES (64u / 8u)
#define APART_LEAST (2 * LINE_ENTRIES)

struct verify_draw verify_draw(const struct verify_pages *probe_pages,
                               struct random *random)
{
	struct verify_draw draw = { 0 };

	for (enum level level = LEVEL_PT; level <= probe_pages->top; level++)
		draw.first[level] = random_below(random, TABLE_ENTRIES);
	draw.apart =
		APART_LEAST + random_below(random, TABLE_ENTRIES - 2 * APART_LEAST + 1);
	return draw;
}

bool verify_has(const struct verify_pages *probe_pages, enum entry entry)
{
	return probe_pages->spans[shapes[entry].span].slots != 0 &&
	       shapes[entry].level <= probe_pages->top;
}

/*
 * Odd, so that trials one after the other go through all sets, whose number is a power
 * of two, before they come to one again; far apart in the table.
 */
#define STRIDE 181u

/* The levels above the entry stay: a hash of them moves the sets, and merges none. */
static uint64_t page_of_trial(const struct verify_pages *probe_pages, enum entry entry,
                              const struct verify_draw *draw, uint32_t trial)
{
	const enum probe_span number = shapes[entry].span;
	const struct page_span *const span = &probe_pages->spans[number];
	const enum level top = probe_pages->top, moved = shapes[entry].level;
	uint64_t page = span->va;

	for (enum level level = kinds[number].leaf; level <= top; level++) {
		const uint32_t moves = level <= moved ? trial * STRIDE : 0;
		const uint32_t count = level == top ? span->slots : TABLE_ENTRIES;

		page += (uint64_t)((draw->first[level] + moves) % count)
		        << level_shift(level);
	}
	return page;
}

/* The page whose index in a table of that level is so many more. */
static uint64_t page_apart(uint64_t page, enum level level, uint32_t entries)
{
	const uint64_t mask = (uint64_t)(TABLE_ENTRIES - 1) << level_shift(level);
	const uint64_t moved = page + ((uint64_t)entries << level_shift(level));

	return (page & ~mask) | (moved & mask);
}

struct probe_entry verify_probe(const struct verify_pages *probe_pages,
                                enum entry entry, const struct verify_draw *draw,
                                uint32_t trial)
{
	const struct page_span *const span = &probe_pages->spans[shapes[entry].span];
	const enum level leaf = kinds[shapes[entry].span].leaf;
	const enum level level = shapes[entry].level;
	const bool is_code = kinds[shapes[entry].span].is_code;
	const bool has_far = leaf != LEVEL_PT && !(is_code && probe_pages->no_far_code);
	const uint64_t page = page_of_trial(probe_pages, entry, draw, trial);
	const uint64_t piece =
		leaf == LEVEL_PT ? page : page + trial % PIECES * PAGE_BYTES;
	const uint64_t word = piece + (is_code ? CODE_OFFSET : 0);
	struct probe_entry probe_entry = {
		.aim = piece,
		.fill = word,
		.read = word,
		.far = has_far ? word + level_span(leaf) / 2 : 0,
		.pcid = shapes[entry].pcid,
		.is_code = is_code,
		.entry = &span->tables[level][level_index(page, level)],
		.old_value = span->old_value[level],
		.new_value = span->new_value[level],
	};

	if (shapes[entry].showing == SHOWN_BESIDE)
		probe_entry.aim = page_apart(page, level, draw->apart);
	if (shapes[entry].showing == SHOWN_BELOW)
		probe_entry.read = page_apart(page, level - 1, draw->apart);
	return probe_entry;
}
