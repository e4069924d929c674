/* The keys of a type of core. */
#include "tests/silicon/params/reader.h"

#include <string.h>

static bool take_pcids(struct words *words, uint32_t most, uint32_t *pcids)
{
	uint64_t number;

	if (words_take(words, "all")) {
		*pcids = PCIDS_ALL;
		return true;
	}
	if (!words_number(words, most, &number))
		return false;
	*pcids = (uint32_t)number;
	return true;
}

#define PCIDS_MOST 64u

static const char *const replacements[] = { "lru", "fifo", "plru", NULL };

static bool take_option(const struct reader *reader, struct words *words,
                        struct silicon_array *array)
{
	static const char *const indexes[] = { "plain", "hashed", NULL };
	uint64_t number;
	uint32_t chosen;

	if (words_choose(words, replacements, &chosen)) {
		array->replacement = (enum silicon_replacement)chosen;
		return true;
	}
	if (words_choose(words, indexes, &chosen)) {
		array->index = (enum silicon_index)chosen;
		return true;
	}
	if (words_take(words, "pcids"))
		return take_pcids(words, PCIDS_MOST, &array->pcids) ||
		       reader_refuse(reader, "pcids: all, or up to 64");
	if (words_take(words, "coalesce") && words_number(words, 8, &number) &&
	    (number == 1 || number == 4 || number == 8)) {
		array->coalesce = (uint32_t)number;
		return true;
	}
	return reader_refuse(reader, "lru, fifo or plru; plain or hashed; pcids N; "
	                             "coalesce 4 or 8");
}

static bool check_array(const struct reader *reader, const struct silicon_array *array)
{
	const uint32_t ways = array->ways;

	if (array->sets == 0 || ways == 0 || array->sets > 65536 || ways > 256 ||
	    array->sets * ways > 65536)
		return reader_refuse(reader, "no entries, or too many");
	if (array->replacement == REPLACE_PLRU &&
	    ((ways & (ways - 1)) != 0 || ways > 32))
		return reader_refuse(reader, "plru: 2, 4, 8, 16 or 32 ways");
	if (array->coalesce != 1 && (array->sizes & 1) == 0)
		return reader_refuse(reader, "coalesce: of 4k pages");
	return true;
}

/* "l1 data 4k+2m 16x4", then options. */
static bool read_tlb(const struct reader *reader, struct words *words)
{
	static const char *const levels[] = { "", "l1", "l2", NULL };
	static const char *const sides[] = { "data", "code", NULL };
	static const char *const sizes[] = { "4k", "2m", "1g", NULL };
	struct silicon_core_type *const core = reader->core;
	struct silicon_array *const array = &core->arrays[core->array_count];

	if (core->array_count == ARRAYS_MOST)
		return reader_refuse(reader, "too many arrays");
	*array = (struct silicon_array){ .pcids = PCIDS_ALL, .coalesce = 1 };
	if (!words_choose(words, levels, &array->level) || words->count < 4)
		return reader_refuse(reader, "l1|l2 SIDES SIZES SETSxWAYS");
	if (!word_bits(words->at[words->next++], sides, &array->sides))
		return reader_refuse(reader, "data, code or data+code");
	if (!word_bits(words->at[words->next++], sizes, &array->sizes))
		return reader_refuse(reader, "4k, 2m, 1g, joined by +");
	if (!words_product(words, &array->sets, &array->ways))
		return reader_refuse(reader, "SETSxWAYS");
	while (words->next != words->count)
		if (!take_option(reader, words, array))
			return false;
	core->array_count++;
	return check_array(reader, array);
}

/* "pde 32 pdpte 4 pml4e 4 pml5e 0 lru pcids all". */
static bool read_psc(const struct reader *reader, struct words *words)
{
	static const char *const names[] = { "pde", "pdpte", "pml4e", "pml5e", NULL };
	struct silicon_core_type *const core = reader->core;
	uint64_t entries;
	uint32_t chosen;

	while (words->next != words->count) {
		if (words_choose(words, names, &chosen)) {
			if (!words_number(words, 256, &entries))
				return reader_refuse(reader, "up to 256 entries");
			core->uppers[chosen] = (uint32_t)entries;
		} else if (words_choose(words, replacements, &chosen) &&
		           chosen != REPLACE_PLRU) {
			core->upper_replacement = (enum silicon_replacement)chosen;
		} else if (!words_take(words, "pcids") ||
		           !take_pcids(words, PCIDS_MOST, &core->upper_pcids)) {
			return reader_refuse(
				reader, "pde N pdpte N pml4e N pml5e N, lru or fifo, "
					"pcids N");
		}
	}
	return true;
}

/* "0x7 0 0x... 0x... 0x... 0x...": leaf, subleaf, EAX to EDX. */
static bool read_cpuid(const struct reader *reader, struct words *words)
{
	struct silicon_core_type *const core = reader->core;
	struct silicon_leaf *const leaf = &core->leaves[core->leaf_count];
	uint64_t numbers[6];

	if (core->leaf_count == LEAVES_MOST)
		return reader_refuse(reader, "too many leaves");
	for (unsigned i = 0; i < 6; i++)
		if (!words_number(words, UINT32_MAX, &numbers[i]))
			return reader_refuse(reader, "LEAF SUBLEAF EAX EBX ECX EDX");
	leaf->leaf = (uint32_t)numbers[0];
	leaf->subleaf = (uint32_t)numbers[1];
	for (unsigned i = 0; i < 4; i++)
		leaf->registers[i] = (uint32_t)numbers[2 + i];
	for (uint32_t i = 0; i < core->leaf_count; i++)
		if (core->leaves[i].leaf == leaf->leaf &&
		    core->leaves[i].subleaf == leaf->subleaf)
			return reader_refuse(reader, "said twice");
	core->leaf_count++;
	return true;
}

static bool read_threads(const struct reader *reader, struct words *words)
{
	return reader_u32(reader, words, THREADS_MOST, &reader->core->threads) &&
	       (reader->core->threads != 0 || reader_refuse(reader, "none"));
}

static bool read_clock(const struct reader *reader, struct words *words)
{
	return reader_u32(reader, words, 400, &reader->core->clock_percent) &&
	       (reader->core->clock_percent != 0 || reader_refuse(reader, "it stands"));
}

static bool read_siblings(const struct reader *reader, struct words *words)
{
	return reader_yes(reader, words, &reader->core->siblings_share);
}

static bool read_fractured(const struct reader *reader, struct words *words)
{
	static const char *const sizes[] = { "", "2m", "1g", NULL };

	return (words->next != words->count &&
	        word_bits(words->at[words->next++], sizes, &reader->core->fractured)) ||
	       reader_refuse(reader, "2m, 1g or 2m+1g");
}

static bool read_prefetch(const struct reader *reader, struct words *words)
{
	static const char *const names[] = { "none", "next", NULL };
	uint32_t chosen;

	if (!words_choose(words, names, &chosen))
		return reader_refuse(reader, "none or next");
	reader->core->prefetch = (enum silicon_prefetch)chosen;
	return true;
}

static bool read_l1(const struct reader *reader, struct words *words)
{
	return reader_cache(reader, words, &reader->core->l1);
}

static bool read_l2(const struct reader *reader, struct words *words)
{
	return reader_cache(reader, words, &reader->core->l2);
}

const struct key silicon_core_keys[] = {
	{ "threads", read_threads, false },
	{ "clock_percent", read_clock, false },
	{ "siblings_share", read_siblings, false },
	{ "tlb", read_tlb, true },
	{ "psc", read_psc, false },
	{ "fractured", read_fractured, false },
	{ "prefetch", read_prefetch, false },
	{ "l1", read_l1, false },
	{ "l2", read_l2, false },
	{ "cpuid", read_cpuid, true },
	{ NULL, NULL, false },
};
