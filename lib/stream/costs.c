#include "lib/stream/costs.h"

void costs_add(struct costs *costs, const char *text, size_t length)
{
	const char *const last =
		costs->count == 0 ? "" : costs->lines[costs->count - 1];
	size_t i = 0;

	while (i < length && text[i] != ' ' && text[i] == last[i])
		i++;
	if (costs->count == COSTS_MOST ||
	    (i < length && text[i] == ' ' && last[i] == ' '))
		return;

	char *const line = costs->lines[costs->count++];

	for (i = 0; i < length && i + 1 < COSTS_COLUMNS; i++)
		line[i] = text[i];
	line[i] = '\0';
}
