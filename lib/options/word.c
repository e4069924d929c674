#include "lib/options/word.h"

bool words_find(struct words words, struct text_slice name, uint32_t *value)
{
	for (unsigned i = 0; i < words.count; i++)
		if (text_is(name, words.list[i].name)) {
			*value = words.list[i].value;
			return true;
		}
	return false;
}

bool words_union(struct words words, struct text_slice list, uint32_t *values)
{
	*values = 0;
	while (list.length != 0) {
		const struct text_slice name = text_trim(text_split(list, ',', &list));
		uint32_t value = 0;

		if (!words_find(words, name, &value))
			return false;
		*values |= value;
	}
	return true;
}
