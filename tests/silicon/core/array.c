#include "tests/silicon/core/array.h"

#include <stdlib.h>

static size_t entries_of(const struct silicon_array *shape)
{
	return (size_t)shape->sets * shape->ways;
}

/* Invalid entries are the oldest, in whatever order: who is first is of no account. */
static void line_up(struct array_state *array)
{
	const uint32_t ways = array->shape->ways;

	for (uint32_t set = 0; set < array->shape->sets; set++) {
		const uint32_t first = set * ways + 1, last = first + ways - 1;

		array->oldest[set] = first;
		array->newest[set] = last;
		for (uint32_t i = first; i <= last; i++)
			array->links[i - 1] = (struct entry_links){
				.newer = i == last ? 0 : i + 1,
				.older = i == first ? 0 : i - 1,
			};
	}
}

bool silicon_array_open(struct array_state *array, const struct silicon_array *shape)
{
	const size_t count = entries_of(shape);

	array->shape = shape;
	array->hash_mask = 1;
	while (array->hash_mask < 2 * count)
		array->hash_mask = 2 * array->hash_mask + 1;
	array->entries = calloc(count, sizeof array->entries[0]);
	array->trees = calloc(shape->sets, sizeof array->trees[0]);
	array->links = calloc(count, sizeof array->links[0]);
	array->heads = calloc((size_t)array->hash_mask + 1, sizeof array->heads[0]);
	array->newest = calloc(shape->sets, sizeof array->newest[0]);
	array->oldest = calloc(shape->sets, sizeof array->oldest[0]);
	array->valid = calloc(count / 64 + 1, sizeof array->valid[0]);
	if (array->entries == NULL || array->trees == NULL || array->links == NULL ||
	    array->heads == NULL || array->newest == NULL || array->oldest == NULL ||
	    array->valid == NULL)
		return false;
	line_up(array);
	return true;
}

void silicon_array_close(struct array_state *array)
{
	free(array->entries);
	free(array->trees);
	free(array->links);
	free(array->heads);
	free(array->newest);
	free(array->oldest);
	free(array->valid);
}

static uint32_t set_of(const struct silicon_array *shape, uint64_t page)
{
	const uint32_t sets = shape->sets;

	if (sets <= 1)
		return 0;
	if (shape->index == INDEX_HASHED) {
		unsigned bits = 0;

		while (UINT32_C(1) << bits < sets)
			bits++;
		page ^= page >> bits;
	}
	/* Mostly a power of two; a division takes its time. */
	return (uint32_t)((sets & (sets - 1)) == 0 ? page & (sets - 1) : page % sets);
}

static bool serves(const struct translation_entry *entry, uint64_t page, unsigned held,
                   uint16_t pcid, uint8_t thread)
{
	return entry->page == page && entry->held == held && entry->thread == thread &&
	       (entry->global || entry->pcid == pcid);
}

static uint32_t *head_of(const struct array_state *array, uint64_t page, unsigned held)
{
	const uint64_t hash = (page + held) * UINT64_C(0x9e3779b97f4a7c15);

	return &array->heads[hash >> 32 & array->hash_mask];
}

struct translation_entry *silicon_array_first(const struct array_state *array,
                                              uint64_t page, unsigned held)
{
	const uint32_t first = *head_of(array, page, held);

	return first == 0 ? NULL : &array->entries[first - 1];
}

struct translation_entry *silicon_array_next(const struct array_state *array,
                                             const struct translation_entry *entry)
{
	const uint32_t next = array->links[entry - array->entries].chain;

	return next == 0 ? NULL : &array->entries[next - 1];
}

/* Of several, which a global page of two PCIDs can be, the one in the lowest way. */
static struct translation_entry *find_page(const struct array_state *array,
                                           uint64_t page, unsigned held, uint16_t pcid,
                                           uint8_t thread)
{
	uint32_t found = 0;

	for (uint32_t i = *head_of(array, page, held); i != 0;
	     i = array->links[i - 1].chain)
		if (serves(&array->entries[i - 1], page, held, pcid, thread) &&
		    (found == 0 || i < found))
			found = i;
	return found == 0 ? NULL : &array->entries[found - 1];
}

struct translation_entry *silicon_array_find(const struct array_state *array,
                                             uint64_t va, uint16_t pcid, uint8_t thread)
{
	static const uint8_t shifts[] = {
		SHIFT_4K, SHIFT_2M, SHIFT_1G, SHIFT_4K + 2, SHIFT_4K + 3,
	};

	if (array->used == 0)
		return NULL;
	for (unsigned i = 0; i < sizeof shifts; i++) {
		struct translation_entry *entry = NULL;

		if (array->held[shifts[i]] != 0)
			entry = find_page(array, va >> shifts[i], shifts[i], pcid,
			                  thread);
		if (entry != NULL)
			return entry;
	}
	return NULL;
}

static uint32_t number_of(const struct array_state *array,
                          const struct translation_entry *entry)
{
	return (uint32_t)(entry - array->entries) + 1;
}

static void unlink_from_set(struct array_state *array, uint32_t set, uint32_t number)
{
	const struct entry_links *const own = &array->links[number - 1];

	if (own->newer == 0)
		array->newest[set] = own->older;
	else
		array->links[own->newer - 1].older = own->older;
	if (own->older == 0)
		array->oldest[set] = own->newer;
	else
		array->links[own->older - 1].newer = own->newer;
}

static void make_newest(struct array_state *array, uint32_t number)
{
	const uint32_t set = (number - 1) / array->shape->ways;
	struct entry_links *const own = &array->links[number - 1];

	if (array->newest[set] == number)
		return;
	unlink_from_set(array, set, number);
	own->newer = 0;
	own->older = array->newest[set];
	array->links[own->older - 1].newer = number;
	array->newest[set] = number;
}

static void make_oldest(struct array_state *array, uint32_t number)
{
	const uint32_t set = (number - 1) / array->shape->ways;
	struct entry_links *const own = &array->links[number - 1];

	if (array->oldest[set] == number)
		return;
	unlink_from_set(array, set, number);
	own->older = 0;
	own->newer = array->oldest[set];
	array->links[own->newer - 1].older = number;
	array->oldest[set] = number;
}

/*
 * A tree of bits, the root at 1, the children of n at 2n and 2n + 1: each says which
 * half was used longer ago.
 */
static void point_away(uint64_t *tree, unsigned ways, unsigned way)
{
	unsigned node = 1;

	for (unsigned half = ways / 2; half != 0; half /= 2) {
		const unsigned right = (way & half) != 0;

		if (right)
			*tree &= ~(UINT64_C(1) << node);
		else
			*tree |= UINT64_C(1) << node;
		node = 2 * node + right;
	}
}

static unsigned pointed_at(uint64_t tree, unsigned ways)
{
	unsigned node = 1;

	for (unsigned half = ways / 2; half != 0; half /= 2)
		node = 2 * node + (unsigned)(tree >> node & 1);
	return node - ways;
}

void silicon_array_use(struct array_state *array, struct translation_entry *entry,
                       uint64_t stamp)
{
	const uint32_t ways = array->shape->ways;

	if (array->shape->replacement == REPLACE_LRU) {
		entry->stamp = stamp;
		make_newest(array, number_of(array, entry));
	} else if (array->shape->replacement == REPLACE_PLRU) {
		const uint32_t at = number_of(array, entry) - 1;

		point_away(&array->trees[at / ways], ways, at % ways);
	}
}

static struct translation_entry *victim_in(struct array_state *array, uint32_t set)
{
	const uint32_t ways = array->shape->ways;
	struct translation_entry *const first = &array->entries[(size_t)set * ways];

	if (array->shape->replacement != REPLACE_PLRU)
		return &array->entries[array->oldest[set] - 1];
	for (unsigned way = 0; way < ways; way++)
		if (!first[way].valid)
			return &first[way];
	return &first[pointed_at(array->trees[set], ways)];
}

static bool is_piece(const struct translation_entry *entry)
{
	return entry->held < size_shift((enum silicon_size)entry->size);
}

void silicon_array_drop(struct array_state *array, struct translation_entry *entry)
{
	const uint32_t number = number_of(array, entry);
	uint32_t *from = head_of(array, entry->page, entry->held);

	if (!entry->valid)
		return;
	while (*from != number)
		from = &array->links[*from - 1].chain;
	*from = array->links[number - 1].chain;
	make_oldest(array, number);
	array->valid[(number - 1) / 64] &= ~(UINT64_C(1) << (number - 1) % 64);
	entry->valid = false;
	array->used--;
	array->held[entry->held]--;
	if (is_piece(entry))
		array->pieces--;
}

void silicon_array_fill(struct array_state *array,
                        const struct translation_entry *entry, uint64_t stamp)
{
	const uint32_t set = set_of(array->shape, entry->page);
	struct translation_entry *place =
		find_page(array, entry->page, entry->held, entry->pcid, entry->thread);

	if (place == NULL)
		place = victim_in(array, set);
	silicon_array_drop(array, place);
	*place = *entry;
	place->valid = true;
	place->stamp = stamp;

	const uint32_t number = number_of(array, place);
	uint32_t *const head = head_of(array, place->page, place->held);

	array->links[number - 1].chain = *head;
	*head = number;
	make_newest(array, number);
	array->valid[(number - 1) / 64] |= UINT64_C(1) << (number - 1) % 64;
	array->used++;
	array->held[place->held]++;
	if (is_piece(place))
		array->pieces++;
	if (array->shape->replacement == REPLACE_PLRU)
		silicon_array_use(array, place, stamp);
}
