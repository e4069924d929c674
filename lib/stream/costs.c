#include "lib/stream/costs.h"

#include "lib/base/text.h"

/* Behind the last gap of two spaces: the operation, its variant and targets. */
static struct text_slice operation_of(const char *text, size_t length)
{
	struct text_slice name = { text, length };

	for (size_t i = 0; i + 1 < length; i++)
		if (text[i] == ' ' && text[i + 1] == ' ')
			name = (struct text_slice){ text + i + 2, length - i - 2 };
	return text_split(name, ' ', &name);
}

static bool is_like_the_last(const struct costs *costs, struct text_slice operation)
{
	return costs->count != 0 && text_is(operation, costs->last);
}

/* The word behind blanks and, in a row, the value of its sweep. */
static struct text_slice first_word_of(const char *text, size_t length)
{
	size_t from = 0;

	while (from < length &&
	       (text[from] == ' ' || (text[from] >= '0' && text[from] <= '9')))
		from++;

	struct text_slice rest = { text + from, length - from };

	return text_split(rest, ' ', &rest);
}

void costs_add(struct costs *costs, const char *text, size_t length)
{
	const struct text_slice row = { text, length };
	const struct text_slice operation = operation_of(text, length);
	const struct text_slice word = first_word_of(text, length);
	const unsigned lines = costs->heading[0] != '\0' ? 2 : 1;

	if (text_is(word, "at")) {
		text_copy_slice(costs->heading, COSTS_COLUMNS, row);
		costs->last[0] = '\0';
		return;
	}
	if (length == 0 || text_is(word, "skipped:") ||
	    costs->count + lines > COSTS_MOST || is_like_the_last(costs, operation))
		return;
	if (lines == 2)
		text_copy(costs->lines[costs->count++], COSTS_COLUMNS, costs->heading);
	costs->heading[0] = '\0';
	text_copy_slice(costs->last, COSTS_COLUMNS, operation);
	text_copy_slice(costs->lines[costs->count++], COSTS_COLUMNS, row);
}
