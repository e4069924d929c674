#include "tests/silicon/core/drop.h"

#include "tests/silicon/core/clock.h"
#include "tests/silicon/core/upper.h"

static bool is_piece(const struct translation_entry *entry)
{
	return entry->held < size_shift((enum silicon_size)entry->size);
}

/* The page of the tables, or the group of pages that is one entry. */
static unsigned page_shift(const struct translation_entry *entry)
{
	const unsigned shift = size_shift((enum silicon_size)entry->size);

	return entry->held > shift ? entry->held : shift;
}

static bool is_meant(const struct translation_entry *entry, const struct drop *what,
                     uint8_t thread)
{
	const unsigned shift = page_shift(entry);

	if (entry->thread != thread && !what->sibling)
		return false;
	if (!what->any_page && entry->page << entry->held >> shift != what->va >> shift)
		return false;
	if (entry->global && what->globals != DROP_GLOBALS_OF_PCID)
		return what->globals == DROP_ALL_GLOBALS;
	return what->any_pcid || entry->pcid == what->pcid;
}

/* Whether an erratum's scope has this entry of this array in it. */
static bool is_scope_of(const struct silicon_erratum *erratum,
                        const struct silicon_array *array,
                        const struct translation_entry *entry)
{
	const unsigned shift = size_shift((enum silicon_size)entry->size);
	const uint64_t number = entry->page << entry->held >> shift;

	return (erratum->levels == 0 || (erratum->levels >> array->level & 1) != 0) &&
	       (erratum->sides == 0 || (array->sides & ~erratum->sides) == 0) &&
	       (erratum->sizes == 0 || (erratum->sizes >> entry->size & 1) != 0) &&
	       (erratum->set_of == 0 || number % erratum->set_of == erratum->set);
}

static bool effect_spares(enum silicon_effect effect, const struct drop *what,
                          const struct translation_entry *entry)
{
	switch (effect) {
	case EFFECT_DOES_NOTHING:
		return true;
	case EFFECT_KEEPS_GLOBALS:
		return entry->global;
	case EFFECT_KEEPS_FOREIGN_GLOBALS:
		return entry->global && entry->pcid != what->current;
	case EFFECT_KEEPS_CURRENT:
		return !entry->global && entry->pcid == what->current;
	case EFFECT_KEEPS_OTHERS:
		return !entry->global && entry->pcid != what->current;
	case EFFECT_KEEPS_PIECES:
		return is_piece(entry) && entry->page != what->va >> entry->held;
	default:
		return false;
	}
}

static bool is_spared(const struct translation_entry *entry,
                      const struct silicon_array *array, const struct drop *what,
                      const struct strikes *strikes)
{
	for (uint32_t i = 0; i < strikes->count; i++)
		if (effect_spares(strikes->at[i]->effect, what, entry) &&
		    is_scope_of(strikes->at[i], array, entry))
			return true;
	return false;
}

static const struct strikes no_strikes;

struct dropping {
	const struct drop *what;
	const struct strikes *strikes;
	uint8_t thread;
};

static void drop_one(struct array_state *array, const struct dropping *dropping,
                     struct translation_entry *entry)
{
	if (entry->valid && is_meant(entry, dropping->what, dropping->thread) &&
	    !is_spared(entry, array->shape, dropping->what, dropping->strikes))
		silicon_array_drop(array, entry);
}

static void drop_all_of(struct array_state *array, const struct dropping *dropping)
{
	const size_t words = (size_t)array->shape->sets * array->shape->ways / 64 + 1;

	for (size_t word = 0; word < words && array->used != 0; word++)
		for (uint64_t bits = array->valid[word]; bits != 0; bits &= bits - 1)
			drop_one(array, dropping,
			         &array->entries[word * 64 +
			                         (unsigned)__builtin_ctzll(bits)]);
}

/* One page is where it can be, unless pieces of it are elsewhere. */
static void drop_array(struct array_state *array, const struct dropping *dropping)
{
	struct translation_entry *next;

	if (array->used == 0)
		return;
	if (dropping->what->any_page || array->pieces != 0) {
		drop_all_of(array, dropping);
		return;
	}
	for (unsigned held = SHIFT_4K; held <= SHIFT_1G; held++) {
		if (array->held[held] == 0)
			continue;
		next = silicon_array_first(array, dropping->what->va >> held, held);
		while (next != NULL) {
			struct translation_entry *const entry = next;

			next = silicon_array_next(array, entry);
			drop_one(array, dropping, entry);
		}
	}
}

static bool upper_is_meant(const struct upper_state *upper, enum silicon_upper level,
                           const struct dropping *dropping)
{
	const struct drop *const what = dropping->what;

	if (upper->thread != dropping->thread && !what->sibling)
		return false;
	if (what->uppers == DROP_UPPERS_OF_PATH &&
	    upper->prefix != what->va >> silicon_upper_shift(level))
		return false;
	return what->any_pcid || upper->pcid == what->pcid;
}

static bool upper_is_spared(const struct upper_state *upper, enum silicon_upper level,
                            const struct dropping *dropping)
{
	const uint16_t current = dropping->what->current;

	for (uint32_t i = 0; i < dropping->strikes->count; i++) {
		const struct silicon_erratum *const one = dropping->strikes->at[i];
		const bool is_whole = one->levels == 0 && one->sides == 0 &&
		                      one->sizes == 0 && one->set_of == 0;

		if ((one->effect == EFFECT_DOES_NOTHING && is_whole) ||
		    one->effect == EFFECT_KEEPS_PSC ||
		    one->effect == (enum silicon_effect)((unsigned)EFFECT_KEEPS_PDE +
		                                         (unsigned)level) ||
		    (one->effect == EFFECT_KEEPS_CURRENT && upper->pcid == current) ||
		    (one->effect == EFFECT_KEEPS_OTHERS && upper->pcid != current))
			return true;
	}
	return false;
}

static void drop_uppers_of(struct translations *translations, enum silicon_upper level,
                           const struct dropping *dropping)
{
	translations->has_uppers[level] = false;
	for (uint32_t i = 0; i < translations->type->uppers[level]; i++) {
		struct upper_state *const one = &translations->uppers[level][i];

		if (one->valid && upper_is_meant(one, level, dropping) &&
		    !upper_is_spared(one, level, dropping))
			one->valid = false;
		if (one->valid)
			translations->has_uppers[level] = true;
	}
}

static void drop_uppers(struct translations *translations,
                        const struct dropping *dropping)
{
	for (unsigned level = 0; level < SILICON_UPPERS; level++)
		if (translations->has_uppers[level])
			drop_uppers_of(translations, (enum silicon_upper)level,
			               dropping);
}

static void drop_negatives(struct cpu_state *cpu, const struct drop *what)
{
	for (unsigned i = 0; i < NEGATIVES; i++)
		if (what->any_page || cpu->negatives[i].page == what->va >> SHIFT_4K)
			cpu->negatives[i].valid = false;
}

static void drop_from(struct cpu_state *cpu, struct translations *translations,
                      const struct drop *what, const struct strikes *strikes)
{
	const struct dropping dropping = { what, strikes, cpu->thread };

	for (uint32_t i = 0; i < translations->type->array_count; i++)
		drop_array(&translations->arrays[i], &dropping);
	if (what->uppers != DROP_NO_UPPERS)
		drop_uppers(translations, &dropping);
}

static void drop_with(struct cpu_state *cpu, const struct drop *what,
                      const struct strikes *strikes)
{
	struct translations *const *const both = cpu->core->translations;

	if (what->nothing)
		return;
	drop_from(cpu, cpu->translations, what, strikes);
	drop_negatives(cpu, what);
	if (!what->sibling || cpu->core->type->threads == 1)
		return;
	if (both[0] != both[1])
		drop_from(cpu, both[1 - cpu->thread], what, strikes);
}

void silicon_drop_plainly(struct cpu_state *cpu, const struct drop *what)
{

	drop_with(cpu, what, &no_strikes);
}

void silicon_drop_everything(struct cpu_state *cpu)
{
	const struct drop everything = {
		.any_pcid = true,
		.any_page = true,
		.globals = DROP_ALL_GLOBALS,
		.uppers = DROP_ALL_UPPERS,
	};

	silicon_drop_plainly(cpu, &everything);
}

/* What errata make it drop beside what it must. */
static void widen(struct drop *what, enum silicon_effect effect)
{
	switch (effect) {
	case EFFECT_DROPS_ALL:
		what->any_pcid = true;
		what->globals = DROP_ALL_GLOBALS;
		what->uppers = DROP_ALL_UPPERS;
		what->any_page = true;
		break;
	case EFFECT_DROPS_PAGES:
		what->any_page = true;
		what->uppers = DROP_ALL_UPPERS;
		break;
	case EFFECT_DROPS_GLOBALS:
		what->globals = DROP_ALL_GLOBALS;
		return;
	case EFFECT_DROPS_PCIDS:
		what->any_pcid = true;
		break;
	case EFFECT_DROPS_SIBLING:
		what->sibling = true;
		return;
	case EFFECT_TAKES_CURRENT:
		what->pcid = what->current;
		return;
	default:
		return;
	}
	what->nothing = false;
}

void silicon_drop(struct silicon *s, struct cpu_state *cpu, struct drop what,
                  enum silicon_operation operation)
{
	struct strikes strikes;

	silicon_strikes_of(s, cpu, operation, &strikes);
	cpu->counts.operations[operation]++;
	what.current = current_pcid(cpu);
	for (uint32_t i = 0; i < strikes.count; i++) {
		widen(&what, strikes.at[i]->effect);
		if (strikes.at[i]->effect == EFFECT_IS_SLOW)
			silicon_work(s, cpu, strikes.at[i]->milli_cycles);
	}
	drop_with(cpu, &what, &strikes);
}

/* True if another had to go, which is *gone. */
static bool list_pcid(struct pcid_list *list, uint32_t limit, uint16_t pcid,
                      uint16_t *gone)
{
	uint32_t at = 0;

	while (at < list->count && list->at[at] != pcid)
		at++;

	const bool is_new = at == list->count, is_full = list->count == limit;

	if (is_new && is_full)
		*gone = list->at[--at];
	else if (is_new)
		list->count++;
	for (; at != 0; at--)
		list->at[at] = list->at[at - 1];
	list->at[0] = pcid;
	return is_new && is_full;
}

/* The PCID that may not be kept, when limit are and loaded comes; false: all may. */
static bool must_go(struct pcid_list *list, uint32_t limit, uint16_t loaded,
                    struct drop *what)
{
	*what = (struct drop){
		.any_page = true,
		.any_pcid = limit == 0,
		.uppers = DROP_NO_UPPERS,
	};
	if (limit == PCIDS_ALL)
		return false;
	return limit == 0 || list_pcid(list, limit, loaded, &what->pcid);
}

void silicon_drop_old_pcids(struct cpu_state *cpu, uint16_t loaded)
{
	struct translations *const all = cpu->translations;
	struct drop what;
	const struct dropping dropping = { &what, &no_strikes, cpu->thread };

	for (uint32_t i = 0; i < all->type->array_count; i++) {
		struct array_state *const array = &all->arrays[i];

		if (must_go(&array->kept[cpu->thread], array->shape->pcids, loaded,
		            &what))
			drop_array(array, &dropping);
	}
	if (must_go(&all->uppers_kept[cpu->thread], all->type->upper_pcids, loaded,
	            &what)) {
		what.uppers = DROP_ALL_UPPERS;
		drop_uppers(all, &dropping);
	}
}
