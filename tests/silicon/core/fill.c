/* Which arrays hold a page that was found, and as what. */
#include "tests/silicon/core/array.h"
#include "tests/silicon/core/walk.h"

static enum silicon_size largest_piece(const struct silicon_core_type *type,
                                       const struct translation_entry *entry)
{
	if ((type->fractured >> entry->size & 1) != 0 || entry->held < SHIFT_2M)
		return SILICON_4K;
	return entry->held < SHIFT_1G ? SILICON_2M : SILICON_1G;
}

static bool holds(const struct array_state *array, unsigned level,
                  enum silicon_side side, enum silicon_size size)
{
	return array_serves(array, level, side) &&
	       (array->shape->sizes >> size & 1) != 0;
}

/* Of several that hold the size, pages go to one after the other, sets at a time. */
static struct array_state *choose(struct translations *all, unsigned level,
                                  enum silicon_side side, enum silicon_size size,
                                  uint64_t va)
{
	uint32_t count = 0, chosen;

	for (uint32_t i = 0; i < all->type->array_count; i++)
		if (holds(&all->arrays[i], level, side, size))
			count++;
	if (count == 0)
		return NULL;
	chosen = count;
	for (uint32_t i = 0; i < all->type->array_count; i++) {
		struct array_state *const array = &all->arrays[i];

		if (!holds(array, level, side, size))
			continue;
		if (count == 1)
			return array;
		if (chosen == count)
			chosen = (uint32_t)((va >> size_shift(size)) /
			                    array->shape->sets % count);
		if (chosen-- == 0)
			return array;
	}
	return NULL;
}

static void fill_array(struct cpu_state *cpu, struct array_state *array,
                       enum silicon_size size, uint64_t va,
                       const struct found_page *found)
{
	const unsigned group = array->shape->coalesce;
	const bool is_coalesced = size == SILICON_4K && group > 1 &&
	                          found->entry.size == SILICON_4K &&
	                          found->group >= group;
	const unsigned held =
		size_shift(size) + (is_coalesced ? (group == 8 ? 3u : 2u) : 0u);
	const uint64_t first = found->entry.page << found->entry.held;
	struct translation_entry entry = found->entry;

	entry.page = va >> held;
	entry.held = (uint8_t)held;
	entry.frame = (found->entry.frame + (va - first)) >> held << held;
	silicon_array_fill(array, &entry, ++cpu->translations->stamp);
}

void silicon_fill(struct cpu_state *cpu, unsigned level, enum silicon_side side,
                  uint64_t va, const struct found_page *found)
{
	unsigned size = largest_piece(cpu->core->type, &found->entry);

	for (unsigned left = size + 1; left != 0; left--, size--) {
		struct array_state *const array = choose(cpu->translations, level, side,
		                                         (enum silicon_size)size, va);

		if (array != NULL) {
			fill_array(cpu, array, (enum silicon_size)size, va, found);
			return;
		}
	}
}
