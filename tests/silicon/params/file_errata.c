/* Names of errata, and their scope. */
#include "tests/silicon/params/errata.h"
#include "tests/silicon/params/reader.h"

#include <stdio.h>
#include <string.h>

static const char *const operations[] = {
	[OPERATION_CR3] = "cr3",
	[OPERATION_CR3_NOFLUSH] = "cr3_noflush",
	[OPERATION_PGE] = "pge",
	[OPERATION_SMEP] = "smep",
	[OPERATION_PCIDE] = "pcide",
	[OPERATION_PG] = "pg",
	[OPERATION_INVLPG] = "invlpg",
	[OPERATION_INVPCID_0] = "invpcid_0",
	[OPERATION_INVPCID_1] = "invpcid_1",
	[OPERATION_INVPCID_2] = "invpcid_2",
	[OPERATION_INVPCID_3] = "invpcid_3",
	[OPERATION_INVLPGB] = "invlpgb",
	[OPERATION_RAR] = "rar",
	[OPERATIONS] = "any",
};

static const char *const effects[EFFECT_COUNT] = {
	[EFFECT_DOES_NOTHING] = "does_nothing",
	[EFFECT_KEEPS_GLOBALS] = "keeps_globals",
	[EFFECT_KEEPS_FOREIGN_GLOBALS] = "keeps_foreign_globals",
	[EFFECT_KEEPS_CURRENT] = "keeps_current",
	[EFFECT_KEEPS_OTHERS] = "keeps_others",
	[EFFECT_KEEPS_PSC] = "keeps_psc",
	[EFFECT_KEEPS_PDE] = "keeps_pde",
	[EFFECT_KEEPS_PDPTE] = "keeps_pdpte",
	[EFFECT_KEEPS_PML4E] = "keeps_pml4e",
	[EFFECT_KEEPS_PML5E] = "keeps_pml5e",
	[EFFECT_KEEPS_PIECES] = "keeps_pieces",
	[EFFECT_TAKES_CURRENT] = "takes_current",
	[EFFECT_DROPS_ALL] = "drops_all",
	[EFFECT_DROPS_GLOBALS] = "drops_globals",
	[EFFECT_DROPS_PCIDS] = "drops_pcids",
	[EFFECT_DROPS_PAGES] = "drops_pages",
	[EFFECT_DROPS_SIBLING] = "drops_sibling",
	[EFFECT_IS_SLOW] = "is_slow",
	[EFFECT_TLB_FORGETS] = "tlb_forgets",
	[EFFECT_NOT_PRESENT_CACHED] = "not_present_cached",
	[EFFECT_RIGHTS_CACHED] = "rights_cached",
	[EFFECT_STRAY_ACCESSED] = "stray_accessed",
	[EFFECT_ACCESSED_LATE] = "accessed_late",
	[EFFECT_DIRTY_NOT_SET] = "dirty_not_set",
	[EFFECT_DIRTY_ON_READONLY] = "dirty_on_readonly",
	[EFFECT_SIZE_CHANGE_MCE] = "size_change_mce",
	[EFFECT_WALKS_OVERCOUNTED] = "walks_overcounted",
	[EFFECT_INVLPGB_FAULTS] = "invlpgb_faults",
	[EFFECT_STORE_WAKES_NOBODY] = "store_wakes_nobody",
	[EFFECT_SIBLING_HIT] = "sibling_hit",
	[EFFECT_STORE_LANDS_LATE] = "store_lands_late",
	[EFFECT_OWN_STORE_UNSEEN] = "own_store_unseen",
	[EFFECT_SYNONYM_UNSEEN] = "synonym_unseen",
	[EFFECT_IPI_LOST_ASLEEP] = "ipi_lost_asleep",
	[EFFECT_RAR_FAILS] = "rar_fails",
	[EFFECT_RAR_NEVER_ANSWERS] = "rar_never_answers",
	[EFFECT_RAR_NOT_TO_SELF] = "rar_not_to_self",
};

const char *silicon_erratum_name(unsigned number, char *buffer, size_t bytes)
{
	const unsigned paired = (OPERATIONS + 1) * EFFECT_TLB_FORGETS;

	if (number < paired)
		snprintf(buffer, bytes, "%s_%s",
		         operations[number / EFFECT_TLB_FORGETS],
		         effects[number % EFFECT_TLB_FORGETS]);
	else if (number - paired < EFFECT_COUNT - EFFECT_TLB_FORGETS)
		snprintf(buffer, bytes, "%s",
		         effects[number - paired + EFFECT_TLB_FORGETS]);
	else
		return NULL;
	return buffer;
}

static bool name_erratum(struct word word, struct silicon_erratum *erratum)
{
	char name[64];

	for (unsigned i = 0; silicon_erratum_name(i, name, sizeof name) != NULL; i++) {
		const unsigned operation = i / EFFECT_TLB_FORGETS;
		const bool is_lone = operation > OPERATIONS;

		if (!word_is(word, name))
			continue;
		if (is_lone) {
			erratum->effect = (enum silicon_effect)(
				EFFECT_TLB_FORGETS + i -
				(OPERATIONS + 1) * EFFECT_TLB_FORGETS);
			return true;
		}
		erratum->effect = (enum silicon_effect)(i % EFFECT_TLB_FORGETS);
		erratum->operations = operation == OPERATIONS
		                              ? (UINT32_C(1) << OPERATIONS) - 1
		                              : UINT32_C(1) << operation;
		return true;
	}
	return false;
}

/* The next word, as one bit of those that the names stand for. */
static bool take_bit(struct words *words, const char *const *names, uint32_t *bits)
{
	uint32_t one;

	if (!words_choose(words, names, &one))
		return false;
	*bits = UINT32_C(1) << one;
	return true;
}

static bool take_u32(struct words *words, uint32_t *number)
{
	uint64_t wide;

	if (!words_number(words, UINT32_MAX - 1, &wide))
		return false;
	*number = (uint32_t)wide;
	return true;
}

static bool take_set(struct words *words, struct silicon_erratum *erratum)
{
	return take_u32(words, &erratum->set) && words_take(words, "of") &&
	       take_u32(words, &erratum->set_of) && erratum->set < erratum->set_of;
}

static bool take_core(const struct reader *reader, struct words *words,
                      struct silicon_erratum *erratum)
{
	return words->next != words->count &&
	       core_type_named(reader->params, words->at[words->next++],
	                       &erratum->core_type);
}

static bool take_scope(const struct reader *reader, struct words *words,
                       struct silicon_erratum *erratum)
{
	static const char *const levels[] = { "", "l1", "l2", NULL };
	static const char *const sides[] = { "data", "code", NULL };
	static const char *const sizes[] = { "4k", "2m", "1g", NULL };
	static const char *const states[] = { "off", "on", NULL };
	const uint64_t most_us = UINT64_C(1) << 40;

	if (words_take(words, "processor"))
		return take_u32(words, &erratum->processor);
	if (words_take(words, "core"))
		return take_core(reader, words, erratum);
	if (words_take(words, "set"))
		return take_set(words, erratum);
	if (words_take(words, "level"))
		return take_bit(words, levels, &erratum->levels);
	if (words_take(words, "side"))
		return take_bit(words, sides, &erratum->sides);
	if (words_take(words, "size"))
		return take_bit(words, sizes, &erratum->sizes);
	if (words_take(words, "pcide"))
		return take_bit(words, states, &erratum->pcides);
	if (words_take(words, "one_in"))
		return take_u32(words, &erratum->one_in) && erratum->one_in != 0;
	if (words_take(words, "after"))
		return words_number(words, most_us, &erratum->after_us);
	if (words_take(words, "before"))
		return words_number(words, most_us, &erratum->before_us);
	if (words_take(words, "below"))
		return take_u32(words, &erratum->below);
	return words_take(words, "cycles") &&
	       words_thousandths(words, UINT64_C(1) << 40, &erratum->milli_cycles);
}

static bool has_address(enum silicon_effect effect)
{
	return effect == EFFECT_SIBLING_HIT || effect == EFFECT_STORE_LANDS_LATE ||
	       effect == EFFECT_OWN_STORE_UNSEEN || effect == EFFECT_SYNONYM_UNSEEN;
}

bool reader_erratum(const struct reader *reader, struct words *words)
{
	struct machine_params *const params = reader->params;
	struct silicon_erratum erratum = {
		.processor = ERRATUM_ANY,
		.core_type = ERRATUM_ANY,
		.one_in = 1,
		.below = ERRATUM_ANY,
	};

	if (params->erratum_count == ERRATA_MOST)
		return reader_refuse(reader, "too many errata");
	if (words->count == 0 || !name_erratum(words->at[words->next++], &erratum))
		return reader_refuse(reader, "no erratum of that name");
	while (words->next != words->count)
		if (!take_scope(reader, words, &erratum))
			return reader_refuse(reader, "no scope of an erratum");
	if ((erratum.effect == EFFECT_IS_SLOW) != (erratum.milli_cycles != 0))
		return reader_refuse(reader,
		                     "cycles are for what is_slow, which needs them");
	if (erratum.below != ERRATUM_ANY && !has_address(erratum.effect))
		return reader_refuse(reader, "below is for errata of an address");
	params->errata[params->erratum_count++] = erratum;
	return true;
}

bool machine_params_add_erratum(struct machine_params *params, const char *text,
                                struct silicon_error *error)
{
	const struct reader reader = {
		.name = "erratum",
		.value = { text, strlen(text) },
		.params = params,
		.error = error,
	};
	struct words words;

	if (!words_split(reader.value, &words))
		return reader_refuse(&reader, "too many words");
	return reader_erratum(&reader, &words);
}
