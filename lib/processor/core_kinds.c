#include "lib/processor/core_kinds.h"

#include "lib/base/line.h"
#include "lib/base/text.h"

#include <stddef.h>

/* Levels of cache are compared only where types are told: else they are a rumour. */
static bool are_alike(const struct topology *a, const struct topology *b)
{
	return a->core_type == b->core_type && a->native_model == b->native_model &&
	       (a->core_type == CORE_UNKNOWN || a->cache_levels == b->cache_levels);
}

unsigned core_kinds_number(const struct core_kinds *kinds,
                           const struct topology *topology)
{
	unsigned i = 0;

	while (i < kinds->count && !are_alike(&kinds->list[i].topology, topology))
		i++;
	return i;
}

/* Of several with the same word the second and those behind it have a number. */
static void give_name(struct core_kinds *kinds, unsigned number)
{
	const enum core_type type = kinds->list[number].topology.core_type;
	const char *const word =
		type == CORE_UNKNOWN ? "unknown" : core_type_name(type);
	char *const name = kinds->list[number].name;
	unsigned same = 1;

	for (unsigned i = 0; i < number; i++)
		same += kinds->list[i].topology.core_type == type;
	if (same == 1)
		text_copy(name, CORE_KIND_NAME, word);
	else
		format_text(name, CORE_KIND_NAME, "%s-%u", word, same);
}

void core_kinds_find(struct core_kinds *kinds, const struct topology *const *list,
                     unsigned count, bool hybrid)
{
	*kinds = (struct core_kinds){ 0 };
	for (unsigned i = 0; i < count; i++) {
		const unsigned number = core_kinds_number(kinds, list[i]);

		if (number == CORE_KINDS) {
			kinds->left_out++;
			continue;
		}
		if (number == kinds->count) {
			kinds->count++;
			kinds->list[number].topology = *list[i];
			kinds->list[number].first = i;
			give_name(kinds, number);
		}
		kinds->list[number].processors++;
	}
	kinds->named = hybrid || kinds->count > 1;
}

const char *core_kinds_name(const struct core_kinds *kinds, unsigned number)
{
	return kinds != NULL && kinds->named && number < kinds->count
	               ? kinds->list[number].name
	               : NULL;
}
