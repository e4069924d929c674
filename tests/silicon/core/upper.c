#include "tests/silicon/core/upper.h"

struct upper_state *silicon_upper_find(struct translations *translations,
                                       enum silicon_upper level, uint64_t va,
                                       uint16_t pcid, uint8_t thread)
{
	const uint64_t prefix = va >> silicon_upper_shift(level);

	for (uint32_t i = 0; i < translations->type->uppers[level]; i++) {
		struct upper_state *const one = &translations->uppers[level][i];

		if (one->valid && one->prefix == prefix && one->pcid == pcid &&
		    one->thread == thread) {
			if (translations->type->upper_replacement == REPLACE_LRU)
				one->stamp = ++translations->stamp;
			return one;
		}
	}
	return NULL;
}

void silicon_upper_fill(struct translations *translations, enum silicon_upper level,
                        const struct upper_state *upper)
{
	struct upper_state *victim = translations->uppers[level];

	if (translations->type->uppers[level] == 0)
		return;
	for (uint32_t i = 0; i < translations->type->uppers[level]; i++) {
		struct upper_state *const one = &translations->uppers[level][i];

		if (!one->valid) {
			victim = one;
			break;
		}
		if (one->stamp < victim->stamp)
			victim = one;
	}
	translations->has_uppers[level] = true;
	*victim = *upper;
	victim->valid = true;
	victim->stamp = ++translations->stamp;
}
