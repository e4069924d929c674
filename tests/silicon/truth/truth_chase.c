/* Pages in turn: which of them a level keeps, and what the others cost. */
#include "tests/silicon/truth/truth_parts.h"

#include <stdlib.h>

#define SHIFT_OF_4K 12u

/* The size that a level holds such pages as; false: it holds none. */
static bool held_as(const struct silicon_core_type *type,
                    const struct silicon_question *question, enum silicon_size *held)
{
	unsigned size = truth_has(type->fractured, question->size) ? SILICON_4K
	                                                           : question->size;

	for (;; size--) {
		for (uint32_t i = 0; i < type->array_count; i++)
			if (truth_is_asked(&type->arrays[i], question,
			                   (enum silicon_size)size)) {
				*held = (enum silicon_size)size;
				return true;
			}
		if (size == 0)
			return false;
	}
}

/* Of one level, where pages go: the sets of all arrays that hold them. */
struct level_sets {
	const struct silicon_core_type *type;
	const struct silicon_array *arrays[ARRAYS_MOST];
	uint32_t count;
	enum silicon_size held; /* the size of an entry */
	unsigned shift;         /* of an entry: pages of a group are one */
};

/* Sets are numbered through all arrays of a core, of which pages of two sizes may share
 * one. */
static uint64_t sets_before(const struct silicon_core_type *type, uint64_t array)
{
	uint64_t before = 0;

	for (uint64_t i = 0; i < array; i++)
		before += type->arrays[i].sets;
	return before;
}

static unsigned log2_of(uint32_t power)
{
	unsigned bits = 0;

	while (power >> bits > 1)
		bits++;
	return bits;
}

static bool level_sets(const struct silicon_core_type *type,
                       const struct silicon_question *question, struct level_sets *sets)
{
	*sets = (struct level_sets){ .type = type };
	if (!held_as(type, question, &sets->held))
		return false;
	for (uint32_t i = 0; i < type->array_count; i++)
		if (truth_is_asked(&type->arrays[i], question, sets->held))
			sets->arrays[sets->count++] = &type->arrays[i];
	if (sets->count == 0)
		return false;
	sets->shift = SHIFT_OF_4K + 9 * (unsigned)sets->held;
	if (question->in_row && question->size == SILICON_4K)
		sets->shift += log2_of(sets->arrays[0]->coalesce);
	return true;
}

static uint64_t set_count(const struct silicon_core_type *type)
{
	return sets_before(type, type->array_count);
}

/* The number of the set; *ways of it. */
static uint64_t set_number(const struct level_sets *sets, uint64_t va, uint32_t *ways)
{
	const uint32_t chosen =
		(uint32_t)((va >> (SHIFT_OF_4K + 9 * (unsigned)sets->held)) /
	                   sets->arrays[0]->sets % sets->count);
	const struct silicon_array *const array = sets->arrays[chosen];
	uint64_t page = va >> sets->shift;
	unsigned bits = 0;

	while (UINT32_C(1) << bits < array->sets)
		bits++;
	if (array->index == INDEX_HASHED)
		page ^= page >> bits;
	*ways = array->ways;
	return sets_before(sets->type, (uint64_t)(array - sets->type->arrays)) +
	       page % array->sets;
}

/* First address of the entry number i of the pages in question. */
static uint64_t entry_va(const struct level_sets *sets,
                         const struct silicon_question *question, uint64_t i)
{
	const unsigned page_shift = SHIFT_OF_4K + 9 * (unsigned)question->size;
	const unsigned shift = sets->shift > page_shift ? sets->shift : page_shift;

	/* Of a page in pieces only the one that is used counts: its first. */
	return question->va + (i << shift);
}

static uint64_t entries_for(const struct level_sets *sets,
                            const struct silicon_question *question)
{
	const unsigned page_shift = SHIFT_OF_4K + 9 * (unsigned)question->size;
	const unsigned more = sets->shift > page_shift ? sets->shift - page_shift : 0;

	return (question->pages + (UINT64_C(1) << more) - 1) >> more;
}

#define KNEE_MOST (UINT64_C(1) << 20)

struct silicon_answer truth_knee(const struct silicon_core_type *type,
                                 const struct silicon_question *question)
{
	const unsigned page_shift = SHIFT_OF_4K + 9 * (unsigned)question->size;
	struct level_sets sets;
	uint32_t *used, ways;
	uint64_t fit = 0;

	if (!level_sets(type, question, &sets))
		return truth_exactly(0);
	used = calloc(set_count(type) + 1, sizeof used[0]);
	if (used == NULL)
		return (struct silicon_answer){ .known = false };
	for (; fit < KNEE_MOST; fit++) {
		const uint64_t set =
			set_number(&sets, entry_va(&sets, question, fit), &ways);

		if (++used[set] > ways)
			break;
	}
	free(used);
	if (sets.shift > page_shift)
		fit <<= sets.shift - page_shift;
	return truth_exactly(fit);
}

struct misses {
	uint64_t few, many; /* in one turn over the pages */
};

/* What came so far in one turn: to the first level all, to the second what missed it.
 */
struct turn {
	bool *missing; /* of each page */
	uint64_t count;
	bool besides_missing;
};

static bool is_tree(const struct level_sets *sets)
{
	return sets->arrays[0]->replacement == REPLACE_PLRU;
}

/* How many of the pages that come so far each set has; NULL without memory. */
static uint32_t *used_sets(const struct level_sets *sets,
                           const struct silicon_question *question,
                           const struct turn *turn)
{
	uint32_t *const used = calloc(set_count(sets->type), sizeof used[0]);
	uint32_t ways;

	for (uint64_t i = 0; used != NULL && i < turn->count; i++)
		if (turn->missing[i])
			used[set_number(sets, entry_va(sets, question, i), &ways)]++;
	return used;
}

/*
 * Of pages used in turn, a set that has more of them than ways misses each of them: the
 * one that is needed next is always the one that went (a tree may keep some).  besides:
 * where the page besides goes, NULL if nowhere.  The turn says afterwards what misses
 * here.
 */
static bool misses_of(const struct level_sets *sets,
                      const struct silicon_question *question,
                      const struct level_sets *besides, struct turn *turn,
                      struct misses *misses)
{
	uint32_t *const used = used_sets(sets, question, turn);
	uint32_t ways = 0;

	if (used == NULL)
		return false;
	if (turn->besides_missing && besides != NULL) {
		const uint64_t set = set_number(besides, question->besides, &ways);

		turn->besides_missing = ++used[set] > ways;
	}
	*misses = (struct misses){ 0, 0 };
	for (uint64_t i = 0; i < turn->count; i++) {
		const uint64_t set =
			set_number(sets, entry_va(sets, question, i), &ways);

		turn->missing[i] = turn->missing[i] && used[set] > ways;
		misses->many += turn->missing[i];
		misses->few += turn->missing[i] && !is_tree(sets);
	}
	free(used);
	return true;
}

/* What holds all of that: one entry for each span of addresses. */
static bool upper_holds(const struct silicon_core_type *type,
                        const struct silicon_question *question, unsigned upper)
{
	const unsigned shift = 21 + 9 * upper;
	const unsigned page_shift = SHIFT_OF_4K + 9 * (unsigned)question->size;
	const uint64_t last = question->va + (question->pages << page_shift) - 1;

	return (last >> shift) - (question->va >> shift) + 1 <= type->uppers[upper];
}

static void walk_bounds(const struct silicon_core_type *type,
                        const struct silicon_question *question, uint64_t *low,
                        uint64_t *high)
{
	const unsigned leaf = (unsigned)question->size;
	const uint64_t lines = question->pages + question->pages / 8 + 8;
	const uint64_t l1_lines = (uint64_t)type->l1.sets * type->l1.ways;
	const bool is_near = l1_lines == 0 || lines < l1_lines / 2;
	unsigned surely = 0, perhaps = 0;

	for (unsigned upper = leaf; upper < SILICON_UPPERS; upper++) {
		if (type->uppers[upper] == 0)
			continue;
		perhaps |= 1u << upper;
		if (upper_holds(type, question, upper))
			surely |= 1u << upper;
	}
	*low = truth_cost_of_reads(type, truth_walk_reads(question, perhaps), FROM_L1);
	*high = truth_cost_of_reads(type, truth_walk_reads(question, surely),
	                            is_near ? FROM_L1 : FROM_L3);
}

/* Where the page besides goes in that level, or the piece of it that is used; false: in
 * none of it. */
static bool besides_sets(const struct silicon_core_type *type,
                         const struct silicon_question *question,
                         struct level_sets *sets)
{
	struct silicon_question besides = *question;

	besides.size = SILICON_2M;
	besides.in_row = false;
	return question->has_besides && level_sets(type, &besides, sets);
}

struct chase {
	struct misses misses[2]; /* of each level */
	bool besides_misses[2];
};

/* What misses one level, of what came so far; false: not known. */
static bool level_misses(const struct silicon_core_type *type,
                         const struct silicon_question *question, struct turn *turn,
                         struct misses *misses)
{
	struct level_sets sets, besides;
	const bool has_besides = besides_sets(type, question, &besides);

	if (!level_sets(type, question, &sets))
		return true;
	/* Entries of groups are not counted one by one here. */
	return entries_for(&sets, question) == question->pages &&
	       misses_of(&sets, question, has_besides ? &besides : NULL, turn, misses);
}

static bool chase_misses(const struct silicon_core_type *type,
                         const struct silicon_question *question, struct chase *chase)
{
	struct silicon_question at = *question;
	struct turn turn = { .count = question->pages,
		             .besides_missing = question->has_besides };
	bool ok = true;

	turn.missing = malloc(question->pages);
	if (turn.missing == NULL)
		return false;
	for (uint64_t i = 0; i < question->pages; i++)
		turn.missing[i] = true;
	for (unsigned level = 1; level <= 2; level++) {
		struct misses *const misses = &chase->misses[level - 1];

		at.level = level;
		*misses = level == 1 ? (struct misses){ at.pages, at.pages }
		                     : chase->misses[0];
		ok = level_misses(type, &at, &turn, misses) && ok;
		chase->besides_misses[level - 1] = turn.besides_missing;
	}
	free(turn.missing);
	return ok;
}

/* All that miss the first level: those that miss the second walk, the others hit. */
static uint64_t mixed(uint64_t first, uint64_t second, uint64_t hit, uint64_t walk)
{
	if (second > first)
		second = first;
	return (first - second) * hit + second * walk;
}

struct silicon_answer truth_chase(const struct machine_params *params,
                                  const struct silicon_question *question)
{
	const struct silicon_core_type *const type = truth_type(params, question);
	const uint64_t hit = type->costs[SILICON_L2_HIT];
	struct misses misses[2];
	struct chase chase;
	uint64_t low, high;

	if (question->pages == 0 || !chase_misses(type, question, &chase))
		return (struct silicon_answer){ .known = false };
	misses[0] = chase.misses[0];
	misses[1] = chase.misses[1];
	/* What pages ahead are in time for, and what they evict, is not worked out. */
	if (type->prefetch != PREFETCH_NONE && misses[1].many != 0)
		return (struct silicon_answer){ .known = false };
	walk_bounds(type, question, &low, &high);

	/* What may not have missed in the first level may not have come further. */
	if (misses[1].few > misses[0].few)
		misses[1].few = misses[0].few;

	const uint64_t few = mixed(
		misses[0].few, low > hit ? misses[1].few : misses[1].many, hit, low);
	const uint64_t many = mixed(
		misses[0].many, high > hit ? misses[1].many : misses[1].few, hit, high);
	const struct silicon_answer least = truth_time(params, type, few);
	const struct silicon_answer most = truth_time(params, type, many);

	return (struct silicon_answer){
		.known = true,
		.low = least.low / question->pages,
		.high = (most.high + question->pages - 1) / question->pages,
	};
}

struct silicon_answer truth_besides(const struct machine_params *params,
                                    const struct silicon_question *question)
{
	const struct silicon_core_type *const type = truth_type(params, question);
	const struct silicon_question alone = {
		.core_type = question->core_type,
		.side = question->side,
		.size = SILICON_2M,
		.va = question->besides,
		.pages = 1,
	};
	uint64_t low = 0, high = 0;
	struct chase chase;

	if (question->pages == 0 || !chase_misses(type, question, &chase))
		return (struct silicon_answer){ .known = false };
	if (chase.besides_misses[1])
		walk_bounds(type, &alone, &low, &high);
	else if (chase.besides_misses[0])
		low = high = type->costs[SILICON_L2_HIT];
	return (struct silicon_answer){
		.known = true,
		.low = truth_time(params, type, low).low,
		.high = truth_time(params, type, high).high,
	};
}
